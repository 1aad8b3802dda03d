import Glibc

/// Identifies a regular file or block device, for any path or descriptor.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64

  /// Nil for a pipe, a socket, a terminal, or if it does not exist.
  package init?(path: String) {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  package init?(of descriptor: Int32) {
    var status = stat()
    // SAFETY: the status is this call's own.
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init?(_ status: stat) {
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG || kind == S_IFBLK else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}
