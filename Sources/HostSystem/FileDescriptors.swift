import CHost
import Glibc
package import SystemPackage

/// Open files by their numbers.
package enum FileDescriptors {
  /// Opens /dev/null as each of descriptors 0, 1 and 2 that is closed, so that no file gets its number and
  /// receives the messages for the user.
  ///
  /// Each is opened for the wrong direction: reading and writing still fail (EBADF), as with a closed
  /// descriptor, so a failed write is reported.
  package static func openStandard() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
      let flags = descriptor == 0 ? O_WRONLY : O_RDONLY
      // open(2) returns the lowest free number, which is this one. The root directory exists in every chroot.
      // SAFETY: both paths are NUL-terminated constants.
      if unsafe open("/dev/null", flags) < 0 { unsafe _ = open("/", O_RDONLY | O_DIRECTORY) }
    }
  }

  /// Whether a descriptor is open for writing.
  package static func isWritable(_ descriptor: Int32) -> Bool {
    let flags = fcntl(descriptor, F_GETFL)
    return flags >= 0 && flags & O_ACCMODE != O_RDONLY
  }

  /// Writes all octets to a descriptor that blocks.
  package static func write(_ octets: Span<UInt8>, to descriptor: Int32) throws(Errno) {
    var place = 0
    while place < octets.count {
      let rest = octets.extracting(place...)
      // SAFETY: the count given is the buffer's.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, Errno.current == .interrupted { continue }
      guard count > 0 else { throw .current }
      place += count
    }
  }

  /// What can be read next from a descriptor that blocks; nil at its end.
  package static func read(_ descriptor: Int32) -> ArraySlice<UInt8>? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      // SAFETY: the count given is the buffer's.
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, Errno.current == .interrupted { continue }
      return count > 0 ? buffer[..<count] : nil
    }
  }

  package static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

  /// A pipe that no child process inherits.
  package static func pipe() throws(Errno) -> (reading: Int32, writing: Int32) {
    var (reading, writing): (Int32, Int32) = (-1, -1)
    // SAFETY: both are this call's own.
    try unsafe Errno.check(host: host_pipe(&reading, &writing))
    return (reading, writing)
  }
}
