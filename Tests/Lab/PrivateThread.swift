import Foundation
import HostSystem
import Synchronization

/// A separate thread of a test, for changes that would affect the other threads: mounts, signals, namespaces.
public enum PrivateThread {
  /// Runs a body there, with SIGPIPE blocked as in querent, and returns its result.
  public static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
    let box = Box<Result>()
    let thread = try HostSystem.Thread {
      var set = sigset_t()
      unsafe sigemptyset(&set)
      unsafe sigaddset(&set, SIGPIPE)
      unsafe _ = pthread_sigmask(SIG_BLOCK, &set, nil)
      box.set(Swift.Result(catching: body))
    }
    thread.join()
    guard let result = box.value else { throw LabError("the thread has not run") }
    return try result.get()
  }

  /// Mounts an empty file system of that many octets on a directory, for this thread and those that it starts.
  public static func mountFileSystem(at path: String, octets: Int) throws {
    try PrivateNamespaces.enter()
    guard unsafe mount("none", path, "tmpfs", 0, "size=\(octets)") == 0 else {
      throw LabError("can't mount a tmpfs at \(path): \(unsafe String(cString: strerror(errno)))")
    }
  }

  private final class Box<Value: Sendable>: Sendable {
    private let outcome = Mutex<Swift.Result<Value, any Error>?>(nil)

    func set(_ value: Swift.Result<Value, any Error>) { outcome.withLock { $0 = value } }

    var value: Swift.Result<Value, any Error>? { outcome.withLock { $0 } }
  }
}
