import Glibc

/// Single operations on files and directories.
package enum FileSystem {
  /// The inode of a file, following links; nil when it is not there.
  package static func inode(_ path: String) -> UInt64? {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  package static func makeDirectory(_ path: String) -> Int32 {
    // SAFETY: as above.
    unsafe mkdir(path, 0o755) == 0 ? 0 : errno
  }

  package static func removeDirectory(_ path: String) -> Int32 {
    // SAFETY: as above.
    unsafe rmdir(path) == 0 ? 0 : errno
  }

  package static func removeFile(_ path: String) {
    // SAFETY: as above.
    unsafe _ = unlink(path)
  }

  /// Replaces a small file's text, as the files of cgroup v2 take it; 0, or the errno.
  package static func write(_ text: String, to path: String) -> Int32 {
    // SAFETY: as above.
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    let octets = Array(text.utf8)
    // SAFETY: the count given is the buffer's.
    let count = unsafe octets.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    return count == octets.count ? 0 : errno
  }
}

extension FileSystem {
  /// The names of what is in a directory; none when it can't be read.
  package static func names(in path: String) -> [String] {
    // SAFETY: the path is a NUL-terminated copy.
    guard let directory = unsafe opendir(path) else { return [] }
    // SAFETY: opened above, and closed once.
    defer { unsafe _ = closedir(directory) }
    var names: [String] = []
    // SAFETY: an entry lasts until the next call; its name ends with a zero and is copied at once.
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// The folder that a path names something in.
  package static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Whether files can be made in a directory: 0, or the errno.
  package static func problemMakingFiles(in path: String) -> Int32 {
    // SAFETY: the path is a NUL-terminated copy.
    unsafe access(path, W_OK | X_OK) == 0 ? 0 : errno
  }

  /// Whether a path is a socket, or is nothing yet.
  package static func mayBecomeSocket(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    return unsafe stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFSOCK
  }
}
