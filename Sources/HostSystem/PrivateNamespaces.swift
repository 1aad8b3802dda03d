import CHost
package import SystemPackage

/// A network and a mount namespace for this thread.
package enum PrivateNamespaces {
  /// Moves this thread, and everything that it starts, into new namespaces; the network has loopback only.
  package static func enter() throws(Errno) { try Errno.check(host: host_unshare()) }

  /// Mounts a file with the contents `text` over the file `target`, in the private mount namespace.
  package static func replaceFile(_ target: String, with text: String) throws(Errno) {
    // SAFETY: both are NUL-terminated copies that live for the call, and the count is the text's.
    try unsafe Errno.check(host: host_cover(target, text, text.utf8.count))
  }
}
