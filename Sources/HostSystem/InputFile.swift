import Glibc
package import SystemPackage

/// A file, pipe or terminal that is read from its start to its end.
@safe
package struct InputFile: ~Copyable {
  private let descriptor: Int32
  private var buffer: [UInt8]
  /// In octets; nil if it is not a regular file.
  package let size: Int64?
  /// Octets read so far.
  package private(set) var position: Int64 = 0

  /// The result of a read.
  package enum ReadResult {
    case octets(ArraySlice<UInt8>)
    /// Nothing arrived in time.
    case timedOut
    case end
    case failed(Errno)
  }

  /// - Parameters:
  ///   - path: of the file; `-` is standard input.
  ///   - limit: the maximum octets of one read.
  package init(_ path: String, limit: Int = 256 << 10) throws(Errno) {
    // So that opening a named pipe without a writer does not block.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK
    // SAFETY: the path is a NUL-terminated copy; the status below is this call's own.
    descriptor = try path == "-" ? Errno.check(dup(0)) : unsafe Errno.check(open(path, flags))
    var status = stat()
    let isRegular = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    size = isRegular ? Int64(status.st_size) : nil
    buffer = [UInt8](repeating: 0, count: limit)
  }

  deinit { close(descriptor) }

  /// Throws why a path cannot be read, without opening it.
  package static func check(_ path: String) throws(Errno) {
    // SAFETY: the path is a NUL-terminated copy.
    try unsafe Errno.check(access(path, R_OK))
  }

  /// Reads the next octets, waiting at most `milliseconds` for the first of them.
  package mutating func read(waiting milliseconds: Int32) -> ReadResult {
    if size == nil {
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      // SAFETY: one entry, this call's own.
      let ready = unsafe poll(&wait, 1, milliseconds)
      if ready == 0 || ready < 0 && Errno.current == .interrupted { return .timedOut }
    }
    // SAFETY: the count given is the buffer's.
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
    }
    guard count >= 0 else {
      let error = Errno.current
      return error == .interrupted || error == .resourceTemporarilyUnavailable ? .timedOut : .failed(error)
    }
    position += Int64(count)
    return count == 0 ? .end : .octets(buffer[..<count])
  }
}
