import Glibc

/// Reads files, links and directories whole, as /proc and /sys need it.
package enum ProcFS {
  /// The entries of a directory that are numbers, such as the processes in /proc.
  package static func numbers(in path: String) -> [Int32] {
    names(in: path).compactMap { Int32($0) }
  }

  /// The entries of a directory except `.` and `..`; empty if it cannot be read.
  package static func names(in path: String) -> [String] {
    // SAFETY: the path is a NUL-terminated copy that lives for the call.
    let directory = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    return directory < 0 ? [] : names(in: directory)
  }

  /// The same of a directory that is open, which it closes.
  package static func names(in directory: Int32) -> [String] {
    // SAFETY: the stream owns the descriptor and is closed below; each entry is copied before the next is read.
    guard let stream = unsafe fdopendir(directory) else {
      close(directory)
      return []
    }
    defer { unsafe _ = closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      // SAFETY: d_name is a NUL-terminated array inside the entry.
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// The inode of a file or directory; nil if it cannot be read.
  package static func inode(_ path: String) -> UInt64? {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  /// When a file was last written, in nanoseconds since the epoch; nil if it cannot be read.
  package static func modified(_ path: String) -> Int64? {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
  }

  /// The target of a symbolic link; nil if there is none or it cannot be read.
  package static func link(_ path: String) -> String? {
    var octets = [UInt8](repeating: 0, count: 4096)
    // SAFETY: the length passed is the buffer's length.
    let count = unsafe octets.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return 0 }
      return unsafe readlink(path, start.assumingMemoryBound(to: CChar.self), buffer.count)
    }
    return count > 0 ? String(decoding: octets.prefix(count), as: UTF8.self) : nil
  }

  /// The octets of a file, up to `limit`; nil if it cannot be opened.
  package static func octets(_ path: String, limit: Int = 1 << 20) -> [UInt8]? {
    // SAFETY: the path is a NUL-terminated copy that lives for the call.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    return file < 0 ? nil : octets(of: file, limit: limit)
  }

  /// The same of a file that is open, which it closes.
  package static func octets(of file: Int32, limit: Int = 1 << 20) -> [UInt8] {
    defer { close(file) }
    var octets: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while octets.count < limit {
      let wanted = min(piece.count, limit - octets.count)
      // SAFETY: `wanted` is at most the buffer's count.
      let count = unsafe piece.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, wanted) }
      if count <= 0 { break }
      octets += piece[..<count]
    }
    return octets
  }

  /// The contents of a file as text, with invalid UTF-8 replaced.
  package static func text(_ path: String) -> String? {
    octets(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Nanoseconds per clock tick, the unit of times in /proc.
  package static let nanosecondsPerTick: UInt64 =
    1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
}
