import Glibc
package import SystemPackage

/// A file that decides what this process does: nobody but root and this user may be able to change it.
package enum TrustedFile {
  package enum Refusal: Error, Equatable {
    case failed(Errno)
    case notRegular
    /// Others can write to it, or it belongs to another user than root and this one.
    case changeable
    case tooLarge
  }

  /// Its octets, at most `limit`.
  package static func contents(_ path: String, atMost limit: Int) throws(Refusal) -> [UInt8] {
    // SAFETY: the path is a NUL-terminated copy that lives for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .failed(.current) }
    defer { close(descriptor) }
    var status = stat()
    // SAFETY: the status is this call's own.
    guard unsafe fstat(descriptor, &status) == 0 else { throw .failed(.current) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    guard status.st_uid == 0 || status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
      throw .changeable
    }
    var octets: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while octets.count <= limit {
      // SAFETY: the count given is the buffer's.
      let count = unsafe read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { throw .failed(.current) }
      if count == 0 { return octets }
      octets += buffer[..<count]
    }
    throw .tooLarge
  }
}
