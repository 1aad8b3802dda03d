import CHost
import Glibc

/// A process that kills everything in a cgroup and removes it when this program ends, however it ends.
package struct CgroupGuard: Sendable {
  private let path: String
  private let pid: Int32
  private let lifeline: Int32

  package struct Refusal: Error { package let errno: Int32 }

  package init(_ path: String) throws(Refusal) {
    var lifeline: Int32 = -1
    // SAFETY: the path is a NUL-terminated copy that lives for the call; the descriptor is this call's own.
    pid = unsafe host_guard_cgroup(path, &lifeline)
    self.lifeline = lifeline
    self.path = path
    guard pid > 0 else { throw Refusal(errno: -pid) }
  }

  /// Has it done now, and waits for that; 0, or the errno.
  package func release() -> Int32 {
    close(lifeline)
    var status: Int32 = 0
    // SAFETY: the status is this call's own.
    while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    // In case somebody has killed it.
    // SAFETY: as in init.
    return -(unsafe host_clear_cgroup(path))
  }
}
