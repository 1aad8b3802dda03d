import Foundation
import Lab
import Testing
import Traffic

/// `--format dnstap`, read by fstrm_capture and dnstap-ldns.
@Suite(
  .serialized,
  .enabled(
    if: Requirements.programs("dnstap-ldns", "fstrm_capture"), "needs fstrm-bin and dnstap-ldns: make setup"))
struct DnstapTests {
  private let day: TemporaryCapture

  init() throws { day = try TemporaryCapture() }

  @Test(arguments: CaptureFile.all)
  func `dnstap-ldns reads every message that is shown, with the same length:`(_ file: CaptureFile)
    throws
  {
    let folder = try Folder()
    let written = folder.path("out.dnstap")
    let path = folder.path("capture")
    try file.write(to: path)
    let writing = try Running(
      [Trace.command, "read", "--messages", "--format", "dnstap", "--output", written, path])
    #expect(writing.wait() == 0, "\(writing.errorText)")
    let json = try Running([Trace.command, "read", "--messages", "--format", "json", path])
    #expect(json.wait() == 0)
    // For a message that was captured in part, a frame contains that part; the JSON has the length of the whole.
    let isWhole = json.text.split(separator: "\n").map { !$0.contains(#""truncated_capture":true"#) }
    let expected = try json.text.split(separator: "\n").map { line in
      let record = try Record(String(line))
      let isQuery = record[text: "dns.type"] == "query"
      return [
        isQuery ? "SQ" : "SR", record[text: "destination.ip"] ?? "",
        (record[text: "network.transport"] ?? "").uppercased(),
        "\(record[integer: isQuery ? "source.bytes" : "destination.bytes"] ?? 0)b",
      ]
    }
    let listed = try Self.listed(written).map { $0.dropFirst(2).prefix(4).map { $0 } }
    #expect(listed.count == expected.count)
    for ((frame, record), isWhole) in zip(zip(listed, expected), isWhole) {
      #expect(frame.prefix(isWhole ? 4 : 3) == record.prefix(isWhole ? 4 : 3))
    }
  }

  @Test func `standard output is the same as a file`() throws {
    let folder = try Folder()
    let written = folder.path("out.dnstap")
    let writing = try Running([
      Trace.command, "read", "--format", "dnstap", "--output", written, day.path,
    ])
    #expect(writing.wait() == 0)
    let compared = try Running([
      "sh", "-c", "'\(Trace.command)' read --format dnstap '\(day.path)' | cmp - '\(written)'",
    ])
    #expect(compared.wait() == 0, "\(compared.text)")
  }

  @Test(.enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
  func `a live trace connects to a collector that starts later, and again after it has restarted`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let socket = "\(namespace.folder)/dnstap.sock"
    let trace = try Trace([
      "--format", "dnstap", "--output", "unix:\(socket)", "--name", "*.tap.example.test",
    ])
    func ask(_ name: String) throws {
      try namespace.start(["dig", "+tries=1", "@127.0.0.1", "\(name).tap.example.test"]).wait()
    }
    func collect(_ file: String) throws -> Running {
      try Running([
        "fstrm_capture", "-t", "protobuf:dnstap.Dnstap", "-u", socket, "-w", "\(namespace.folder)/\(file)",
        "-ddddd",
      ])
    }
    // No collector listens yet: frames are queued.
    try ask("first")
    try trace.running.waitForError("no collector at \(socket)")
    let one = try collect("1.dnstap")
    try one.waitForError("processing data frame", times: 2)
    try trace.running.waitForError("connected to the collector at \(socket)")
    try ask("second")
    try one.waitForError("processing data frame", times: 4)
    one.send(SIGTERM)
    #expect(one.wait() == 0, "\(one.errorText)")
    // The collector has disconnected.
    try ask("third")
    try trace.running.waitForError("no collector at \(socket)", times: 2)
    let two = try collect("2.dnstap")
    try two.waitForError("processing data frame", times: 2)
    try ask("fourth")
    try two.waitForError("processing data frame", times: 4)
    #expect(trace.interrupt() == 0)
    try two.waitForError("received FSTRM_CONTROL_STOP")
    two.send(SIGTERM)
    #expect(two.wait() == 0, "\(two.errorText)")
    #expect(trace.running.errorText.contains(" = 8 shown"), "\(trace.running.errorText)")
    #expect(trace.running.errorText.contains("nothing lost, every packet and message accounted for"))
    for (file, names) in [("1.dnstap", ["first", "second"]), ("2.dnstap", ["third", "fourth"])] {
      let frames = try Self.listed("\(namespace.folder)/\(file)")
      #expect(
        frames.map { [$0[2], $0[6]] }
          == names.flatMap { name in ["SQ", "SR"].map { [$0, "\"\(name).tap.example.test.\""] } })
    }
  }

  /// A collector: does the handshake, reads that many octets of frames, prints the number of whole frames, and then exits, or
  /// stays and reads no more.
  private static let deaf = """
    import signal, socket, struct, sys
    path, count, stays = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "stays"
    listener = socket.socket(socket.AF_UNIX); listener.bind(path); listener.listen()
    print("listening", file=sys.stderr, flush=True)
    s = listener.accept()[0]
    def control(): s.recv(4, socket.MSG_WAITALL); return s.recv(struct.unpack(">I", s.recv(4, socket.MSG_WAITALL))[0], socket.MSG_WAITALL)
    ready = control()
    accept = struct.pack(">I", 1) + ready[4:]
    s.sendall(struct.pack(">II", 0, len(accept)) + accept)
    start = control()
    data = b""
    while len(data) < count: data += s.recv(count - len(data))
    frames = 0
    while len(data) >= 4 and len(data) >= 4 + struct.unpack(">I", data[:4])[0]:
        data = data[4 + struct.unpack(">I", data[:4])[0]:]
        frames += 1
    print(frames, flush=True)
    if stays: signal.pause()
    """

  @Test(arguments: ["goes", "stays"])
  func `frames that a collector did not read are counted as not written, if it`(_ behaviour: String) throws {
    let folder = try Folder()
    let socket = folder.path("s")
    let collector = try Running([
      "python3", "-c", Self.deaf, socket, "2000", behaviour,
    ])
    defer { collector.send(SIGTERM) }
    try collector.waitForError("listening")
    let reading = try Running([
      Trace.command, "read", "--messages", "--format", "dnstap", "--output", "unix:\(socket)", day.path,
    ])
    try collector.waitForOutput("\n")
    // querent may wait for another collector.
    if behaviour == "goes" { reading.send(SIGINT) }
    #expect(reading.wait() == 2, "\(reading.errorText)")
    let read = try #require(Int(collector.text.prefix { $0 != "\n" }))
    #expect(read > 0)
    let counts = try #require(
      reading.errorText.firstMatch(of: /messages  33 = (\d+) shown \+ (\d+) lost \(not written\)/))
    let (shown, lost) = (try #require(Int(counts.1)), try #require(Int(counts.2)))
    #expect(shown + lost == 33)
    // Only frames that the collector has received count as shown.
    #expect(shown <= read)
    #expect(reading.errorText.contains("could not write everything"))
  }

  @Test(.enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
  func `a collector that reads nothing delays neither the trace nor its end`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let socket = "\(namespace.folder)/s"
    let collector = try Running(["python3", "-c", Self.deaf, socket, "4", "stays"])
    defer { collector.send(SIGTERM) }
    try collector.waitForError("listening")
    // Enough queries to fill the socket.
    let count = 2000
    let trace = try Trace([
      "--format", "dnstap", "--output", "unix:\(socket)", "--messages", "--name", "*.deaf.example.test",
    ])
    let client = try namespace.python(
      """
      import socket, struct
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("127.0.0.1", 53))
      for i in range(\(count)):
          s.send(struct.pack(">6H", i, 0x100, 1, 0, 0, 0) + b"\\3one\\4deaf\\7example\\4test\\0\\0\\1\\0\\1")
          s.recv(512)
      """)
    #expect(client.wait() == 0, "\(client.errorText)")
    let start = Date()
    #expect(trace.interrupt() == 0)
    #expect(-start.timeIntervalSinceNow < 10)
    let counts = try #require(
      trace.running.errorText.firstMatch(of: /messages  \d+ = (\d+) shown.* \+ (\d+) lost \(not written\)/),
      "\(trace.running.errorText)")
    #expect(Int(counts.1) == 0)
    #expect(Int(counts.2) == 2 * count)
    #expect(trace.running.errorText.contains("every packet and message accounted for"))
  }

  @Test func `a path that cannot be a collector's socket is refused`() throws {
    for (arguments, code) in [
      (["--format", "dnstap", "--output", "unix:/etc/passwd"], 73),
      (["--format", "dnstap", "--output", "unix:"], 64),
      (["--format", "dnstap", "--output", "unix:/\(String(repeating: "x", count: 107))"], 64),
      (["--format", "json", "--output", "unix:/tmp/x"], 64),
    ] as [([String], Int32)] {
      let run = try Running([Trace.command, "read"] + arguments + ["/dev/null"])
      #expect(run.wait() == code, "\(arguments): \(run.errorText)")
    }
    let terminal = try Running([Trace.command, "run", "--format", "dnstap", "--", "true"])
    #expect(terminal.wait() == 64, "\(terminal.errorText)")
  }

  /// The fields that dnstap-ldns prints for each frame: date, time, type, address, transport, size, name, …
  static func listed(_ path: String) throws -> [[String]] {
    let listing = try Running(["dnstap-ldns", "-q", "-r", path])
    #expect(listing.wait() == 0, "\(listing.errorText)")
    return listing.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }
}
