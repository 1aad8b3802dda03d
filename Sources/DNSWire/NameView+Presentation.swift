package import Bytes

extension NameView {
  /// What a name's octets are, as far as it matters to who has written them.
  package struct Kind: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A letter is upper case.
    package static let hasUpperCase = Kind(rawValue: 1)
    /// The presentation form has backslashes.
    package static let isEscaped = Kind(rawValue: 2)
  }

  /// Appends the name in presentation form (RFC 1035 §5.1), printable ASCII whatever its octets are.
  @discardableResult
  package func write(
    to output: inout ByteWriter, finalDot: Bool = true, lowercased: Bool = false
  ) -> Kind {
    let start = output.count
    var kind: ByteWriter.WordKind = []
    var cursor = LabelCursor(at: place)
    while let label = cursor.next(in: octets) {
      kind.formUnion(output.append(word: label, of: octets, lowercased: lowercased))
      output.append(.dot)
    }
    let isRoot = output.count == start
    if isRoot { output.append(.dot) }
    guard kind.contains(.hasOthers) else {
      if !finalDot, !isRoot { output.cut(to: output.count - 1) }
      return kind.contains(.hasUpperCase) ? .hasUpperCase : []
    }
    output.cut(to: start)
    output.append(escaping: self, finalDot: finalDot, lowercased: lowercased)
    return kind.contains(.hasUpperCase) ? [.hasUpperCase, .isEscaped] : .isEscaped
  }

  package func presentation(finalDot: Bool = true, lowercased: Bool = false) -> String {
    ByteWriter.text { write(to: &$0, finalDot: finalDot, lowercased: lowercased) }
  }
}

extension ByteWriter {
  /// Appends a name that is not the root.
  fileprivate mutating func append(escaping name: NameView, finalDot: Bool, lowercased: Bool) {
    var labels = name.labels
    while let label = labels.next() {
      append(label: label, lowercased: lowercased)
      append(.dot)
    }
    if !finalDot { cut(to: count - 1) }
  }

  /// Appends one label, escaped.
  mutating func append(label: Span<UInt8>, lowercased: Bool = true) {
    for index in label.indices {
      let octet = lowercased ? label[index].lowercased : label[index]
      append(escaping: octet, special: octet.isSpecialInNames, literalSpace: false)
    }
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
