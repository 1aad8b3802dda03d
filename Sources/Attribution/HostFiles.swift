import Glibc
import ProcFS

/// What attribution reads that a sandbox refuses: links of processes, files of container runtimes, the names of accounts.
package protocol HostFiles: Sendable {
  /// The target of a symbolic link; nil if it cannot be read.
  func link(_ path: String) -> String?
  /// A whole file; nil if it cannot be read.
  func octets(_ path: String) -> [UInt8]?
  /// The entries of a directory; empty if it cannot be read.
  func names(in path: String) -> [String]
  /// The name of a user; nil if there is none.
  func user(_ uid: UInt32) -> String?
  /// The name of a group; nil if there is none.
  func group(_ gid: UInt32) -> String?
}

/// Read by this process itself.
package struct DirectFiles: HostFiles {
  package init() {}

  package func link(_ path: String) -> String? { ProcFS.link(path) }
  package func octets(_ path: String) -> [UInt8]? { ProcFS.octets(path) }
  package func names(in path: String) -> [String] { ProcFS.names(in: path) }

  package func user(_ uid: UInt32) -> String? {
    // SAFETY: entry, buffer and size are local, and the name is copied before they are freed.
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var text = [CChar](repeating: 0, count: 16384)
    let result = unsafe getpwuid_r(uid, &entry, &text, text.count, &found)
    return unsafe result == 0 && found != nil ? unsafe String(cString: entry.pw_name) : nil
  }

  package func group(_ gid: UInt32) -> String? {
    var entry = unsafe Glibc.group()
    var found: UnsafeMutablePointer<Glibc.group>?
    var text = [CChar](repeating: 0, count: 16384)
    // SAFETY: as above.
    let result = unsafe getgrgid_r(gid, &entry, &text, text.count, &found)
    return unsafe result == 0 && found != nil ? unsafe String(cString: entry.gr_name) : nil
  }
}
