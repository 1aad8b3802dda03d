import Glibc

/// The names of this host and its kernel.
package enum HostIdentity {
  package static func hostName() -> String? {
    var text = [CChar](repeating: 0, count: 256)
    // SAFETY: the size is one less than the buffer's, so the last octet remains zero.
    guard unsafe gethostname(&text, 255) == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

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
}
