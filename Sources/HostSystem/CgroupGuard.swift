import CHost
import Glibc
package import SystemPackage

/// A process that kills everything in a cgroup and removes it when this program ends for any reason.
package struct CgroupGuard: Sendable {
  private let path: String
  private let pid: Int32
  private let lifeline: Int32

  package init(_ path: String) throws(Errno) {
    var lifeline: Int32 = -1
    // SAFETY: the path is a NUL-terminated copy that lives for the call; the descriptor is this call's own.
    pid = try unsafe Errno.check(host: host_guard_cgroup(path, &lifeline))
    self.lifeline = lifeline
    self.path = path
  }

  /// Kills and removes now, and waits for it.
  package func release() throws(Errno) {
    close(lifeline)
    var status: Int32 = 0
    // SAFETY: the status is this call's own.
    while unsafe waitpid(pid, &status, 0) < 0 && Errno.current == .interrupted {}
    // It may have been killed before it finished.
    // SAFETY: as in init.
    try unsafe Errno.check(host: host_clear_cgroup(path))
  }
}
