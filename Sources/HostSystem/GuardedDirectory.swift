import Glibc
import ProcFS
package import SystemPackage

/// A directory that only this user and root can change, so that nobody else decides which file a name in it means. Its files
/// may be read by a group.
package struct GuardedDirectory: Sendable {
  /// Absolute, without symbolic links.
  package let path: String

  /// Why a directory is not used.
  package enum Refusal: Error, Equatable {
    case failed(Errno)
    case notADirectory
    /// Others than this user and root can change this directory, or one above it.
    case changeable(String)
  }

  /// - Parameter group: who may read a directory that is made here, by name or number, if there is such a group.
  package init(creating path: String, readableBy group: String) throws(Refusal) {
    do throws(Errno) {
      // SAFETY: the path is a NUL-terminated copy, here and below.
      try unsafe Errno.check(mkdir(path, 0o750))
      if let id = Self.group(group) {
        // The files that are made in it get its group. Where that is not allowed the group stays as it is.
        if unsafe lchown(path, uid_t.max, id) == 0 { unsafe _ = chmod(path, 0o2750) }
      }
    } catch {
      guard error == .fileExists else { throw .failed(error) }
    }
    try self.init(path)
    try check()
  }

  /// - Parameter path: is made for this user alone, unless it is there.
  package init(creatingPrivate path: String) throws(Refusal) {
    do throws(Errno) {
      // SAFETY: the path is a NUL-terminated copy.
      try unsafe Errno.check(mkdir(path, 0o700))
    } catch {
      guard error == .fileExists else { throw .failed(error) }
    }
    try self.init(path)
    try check()
  }

  /// A directory that is there, for reading.
  package init(_ path: String) throws(Refusal) {
    // SAFETY: realpath(3) gives memory of its own, which is copied and freed.
    guard let real = unsafe realpath(path, nil) else { throw .failed(.current) }
    defer { unsafe free(real) }
    self.path = unsafe String(cString: real)
    // SAFETY: the status is this call's own.
    var status = stat()
    guard unsafe lstat(self.path, &status) == 0 else { throw .failed(.current) }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw .notADirectory }
    guard unsafe access(self.path, R_OK | X_OK) == 0 else { throw .failed(.current) }
  }

  /// Throws unless nobody else can change the directory, or put another one in its place.
  private func check() throws(Refusal) {
    var place = path
    while true {
      var status = stat()
      // SAFETY: as above.
      guard unsafe lstat(place, &status) == 0 else { throw .failed(.current) }
      let isOwned = status.st_uid == 0 || status.st_uid == geteuid()
      let isOpen = status.st_mode & 0o022 != 0
      // Above it, a sticky directory is fine: nobody else can rename what is in it.
      guard isOwned, !isOpen || place != path && status.st_mode & S_ISVTX != 0 else {
        throw .changeable(place)
      }
      guard place != "/" else { return }
      place = FileSystem.directory(of: place)
    }
  }

  private static func group(_ name: String) -> gid_t? {
    if let number = gid_t(name) { return number }
    // SAFETY: getgrnam answers a static entry, copied before the next call.
    guard let entry = unsafe getgrnam(name) else { return nil }
    return unsafe entry.pointee.gr_gid
  }
}

// MARK: Files

extension GuardedDirectory {
  package func path(_ name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

  package var names: [String] { ProcFS.names(in: path) }

  /// Makes an empty file that the group may read, unless there is a regular file of that name.
  package func create(_ name: String) throws(Errno) {
    let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
    // SAFETY: as above.
    let descriptor = try unsafe Errno.check(open(path(name), flags, 0o640))
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .current }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else { throw .fileExists }
  }

  /// Replaces a small file, which only this user may read, as a whole: after a crash it has the old octets or the new ones.
  package func replace(_ name: String, with octets: Span<UInt8>) throws(Errno) {
    let new = path(".\(name).new")
    FileSystem.removeFile(new)
    // SAFETY: as above, also below.
    let descriptor = try unsafe Errno.check(
      open(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600))
    defer { close(descriptor) }
    try FileDescriptors.write(octets, to: descriptor)
    try Errno.check(fsync(descriptor))
    try unsafe Errno.check(rename(new, path(name)))
    let directory = try unsafe Errno.check(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    defer { close(directory) }
    try Errno.check(fsync(directory))
  }

  package func remove(_ name: String) { FileSystem.removeFile(path(name)) }

  /// What a file takes on the disk, in octets; 0 if it is not there.
  package func size(of name: String) -> Int64 {
    var status = stat()
    // SAFETY: as above.
    return unsafe lstat(path(name), &status) == 0 ? Int64(status.st_blocks) * 512 : 0
  }

  /// Takes the directory for this process, until it ends or closes the descriptor; nil when another process has it.
  package func lock(_ name: String) throws(Errno) -> Int32? {
    try create(name)
    // SAFETY: as above.
    let descriptor = try unsafe Errno.check(open(path(name), O_RDWR | O_NOFOLLOW | O_CLOEXEC))
    guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return descriptor }
    close(descriptor)
    return nil
  }

  package static func unlock(_ descriptor: Int32) { close(descriptor) }
}
