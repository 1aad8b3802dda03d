import Glibc

/// A unix socket to listen at: who may connect, its owner, group and mode say.
package struct UnixSocket: Sendable {
  package let path: String
  private let group: gid_t?

  package struct Problem: Error, CustomStringConvertible {
    package let description: String
    package let advice: String
  }

  private static let longestPath = 107

  /// Removes the socket of a server that was killed.
  ///
  /// - Parameter group: who may connect, besides this user.
  package init(_ path: String, group name: String?) throws(Problem) {
    guard (1...Self.longestPath).contains(path.utf8.count) else {
      throw Problem(
        description: "\(path) is no path of a socket", advice: "it has 1 to \(Self.longestPath) octets")
    }
    self.path = path
    // SAFETY: getgrnam answers a static entry, copied before the next call.
    group = try name.map { (name) throws(Problem) in
      guard let entry = unsafe getgrnam(name) else {
        throw Problem(
          description: "there is no group \(name)", advice: "give the name of a group of this host")
      }
      return unsafe entry.pointee.gr_gid
    }
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own; so too below.
    guard unsafe lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw Problem(description: "\(path) is no socket", advice: "give a path at which there is nothing")
    }
    guard !Self.isListening(path) else {
      throw Problem(description: "another server listens at \(path)", advice: "end it, or give another path")
    }
    unsafe _ = unlink(path)
  }

  /// Lets the group connect: the socket was made for this user alone.
  package func share() throws(Problem) {
    guard let group else { return }
    guard unsafe lchown(path, uid_t.max, group) == 0, unsafe chmod(path, 0o660) == 0 else {
      throw Problem(
        description: "the group can't be given \(path)", advice: "run the server as a member of the group")
    }
  }

  // SAFETY: as above.
  package func remove() { unsafe _ = unlink(path) }

  /// New files are this user's alone.
  package static func protectNewFiles() { umask(0o077) }

  private static func isListening(_ path: String) -> Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // SAFETY: the path is shorter than the field, which is zero behind it.
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }
}
