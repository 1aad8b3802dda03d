import Glibc

/// What an errno means.
package enum SystemError {
  package static func message(_ errno: Int32) -> String {
    // SAFETY: strerror's text is copied at once.
    unsafe String(cString: strerror(errno))
  }

  package static func isBrokenPipe(_ errno: Int32) -> Bool { errno == EPIPE }

  /// EPERM, which policies answer; EACCES is also the BPF verifier's own word.
  package static func isForbidden(_ errno: Int32) -> Bool { errno == EPERM }
}
