import Glibc

/// This process: its id, its rights, its priority, its end.
package enum CurrentProcess {
  package static var id: Int32 { getpid() }

  package static var isRoot: Bool { geteuid() == 0 }

  /// Ends this process at once, without unwinding.
  package static func exit(_ code: Int32) -> Never { _exit(code) }

  /// Asks the scheduler for more than an equal share, if nobody has said otherwise with nice(1) and the process may;
  /// for this thread and those that it starts.
  package static func raisePriority() {
    errno = 0
    guard getpriority(.init(PRIO_PROCESS.rawValue), 0) == 0, errno == 0 else { return }
    setpriority(.init(PRIO_PROCESS.rawValue), 0, raisedNiceness)
  }

  private static let raisedNiceness: Int32 = -10
}
