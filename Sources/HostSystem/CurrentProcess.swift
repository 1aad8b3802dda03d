import Glibc
import ProcFS

/// This process: its id, permissions, priority and end.
package enum CurrentProcess {
  package static var id: Int32 { getpid() }

  package static var isRoot: Bool { geteuid() == 0 }

  /// The path of its program; nil when /proc is not mounted.
  package static var executable: String? { ProcFS.link("/proc/self/exe") }

  /// Octets of memory that it takes (`VmRSS` of proc(5)); nil when /proc is not mounted.
  package static var residentOctets: UInt64? {
    guard let text = ProcFS.text("/proc/self/statm") else { return nil }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
    return pages.map { $0 * UInt64(sysconf(Int32(_SC_PAGESIZE))) }
  }

  /// Ends this process at once, without unwinding.
  package static func exit(_ code: Int32) -> Never { _exit(code) }

  /// Raises the scheduling priority of this thread and the threads that it starts, unless nice(1) has set one or the process
  /// lacks the permission.
  package static func raisePriority() {
    errno = 0
    guard getpriority(.init(PRIO_PROCESS.rawValue), 0) == 0, errno == 0 else { return }
    setpriority(.init(PRIO_PROCESS.rawValue), 0, raisedNiceness)
  }

  private static let raisedNiceness: Int32 = -10
}
