import Bytes

// The width of text on a terminal, in columns.
extension ByteWriter {
  mutating func append(spaces count: Int) {
    var rest = count
    while rest >= 8 {
      append(fixed: "        ")
      rest -= 8
    }
    for _ in 0..<rest { append(UInt8(ascii: " ")) }
  }
}

extension Span<UInt8> {
  /// The width in columns: one for each octet, unless it is Unicode.
  package var columnCount: Int {
    guard !isASCII else { return count }
    return text.unicodeScalars.reduce(0) { $0 + $1.columnCount }
  }

  /// The number of octets that fit into `columns`.
  func prefix(columns: Int) -> Int {
    guard !isASCII else { return Swift.min(columns, count) }
    var room = columns
    let scalars = text.unicodeScalars.prefix { scalar in
      room -= scalar.columnCount
      return room >= 0
    }
    return String(scalars).utf8.count
  }

  private var isASCII: Bool {
    // All octets, without an early exit, so that the loop is vectorised.
    var bits: UInt8 = 0
    for index in indices { bits |= self[index] }
    return bits < 0x80
  }

  private var text: String {
    var octets: [UInt8] = []
    octets.append(contentsOf: self)
    return String(decoding: octets, as: UTF8.self)
  }
}

extension Unicode.Scalar {
  /// Two for wide East Asian characters, none for a combining mark (Unicode Standard Annex 11).
  package var columnCount: Int {
    switch value {
    case 0x1100...0x115F, 0x3000...0x9FFF, 0xAC00...0xD7A3, 0xFF01...0xFF60, 0x1F300...0x1FAFF,
      0x20000...0x323AF:
      2
    default: properties.generalCategory == .nonspacingMark ? 0 : 1
    }
  }
}
