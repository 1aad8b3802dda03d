package import Bytes
import Glibc
import Synchronization
package import SystemPackage

/// Replaces a small file as a whole, again and again, from a thread of its own: whoever reads it sees the old contents or the
/// new ones, and never a part.
///
/// The new contents are written to a file beside it, `.NAME.querent-PID`, which then takes its name. One version waits at most:
/// one that comes while the one before is being written is skipped.
package final class FileReplacer: Sendable {
  /// Appends the contents; called on the writer's thread.
  package typealias Contents = @Sendable (inout ByteWriter) -> Void

  package enum Refusal: Error, Equatable {
    case symbolicLink
    /// A directory, a device, a pipe or a socket.
    case notRegular
    /// It has other contents than those that are replaced here.
    case foreign
    case failed(Errno)
  }

  /// What became of the versions.
  package struct Counts: Sendable, Equatable {
    package var written: UInt64 = 0
    package var skipped: UInt64 = 0
    package var failed: UInt64 = 0
    /// Why the last version is not there; nil when it is.
    package var error: Errno?
  }

  package let path: String
  private let temporaryPath: String
  private let report: @Sendable (String) -> Void
  private let state = Mutex(Counts())
  /// One version, and the last one.
  private let versions = BlockingQueue<Contents>(capacity: 2)
  private let isBusy = Atomic(false)
  private let isStarted = Atomic(false)
  private let isEnded = Atomic(false)
  private let done = BlockingQueue<Void>(capacity: 1)

  /// Checks the path, and changes nothing.
  ///
  /// - Parameters:
  ///   - head: what a file begins with that may be replaced; an empty file may be too.
  ///   - report: called with a sentence when a version can't be written, and when one can again.
  package init(
    _ path: String, replacing head: String, report: @escaping @Sendable (String) -> Void
  ) throws(Refusal) {
    let directory = FileSystem.directory(of: path)
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    self.path = path
    temporaryPath = "\(directory)/.\(name).querent-\(CurrentProcess.id)"
    self.report = report
    guard !name.isEmpty else { throw .notRegular }
    try Self.check(path, head)
    do throws(Errno) {
      try FileSystem.checkCreation(in: directory)
    } catch {
      throw .failed(error)
    }
  }

  /// Starts the thread that writes; to be called once.
  package func start() throws(Errno) {
    _ = try Thread { [self] in run() }
    isStarted.store(true, ordering: .releasing)
  }

  package var counts: Counts { state.withLock { $0 } }
  /// Whether a version is not written yet.
  var isWriting: Bool { isBusy.load(ordering: .acquiring) }

  /// Has the thread write a version; if the one before is still unwritten, this one is skipped and counted.
  package func offer(_ contents: @escaping Contents) {
    if isBusy.exchange(true, ordering: .acquiringAndReleasing) {
      state.withLock { $0.skipped += 1 }
    } else {
      _ = versions.offer(contents)
    }
  }

  /// Has the thread write the last version, and waits for that, for at most `milliseconds`. To be called once, after the
  /// last `offer`; does nothing if the thread was never started.
  package func finish(within milliseconds: Int, _ contents: @escaping Contents) -> Counts {
    guard isStarted.load(ordering: .acquiring) else { return counts }
    _ = versions.offer(contents)
    versions.close()
    done.wait(milliseconds: milliseconds)
    var counts = counts
    if !isEnded.load(ordering: .acquiring) { counts.error = .timedOut }
    return counts
  }
}

// MARK: The writer's side

extension FileReplacer {
  private func run() {
    while let versions = versions.takeAll() {
      for contents in versions { account(replace(contents)) }
      isBusy.store(false, ordering: .releasing)
    }
    isEnded.store(true, ordering: .releasing)
    _ = done.offer(())
  }

  private func account(_ error: Errno?) {
    let before = state.withLock { state in
      let before = state.error
      state.error = error
      if error == nil { state.written += 1 } else { state.failed += 1 }
      return before
    }
    if let error, before == nil {
      report("can't write \(path): \(error): it is tried again each time")
    } else if error == nil, before != nil {
      report("\(path) is written again")
    }
  }

  /// Gives why it failed.
  private func replace(_ contents: Contents) -> Errno? {
    var octets = ByteWriter(room: 16 << 10)
    contents(&octets)
    do throws(Errno) {
      let descriptor = try create()
      do throws(Errno) {
        try Self.write(octets.span, to: descriptor)
        // SAFETY: both paths are NUL-terminated copies that live for the call.
        try unsafe Errno.check(rename(temporaryPath, path))
      } catch {
        FileSystem.removeFile(temporaryPath)
        throw error
      }
      return nil
    } catch {
      return error
    }
  }

  /// Opens the temporary file, which must be new; one that a killed process with this pid has left is removed.
  private func create() throws(Errno) -> Int32 {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    // SAFETY: the path is a NUL-terminated copy that lives for the call.
    var descriptor = unsafe open(temporaryPath, flags, 0o644)
    if descriptor < 0 {
      guard Errno.current == .fileExists else { throw .current }
      FileSystem.removeFile(temporaryPath)
      // SAFETY: as above.
      descriptor = try unsafe Errno.check(open(temporaryPath, flags, 0o644))
    }
    // Its readers are other users, whatever the umask is.
    _ = fchmod(descriptor, 0o644)
    return descriptor
  }

  /// Writes everything and closes the file.
  private static func write(_ octets: Span<UInt8>, to descriptor: Int32) throws(Errno) {
    do throws(Errno) {
      try FileDescriptors.write(octets, to: descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    try Errno.check(close(descriptor))
  }
}

// MARK: What is there

extension FileReplacer {
  /// Throws why a path may not be replaced.
  private static func check(_ path: String, _ head: String) throws(Refusal) {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    guard unsafe lstat(path, &status) == 0 else {
      guard Errno.current == .noSuchFileOrDirectory else { throw .failed(.current) }
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFLNK: throw .symbolicLink
    default: throw .notRegular
    }
    guard status.st_size > 0 else { return }
    // SAFETY: the path is a NUL-terminated copy; the count given is the buffer's.
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .failed(.current) }
    defer { close(descriptor) }
    let wanted = Array(head.utf8)
    var found = [UInt8](repeating: 0, count: wanted.count)
    let count = unsafe found.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    guard count == wanted.count, found == wanted else { throw .foreign }
  }
}
