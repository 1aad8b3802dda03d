import Glibc
package import SystemPackage

/// Single operations on files and directories.
package enum FileSystem {
  package static func makeDirectory(_ path: String) throws(Errno) {
    // SAFETY: the path is a NUL-terminated copy.
    try unsafe Errno.check(mkdir(path, 0o755))
  }

  package static func removeDirectory(_ path: String) throws(Errno) {
    // SAFETY: as above.
    try unsafe Errno.check(rmdir(path))
  }

  package static func removeFile(_ path: String) {
    // SAFETY: as above.
    unsafe _ = unlink(path)
  }

  /// Replaces the text of a small file, such as those of cgroup v2.
  package static func write(_ text: String, to path: String) throws(Errno) {
    // SAFETY: as above.
    let descriptor = try unsafe Errno.check(open(path, O_WRONLY | O_CLOEXEC))
    defer { close(descriptor) }
    let octets = Array(text.utf8)
    // SAFETY: the count given is the buffer's.
    let count = unsafe octets.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count == octets.count else { throw .current }
  }
}

extension FileSystem {
  /// A whole file; nil when it cannot be read, or has more than `limit` octets.
  package static func contents(_ path: String, atMost limit: Int) -> [UInt8]? {
    // SAFETY: the path is a NUL-terminated copy.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var octets: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while octets.count <= limit {
      // SAFETY: the count given is the buffer's.
      let count = unsafe read(descriptor, &buffer, buffer.count)
      if count < 0 { return nil }
      if count == 0 { return octets }
      octets += buffer[..<count]
    }
    return nil
  }

  package static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    guard unsafe stat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  package static func isExecutable(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return unsafe access(path, X_OK) == 0
  }

  /// The directory part of a path; `.` without one.
  package static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Throws why no file can be created in a directory.
  package static func checkCreation(in path: String) throws(Errno) {
    // SAFETY: the path is a NUL-terminated copy.
    try unsafe Errno.check(access(path, W_OK | X_OK))
  }

  /// Whether a path is a socket, or does not exist.
  package static func mayBecomeSocket(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    return unsafe stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFSOCK
  }
}
