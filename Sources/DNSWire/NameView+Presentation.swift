package import Bytes

extension NameView {
  /// The kinds of octets in a name, for the caller that has written them.
  package struct Kind: Sendable {
    /// A letter is upper case.
    package let hasUpperCase: Bool
    /// The presentation form has backslashes.
    package let isEscaped: Bool
  }

  /// Appends the name in presentation form (RFC 1035 §5.1): printable ASCII for any octets.
  @discardableResult
  package func write(
    to output: inout ByteWriter, finalDot: Bool = true, lowercased: Bool = false
  ) -> Kind {
    let start = output.count
    var kind: ByteWriter.WordKind = []
    var run = place
    while true {
      let (end, next) = labelRun(from: run)
      kind.formUnion(output.append(counted: run..<end, of: octets, lowercased: lowercased))
      guard let next else { break }
      run = next
    }
    let isRoot = output.count == start
    if isRoot { output.append(.dot) }
    let hasOthers = kind.contains(.hasOthers)
    if hasOthers {
      output.cut(to: start)
      output.append(escaping: self, finalDot: finalDot, lowercased: lowercased)
    } else if !finalDot, !isRoot {
      output.cut(to: output.count - 1)
    }
    return Kind(hasUpperCase: kind.contains(.hasUpperCase), isEscaped: hasOthers)
  }

  /// The end of the uncompressed labels from `start` on, and the target of a compression pointer after them
  /// (RFC 1035 §4.1.4).
  @inline(__always)
  private func labelRun(from start: Int) -> (end: Int, next: Int?) {
    var place = start
    while place < octets.count {
      let octet = octets[place]
      if octet == 0 { break }
      if octet < 0x40 {
        let end = place &+ 1 &+ Int(octet)
        guard end <= octets.count else { break }
        place = end
        continue
      }
      guard octet >= 0xC0, place + 1 < octets.count else { break }
      let target = Int(octet & 0x3F) << 8 | Int(octets[place + 1])
      // True of every checked name, so this ends.
      return (place, target < place ? target : nil)
    }
    return (place, nil)
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
  package mutating func append(label: Span<UInt8>, lowercased: Bool = true) {
    for index in label.indices {
      let octet = lowercased ? label[index].lowercased : label[index]
      append(escaping: octet, special: octet.isSpecialInNames, literalSpace: false)
    }
  }
}

extension UInt8 {
  static let dot = UInt8(ascii: ".")

  /// Octets that are special in a zone file's names: `"` `$` `(` `)` `.` `;` `@` `\`.
  fileprivate var isSpecialInNames: Bool {
    switch self {
    case 0x22, 0x24, 0x28, 0x29, 0x2E, 0x3B, 0x40, 0x5C: true
    default: false
    }
  }
}
