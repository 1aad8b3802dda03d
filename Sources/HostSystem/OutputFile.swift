import Glibc
package import SystemPackage

/// A file for output: opened and checked early, changed only just before the first record.
///
/// It is opened once, without following a symbolic link, and checked by its descriptor, so another process cannot replace
/// it between the check and the writing.
package struct OutputFile: Sendable {
  package let path: String
  private let mode: Mode
  /// Open for writing at the end; -1 while the file does not exist.
  package private(set) var descriptor: Int32 = -1
  private var kind = Kind.regular
  /// Its octets before the first record.
  package private(set) var size = 0
  private(set) var isCreated = false
  /// The octets before the first record that is appended.
  package var separator: [UInt8] = []

  /// The treatment of a regular file's contents.
  package enum Mode: Sendable {
    /// A file that is not empty is refused.
    case refuseNonEmpty
    case append, overwrite
  }

  package enum OpenError: Error, Equatable {
    case symbolicLink, blockDevice, socket, notEmpty
    /// Another process holds its lock (flock(2)).
    case inUse
    /// Records cannot be appended at its end.
    case notContinuable
    /// Another process created it after the check.
    case appeared
    case failed(Errno)
  }

  private enum Kind { case regular, stream }

  /// Opens an existing file, and changes nothing. For a named pipe it waits for a reader.
  package init(_ path: String, mode: Mode) throws(OpenError) {
    self.path = path
    self.mode = mode
    descriptor = Self.open(path, O_NONBLOCK)
    if descriptor < 0 {
      try explain(.current)
      guard descriptor >= 0 else { return }
    }
    do throws(OpenError) {
      try examine()
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Creates the file if it does not exist.
  package mutating func create() throws(OpenError) {
    guard descriptor < 0 else { return }
    descriptor = Self.open(path, O_CREAT | O_EXCL)
    guard descriptor >= 0 else {
      let error = Errno.current
      throw error == .fileExists ? .appeared : .failed(error)
    }
    isCreated = true
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || Errno.current != .wouldBlock else { throw .inUse }
  }

  /// Empties a file that is to be overwritten.
  package func truncate() throws(Errno) {
    guard kind == .regular, mode == .overwrite, size > 0 else { return }
    try Errno.check(ftruncate(descriptor, 0))
  }

  /// Removes the file if this process created it; to be called if nothing was written.
  package func removeIfUnused() {
    guard isCreated, FileIdentity(of: descriptor) == FileIdentity(path: path) else { return }
    FileSystem.removeFile(path)
  }

  /// Whether its name is another file's now, or nobody's.
  package var isRenamed: Bool {
    isRegular && FileIdentity(of: descriptor) != FileIdentity(path: path)
  }

  /// Opens the file that has the name now, or makes one, in place of the old one and under the same descriptor.
  func reopen() throws(OpenError) {
    var next = try OutputFile(path, mode: .append)
    if next.descriptor < 0 { try next.create() }
    defer { close(next.descriptor) }
    guard next.isRegular else { throw .notContinuable }
    guard dup2(next.descriptor, descriptor) >= 0 else { throw .failed(.current) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  /// Whether written octets can be cut off again.
  package var isRegular: Bool { kind == .regular }

  /// Whether octets remain before the first record.
  package var isAppendedTo: Bool { mode == .append && size > 0 }

  /// Octets of the file from an offset on; fewer at its end, none if it cannot be read.
  package func octets(at offset: Int, count: Int) -> [UInt8] {
    // The same file again, even if its path names another one now.
    // SAFETY: the path is a NUL-terminated copy; the count given is the buffer's.
    let reading = unsafe Glibc.open("/proc/self/fd/\(descriptor)", O_RDONLY | O_CLOEXEC)
    guard reading >= 0 else { return [] }
    defer { close(reading) }
    var buffer = [UInt8](repeating: 0, count: count)
    let found = unsafe buffer.withUnsafeMutableBytes {
      unsafe pread(reading, $0.baseAddress, $0.count, off_t(offset))
    }
    return Array(buffer.prefix(max(0, found)))
  }

  private static func open(_ path: String, _ flags: Int32) -> Int32 {
    // Always at the end, so that no hole appears if others truncate the file.
    let flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC | flags
    // SAFETY: the path is a NUL-terminated copy that lives for the call.
    return unsafe Glibc.open(path, flags, 0o644)
  }
}

// MARK: Checks

extension OutputFile {
  /// Why it could not be opened; returns if there is no such file and it can be created, or if it is now open.
  private mutating func explain(_ error: Errno) throws(OpenError) {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    let isThere = unsafe lstat(path, &status) == 0
    switch (error, isThere ? status.st_mode & S_IFMT : 0) {
    case (.noSuchFileOrDirectory, _):
      do throws(Errno) {
        try FileSystem.checkCreation(in: FileSystem.directory(of: path))
      } catch {
        throw .failed(error)
      }
    case (.tooManySymbolicLinkLevels, S_IFLNK): throw .symbolicLink
    case (.noSuchAddressOrDevice, S_IFSOCK): throw .socket
    case (.noSuchAddressOrDevice, S_IFIFO):
      // Ctrl-C still ends the process at this point.
      descriptor = Self.open(path, 0)
      guard descriptor >= 0 else { throw .failed(.current) }
    default: throw .failed(error)
    }
  }

  private mutating func examine() throws(OpenError) {
    var status = stat()
    // SAFETY: the status is this call's own.
    guard unsafe fstat(descriptor, &status) == 0 else { throw .failed(.current) }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      size = Int(status.st_size)
      guard size == 0 || mode != .refuseNonEmpty else { throw .notEmpty }
      // A file system without locks has none that another process could hold.
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || Errno.current != .wouldBlock else { throw .inUse }
    case S_IFIFO, S_IFCHR: kind = .stream
    default: throw .blockDevice
    }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
  }
}
