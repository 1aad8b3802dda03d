import CHost

/// A network and a mount namespace of this thread's own.
package enum PrivateNamespaces {
  /// Gives this thread, and all it starts from now on, a network of its own with nothing but loopback.
  ///
  /// - Returns: 0, or the errno.
  package static func enter() -> Int32 { -host_unshare() }

  /// Shows a file that holds `text` in place of the file `target`, in the private mount namespace; 0, or the errno.
  package static func replaceFile(_ target: String, with text: String) -> Int32 {
    // SAFETY: both are NUL-terminated copies that live for the call, and the count is the text's.
    -(unsafe host_cover(target, text, text.utf8.count))
  }
}
