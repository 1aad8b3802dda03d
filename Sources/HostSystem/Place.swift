import CHost
import Glibc

/// Where this program runs: names, network and mount namespaces, cgroup directories, files.
package enum Place {
  package static func hostName() -> String? {
    var text = [CChar](repeating: 0, count: 256)
    // SAFETY: one octet less than the buffer, so a zero stays last.
    guard unsafe gethostname(&text, 255) == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  package static func isRoot() -> Bool { geteuid() == 0 }

  package static func processID() -> Int32 { getpid() }

  /// The kernel's release, such as `6.1.0-18-amd64`, and the machine, such as `x86_64`.
  package static func kernel() -> (release: String, machine: String) {
    var names = utsname()
    // SAFETY: uname fills NUL-terminated arrays; each is read up to its zero.
    unsafe uname(&names)
    let release = unsafe withUnsafeBytes(of: &names.release) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let machine = unsafe withUnsafeBytes(of: &names.machine) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return (release, machine)
  }

  /// The name of an interface in this network namespace.
  package static func interfaceName(_ index: UInt32) -> String? {
    var text = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
    // SAFETY: the buffer has the size that the call asks for.
    guard unsafe if_indextoname(index, &text) != nil else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The inode of a file, following links; nil when it is not there.
  package static func inode(_ path: String) -> UInt64? {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  /// Gives this thread, and all it starts from now on, a network of its own with nothing but loopback.
  ///
  /// - Returns: 0, or the errno.
  package static func enterPrivateNetwork() -> Int32 { -host_unshare() }

  /// Shows a file that holds `text` in place of the file `target`, in the private mount namespace; 0, or the errno.
  package static func cover(_ target: String, with text: String) -> Int32 {
    // SAFETY: both are NUL-terminated copies that live for the call, and the count is the text's.
    -(unsafe host_cover(target, text, text.utf8.count))
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
  package static func put(_ text: String, into path: String) -> Int32 {
    // SAFETY: as above.
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    let octets = Array(text.utf8)
    // SAFETY: the count given is the buffer's.
    let count = unsafe octets.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    return count == octets.count ? 0 : errno
  }

  package static func message(_ errno: Int32) -> String {
    // SAFETY: strerror's text is copied at once.
    unsafe String(cString: strerror(errno))
  }

  /// Ends this process at once, without unwinding.
  package static func exitNow(_ code: Int32) -> Never { _exit(code) }

  /// Asks the scheduler for more than an equal share, if nobody has said otherwise with nice(1) and the process may;
  /// for this thread and those that it starts.
  package static func raisePriority() {
    errno = 0
    guard getpriority(.init(PRIO_PROCESS.rawValue), 0) == 0, errno == 0 else { return }
    setpriority(.init(PRIO_PROCESS.rawValue), 0, raisedNiceness)
  }

  private static let raisedNiceness: Int32 = -10

  /// Lets other threads run for a millisecond.
  package static func nap() { usleep(1000) }
}

extension Place {
  package static func isBrokenPipe(_ errno: Int32) -> Bool { errno == EPIPE }

  /// EPERM, which policies answer; EACCES is also the BPF verifier's own word.
  package static func isForbidden(_ errno: Int32) -> Bool { errno == EPERM }

}

extension Place {
  /// A pipe that no child inherits by accident; nil when there are no descriptors left.
  package static func pipe() -> (reading: Int32, writing: Int32)? {
    var (reading, writing): (Int32, Int32) = (-1, -1)
    // SAFETY: both are this call's own.
    guard unsafe host_pipe(&reading, &writing) == 0 else { return nil }
    return (reading, writing)
  }
}

extension Place {
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
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Whether files can be made in a directory: 0, or the errno.
  package static func problemMakingFiles(in path: String) -> Int32 {
    // SAFETY: the path is a NUL-terminated copy.
    unsafe access(path, W_OK | X_OK) == 0 ? 0 : errno
  }
}

extension Place {
  /// Whether a path is a socket, or is nothing yet.
  package static func mayBecomeSocket(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: the path is a NUL-terminated copy, the status this call's own.
    return unsafe stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFSOCK
  }
}
