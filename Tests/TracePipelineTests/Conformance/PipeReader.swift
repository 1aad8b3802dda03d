import Foundation
import HostSystem
import Synchronization

/// The reading end of a pipe.
final class PipeReader: Sendable {
  private let descriptor: Int32
  private let octets = Mutex<[UInt8]>([])
  private let hasLeft = Atomic(false)
  private let thread = Mutex<HostSystem.Thread?>(nil)

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Reads everything, on its own thread.
  func start() throws {
    let started = try HostSystem.Thread { [self] in while read() {} }
    thread.withLock { $0 = started }
  }

  /// Waits until the last writing end is closed; returns everything that was read.
  func end() -> [UInt8] {
    thread.withLock { $0 }?.join()
    close(descriptor)
    return octets.withLock { $0 }
  }

  /// Reads some octets, and closes this end.
  func leave() {
    _ = read()
    close(descriptor)
    hasLeft.store(true, ordering: .relaxed)
  }

  /// Reads the contents of the pipe, and closes this end; returns everything that was read.
  func leaveWithRest() -> [UInt8] {
    if !hasLeft.load(ordering: .relaxed) {
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      while read() {}
      close(descriptor)
    }
    return octets.withLock { $0 }
  }

  private func read() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
    if count > 0 { octets.withLock { $0 += buffer[..<count] } }
    return count > 0
  }
}
