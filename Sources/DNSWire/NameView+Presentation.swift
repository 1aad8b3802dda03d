package import Bytes

extension NameView {
  /// Appends the name in presentation form (RFC 1035 §5.1), printable ASCII whatever its octets are.
  package func write(to output: inout ByteWriter, finalDot: Bool = true, lowercased: Bool = false) {
    output.append(name: self, finalDot: finalDot, lowercased: lowercased)
  }

  package func presentation(finalDot: Bool = true, lowercased: Bool = false) -> String {
    ByteWriter.text { write(to: &$0, finalDot: finalDot, lowercased: lowercased) }
  }
}

extension ByteWriter {
  mutating func append(name: NameView, finalDot: Bool, lowercased: Bool) {
    var labels = name.labels
    guard var label = labels.next() else { return append(.dot) }
    while true {
      append(label: label, lowercased: lowercased)
      guard let next = labels.next() else { break }
      append(.dot)
      label = next
    }
    if finalDot { append(.dot) }
  }

  /// Appends one label, escaped.
  mutating func append(label: Span<UInt8>, lowercased: Bool = true) {
    if append(plain: label, lowercased: lowercased) { return }
    for index in label.indices {
      let octet = lowercased ? label[index].lowercased : label[index]
      append(escaping: octet, special: octet.isSpecialInNames, literalSpace: false)
    }
  }
}

extension NameView {
  /// Appends a name that needs no escape, as most do, without the final dot; false, and nothing, if it needs one.
  package func writePlain(to output: inout ByteWriter, lowercased: Bool) -> Bool {
    let start = output.count
    var labels = labels
    while let label = labels.next() {
      if output.count > start { output.append(.dot) }
      guard output.append(plain: label, lowercased: lowercased) else {
        output.cut(to: start)
        return false
      }
    }
    if output.count == start { output.append(.dot) }
    return true
  }
}

extension UInt8 {
  static let dot = UInt8(ascii: ".")

  /// What a zone file gives a meaning to inside a name: `"` `$` `(` `)` `.` `;` `@` `\`.
  fileprivate var isSpecialInNames: Bool {
    switch self {
    case 0x22, 0x24, 0x28, 0x29, 0x2E, 0x3B, 0x40, 0x5C: true
    default: false
    }
  }
}
