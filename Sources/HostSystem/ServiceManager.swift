import CHost
import Glibc
package import SystemPackage

/// The service manager that has started this process, if there is one: it is told when the service is ready and that it lives
/// (sd_notify(3)).
package final class ServiceManager: Sendable {
  private let descriptor: Int32
  /// Nanoseconds within which the manager must be told that the process lives; nil when it does not watch.
  package let watchdog: Int64?

  /// Connects to it; to be called before the sandbox, which refuses that.
  ///
  /// - Parameters:
  ///   - variable: the environment: `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
  /// - Returns: nil without a manager.
  package init?(_ variable: (String) -> String? = Terminal.variable) throws(Errno) {
    guard let address = variable("NOTIFY_SOCKET"), !address.isEmpty else { return nil }
    // SAFETY: the address is a NUL-terminated copy that lives for the call.
    descriptor = try unsafe Errno.check(host: host_connect_notify(address))
    let isForThis = variable("WATCHDOG_PID").map { Int32($0) == getpid() } ?? true
    let interval = isForThis ? variable("WATCHDOG_USEC").flatMap { Int64($0) } : nil
    watchdog = interval.flatMap { 1...9_000_000_000_000 ~= $0 ? $0 * 1000 : nil }
  }

  deinit { close(descriptor) }

  /// Sends assignments, one a line: `READY=1`. A manager that does not read in time misses them.
  package func send(_ assignments: [String]) {
    let octets = Array(assignments.joined(separator: "\n").utf8)
    // SAFETY: the count given is the buffer's.
    unsafe octets.withUnsafeBytes { buffer in
      unsafe _ = Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
    }
  }
}
