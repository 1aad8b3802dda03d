import CHost
import Glibc

/// A file that is named for output: looked at early, and changed only when records are about to come.
///
/// It is opened once, without following a symbolic link; what it is, is asked of the descriptor, so nobody can put
/// another file in its place in between.
package struct OutputFile: Sendable {
  package let path: String
  private let mode: Mode
  /// Open for writing at the end; -1 while there is no such file.
  package private(set) var descriptor: Int32 = -1
  private var kind = Kind.regular
  /// Octets in it before the first of ours.
  package private(set) var size = 0
  private var isCreated = false
  /// What stands before the first record that is appended.
  package var separator: [UInt8] = []

  /// What becomes of what is in a regular file.
  package enum Mode: Sendable {
    /// A file that is not empty is refused.
    case refuseNonEmpty
    case append, overwrite
  }

  package enum OpenError: Error {
    case symbolicLink, blockDevice, socket, notEmpty
    /// Another process has locked it, as querent does.
    case inUse
    /// It can't be appended to.
    case notContinuable
    /// Somebody made it after it had been looked at.
    case appeared
    case failed(errno: Int32)
  }

  private enum Kind { case regular, stream }

  /// Opens what is there, and changes nothing. A named pipe without a reader is waited for.
  package init(_ path: String, mode: Mode) throws(OpenError) {
    self.path = path
    self.mode = mode
    descriptor = Self.open(path, O_NONBLOCK)
    if descriptor < 0 {
      try explain(errno)
      guard descriptor >= 0 else { return }
    }
    do throws(OpenError) {
      try examine()
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Creates the file if there was none.
  package mutating func create() throws(OpenError) {
    guard descriptor < 0 else { return }
    descriptor = Self.open(path, O_CREAT | O_EXCL)
    guard descriptor >= 0 else { throw errno == EEXIST ? .appeared : .failed(errno: errno) }
    isCreated = true
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { throw .inUse }
  }

  /// Takes out what is to be overwritten; 0, or the errno.
  package func truncate() -> Int32 {
    guard kind == .regular, mode == .overwrite, size > 0 else { return 0 }
    return ftruncate(descriptor, 0) == 0 ? 0 : errno
  }

  /// Removes the file if it was created here and nothing was written.
  package func removeIfUnused() {
    guard isCreated, FileIdentity(of: descriptor) == FileIdentity(path: path) else { return }
    FileSystem.removeFile(path)
  }

  /// Whether what is written can be taken back.
  package var isRegular: Bool { kind == .regular }

  /// Octets that will stay before the first record.
  package var isAppendedTo: Bool { mode == .append && size > 0 }

  /// Octets of the file from a place on; fewer where it ends, none when it can't be read.
  package func octets(at place: Int, count: Int) -> [UInt8] {
    // The same file again, whatever its path names by now.
    // SAFETY: the path is a NUL-terminated copy; the count given is the buffer's.
    let reading = unsafe Glibc.open("/proc/self/fd/\(descriptor)", O_RDONLY | O_CLOEXEC)
    guard reading >= 0 else { return [] }
    defer { close(reading) }
    var buffer = [UInt8](repeating: 0, count: count)
    let found = unsafe buffer.withUnsafeMutableBytes {
      unsafe pread(reading, $0.baseAddress, $0.count, off_t(place))
    }
    return Array(buffer.prefix(max(0, found)))
  }

  private static func open(_ path: String, _ flags: Int32) -> Int32 {
    // Always at the end: what others take out of the file in the meantime leaves no hole.
    let flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC | flags
    // SAFETY: the path is a NUL-terminated copy that lives for the call.
    return unsafe Glibc.open(path, flags, 0o644)
  }
}

// MARK: What is there

extension OutputFile {
  /// Why it could not be opened; returns when there is no such file and it can be made, or when it is open after all.
  private mutating func explain(_ errno: Int32) throws(OpenError) {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    let isThere = unsafe lstat(path, &status) == 0
    switch (errno, isThere ? status.st_mode & S_IFMT : 0) {
    case (ENOENT, _):
      let problem = FileSystem.problemMakingFiles(in: FileSystem.directory(of: path))
      guard problem == 0, !path.hasSuffix("/") else { throw .failed(errno: problem == 0 ? EISDIR : problem) }
    case (ELOOP, S_IFLNK): throw .symbolicLink
    case (ENXIO, S_IFSOCK): throw .socket
    case (ENXIO, S_IFIFO):
      // Ctrl-C still ends the process here.
      descriptor = Self.open(path, 0)
      guard descriptor >= 0 else { throw .failed(errno: Glibc.errno) }
    default: throw .failed(errno: errno)
    }
  }

  private mutating func examine() throws(OpenError) {
    var status = stat()
    // SAFETY: the status is this call's own.
    guard unsafe fstat(descriptor, &status) == 0 else { throw .failed(errno: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      size = Int(status.st_size)
      guard size == 0 || mode != .refuseNonEmpty else { throw .notEmpty }
      // A file system without locks has none that another process could hold.
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { throw .inUse }
    case S_IFIFO, S_IFCHR: kind = .stream
    default: throw .blockDevice
    }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
  }
}
