import Glibc

/// A file descriptor that closes itself.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Takes ownership of `number`, which must be open.
  init(owning number: Int32) { self.number = number }

  /// Opens a directory; nil with errno set on failure.
  init?(directory path: String) {
    // SAFETY: the path is a NUL-terminated copy that is valid during the call.
    let number = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { return nil }
    self.number = number
  }

  deinit { close(number) }
}
