import Foundation
import Synchronization

/// A collector of Frame Streams at a unix socket, in Python, so that it shares no code with the sender.
public final class FrameCollector: Sendable {
  /// Its behaviour.
  public enum Behaviour: String, Sendable {
    /// Reads everything, one connection after the other, and answers the end of each.
    case reads
    /// Reads the first frame, and disconnects permanently.
    case leaves
    /// Reads nothing, and stays connected.
    case stalls
    /// Reads one frame of the first connection and closes it, then reads everything from the following ones.
    case restarts
    /// Accepts no content type.
    case refuses
  }

  private let running: Running
  private let isStopped = Atomic(false)

  /// Starts it, and waits until it listens.
  public init(at path: String, _ behaviour: Behaviour) throws {
    running = try Running(["python3", "-c", Self.program, path, behaviour.rawValue])
    try running.waitForError("listening")
  }

  deinit { end() }

  /// Waits until it has closed its first connection.
  public func waitForClose() throws { try running.waitForError("closed") }

  /// Waits until senders have ended that many connections.
  public func waitForEnd(_ count: Int = 1) throws { try running.waitForError("ended", times: count) }

  /// Ends it, and returns the frames that it has read, without their lengths.
  public func stop() -> [[UInt8]] {
    end()
    return running.text.split(separator: "\n").map { line in
      var octets: [UInt8] = []
      var rest = line.utf8[...]
      while rest.count >= 2 {
        octets.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
        rest = rest.dropFirst(2)
      }
      return octets
    }
  }

  private func end() {
    guard !isStopped.exchange(true, ordering: .relaxed) else { return }
    running.send(SIGKILL)
    running.wait()
  }

  private static let program = """
    import os, signal, socket, struct, sys
    path, behaviour = sys.argv[1:]
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    def say(text): print(text, file=sys.stderr, flush=True)
    say("listening")
    def read(stream, count):
        octets = b""
        while len(octets) < count:
            piece = stream.recv(count - len(octets))
            if not piece: raise EOFError
            octets += piece
        return octets
    def word(stream): return struct.unpack(">I", read(stream, 4))[0]
    def control(stream):
        assert word(stream) == 0
        return read(stream, word(stream))
    def send(stream, body): stream.sendall(struct.pack(">II", 0, len(body)) + body)
    def serve(stream, most):
        ready = control(stream)
        assert ready[:4] == struct.pack(">I", 4)
        kind = b"other" if behaviour == "refuses" else ready[12:]
        send(stream, struct.pack(">III", 1, 1, len(kind)) + kind)
        assert control(stream)[:4] == struct.pack(">I", 2)
        if behaviour == "stalls": signal.pause()
        while most:
            length = word(stream)
            if not length:
                assert read(stream, word(stream)) == struct.pack(">I", 3)
                send(stream, struct.pack(">I", 5))
                return say("ended")
            print(read(stream, length).hex(), flush=True)
            most -= 1
    first = True
    while True:
        stream = listener.accept()[0]
        if behaviour == "leaves": listener.close(); os.unlink(path)
        try: serve(stream, 1 if behaviour == "leaves" or behaviour == "restarts" and first else -1)
        except EOFError: say("gone")
        stream.close()
        say("closed")
        first = False
        if behaviour == "leaves": signal.pause()
    """
}
