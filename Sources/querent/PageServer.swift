import HostSystem
import Synchronization
import SystemPackage

/// The server as a child process. It ends when nobody reads its output any more, so it can't outlive the trace, however that
/// ends; and the trace ends when the server does.
final class PageServer: Sendable {
  private let prepared: Child.Prepared
  private let output: Int32
  private let state = Mutex(State())

  private struct State {
    var isStarted = false
    var isEnding = false
    var hasFailed = false
  }

  /// - Parameter user: nil for this process's.
  init(_ arguments: [String], as user: Child.User?) throws(Failure) {
    do throws(Errno) {
      let (reading, writing) = try FileDescriptors.pipe()
      output = reading
      defer { FileDescriptors.close(writing) }
      do throws(Child.SpawnError) {
        prepared = try Child.prepare(arguments, user: user, output: .descriptors(output: writing, errors: 2))
      } catch {
        FileDescriptors.close(reading)
        throw error.errno
      }
    } catch {
      throw Failure(
        "can't start \(arguments[0]): \(error)", advice: "check its permissions and those of the user",
        code: .failed)
    }
  }

  /// Whether it ended before it was told to.
  var hasFailed: Bool { state.withLock { $0.hasFailed } }

  /// Starts it, and prints the links that it makes.
  func start(stop: StopRequest) throws(Failure) {
    do {
      try prepared.start()
    } catch {
      throw Failure(
        "can't start querent-server: \(error.errno)", advice: "check its permissions", code: .failed)
    }
    state.withLock { $0.isStarted = true }
    _ = try Thread.started { [self] in
      while let octets = FileDescriptors.read(output) {
        for line in octets.split(separator: UInt8(ascii: "\n")) {
          Terminal.write("querent: open \(String(decoding: line, as: UTF8.self))\n", to: 2)
        }
      }
      let hasFailed = state.withLock { state in
        state.hasFailed = !state.isEnding && !stop.isRequested
        return state.hasFailed
      }
      if hasFailed { Terminal.write("querent: querent-server has ended, and so does the trace\n", to: 2) }
      stop.request()
    }
  }

  /// It ends when this process does, which closes the pipe.
  func end() {
    let isStarted = state.withLock { state in
      state.isEnding = true
      return state.isStarted
    }
    if !isStarted { prepared.cancel() }
  }
}
