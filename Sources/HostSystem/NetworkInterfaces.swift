import Glibc

/// The interfaces of this process's network namespace.
package enum NetworkInterfaces {
  /// The name of an interface in this network namespace.
  package static func name(of index: UInt32) -> String? {
    var text = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
    // SAFETY: the buffer has the size that the call asks for.
    guard unsafe if_indextoname(index, &text) != nil else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
