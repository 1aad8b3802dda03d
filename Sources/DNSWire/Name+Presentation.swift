package import Bytes

extension Name {
  /// Appends the name in presentation form (RFC 1035 §5.1), printable ASCII whatever its octets are.
  package func write(to output: inout [UInt8], finalDot: Bool = true, lowercased: Bool = false) {
    output.append(nameAt: offset, in: wire.span, finalDot: finalDot, lowercased: lowercased)
  }

  package func presentation(finalDot: Bool = true, lowercased: Bool = false) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(64)
    write(to: &text, finalDot: finalDot, lowercased: lowercased)
    return String(decoding: text, as: UTF8.self)
  }
}

extension Name: CustomStringConvertible {
  package var description: String { presentation() }
}

extension [UInt8] {
  /// Appends the checked name at `offset`.
  mutating func append(nameAt offset: Int, in octets: Span<UInt8>, finalDot: Bool, lowercased: Bool) {
    var cursor = LabelCursor(at: offset)
    guard var label = cursor.next(in: octets) else { return append(.dot) }
    while true {
      append(label: label, in: octets, lowercased: lowercased)
      guard let next = cursor.next(in: octets) else { break }
      append(.dot)
      label = next
    }
    if finalDot { append(.dot) }
  }

  /// Appends one label, escaped.
  mutating func append(label: Range<Int>, in octets: Span<UInt8>, lowercased: Bool = true) {
    for index in label {
      let octet = lowercased ? octets[index].lowercased : octets[index]
      append(escaping: octet, special: octet.isSpecialInNames, literalSpace: false)
    }
  }
}

extension Name {
  /// Appends a name that needs no escape, as most do, without the final dot; false, and nothing, if it needs one.
  package func writePlain(to output: inout OctetBuffer, lowercased: Bool) -> Bool {
    let octets = wire.span
    let start = output.count
    var cursor = LabelCursor(at: offset)
    while let label = cursor.next(in: octets) {
      if output.count > start { output.append(.dot) }
      for index in label {
        let octet = lowercased ? octets[index].lowercased : octets[index]
        guard octet.isPlainInNames else {
          output.cut(to: start)
          return false
        }
        output.append(octet)
      }
    }
    if output.count == start { output.append(.dot) }
    return true
  }
}

extension UInt8 {
  static let dot = UInt8(ascii: ".")

  /// Letters, digits, hyphen and underscore.
  fileprivate var isPlainInNames: Bool {
    switch self {
    case 0x61...0x7A, 0x30...0x39, 0x41...0x5A, 0x2D, 0x5F: true
    default: false
    }
  }

  /// What a zone file gives a meaning to inside a name: `"` `$` `(` `)` `.` `;` `@` `\`.
  fileprivate var isSpecialInNames: Bool {
    switch self {
    case 0x22, 0x24, 0x28, 0x29, 0x2E, 0x3B, 0x40, 0x5C: true
    default: false
    }
  }
}

// MARK: Parsing

extension Name {
  /// Parses presentation form; nil when a label is empty or longer than 63 octets, the name longer than
  /// 255, or an escape incomplete. The final dot may be missing: every name is absolute.
  package init?(_ presentation: String) {
    var wireForm: [UInt8] = []
    if presentation != "." {
      var parser = PresentationParser(presentation)
      while !parser.isAtEnd {
        guard let label = parser.label() else { return nil }
        wireForm.append(UInt8(truncatingIfNeeded: label.count))
        wireForm.append(contentsOf: label)
      }
      guard !wireForm.isEmpty else { return nil }
    }
    wireForm.append(0)
    guard wireForm.count <= 255 else { return nil }
    self.init(wire: Wire(wireForm), offset: 0)
  }

  /// A name that stands alone and uncompressed, as in an EDNS option; nil when it is not one exactly.
  package init?(wireForm octets: ArraySlice<UInt8>) {
    let wire = Wire(Array(octets))
    var reader = WireReader(wire.span, to: wire.count, shortage: .truncatedRecord)
    guard (try? reader.name()) != nil, reader.isAtEnd else { return nil }
    self.init(wire: wire, offset: 0)
  }
}

private struct PresentationParser {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = Substring(text).utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  /// The octets up to the next unescaped dot, which is passed over.
  mutating func label() -> [UInt8]? {
    var label: [UInt8] = []
    while let octet = rest.popFirst(), octet != .dot {
      if octet == UInt8(ascii: "\\") {
        guard let escaped = escaped() else { return nil }
        label.append(escaped)
      } else {
        label.append(octet)
      }
    }
    return 1...63 ~= label.count ? label : nil
  }

  /// What stands behind a backslash: three decimal digits, or one octet for itself.
  private mutating func escaped() -> UInt8? {
    guard let first = rest.popFirst() else { return nil }
    guard let hundreds = first.digit else { return first }
    guard let tens = rest.popFirst()?.digit, let ones = rest.popFirst()?.digit else { return nil }
    return UInt8(exactly: Int(hundreds) * 100 + Int(tens) * 10 + Int(ones))
  }
}

extension UInt8 {
  fileprivate var digit: UInt8? { 0x30...0x39 ~= self ? self - 0x30 : nil }
}
