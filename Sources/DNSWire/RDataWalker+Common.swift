import Bytes

// Layouts of RFC 1035 and of the RFCs soon after it.
extension RDataWalker where Output: ~Copyable {
  /// RFC 1035 §3.3.13.
  mutating func soa() throws(WireError) {
    try name()
    try name()
    for _ in 0..<5 { try uint32() }
  }

  /// RFC 1035 §3.3.9, RFC 1183 §1 and §3.3, RFC 2230 §3.1, RFC 6742 §2.4.
  mutating func preferenceAndName() throws(WireError) {
    try uint16()
    try name()
  }

  /// RFC 2782.
  mutating func srv() throws(WireError) {
    try uint16()
    try uint16()
    try uint16()
    try name()
  }

  /// RFC 8659 §4.1: the tag consists of ASCII letters and digits.
  mutating func caa() throws(WireError) {
    try uint8()
    let tag = try reader.counted()
    guard !tag.isEmpty, tag.allSatisfy({ reader.octets[$0].isAlphanumeric }) else { throw malformed() }
    write { text, octets in text.append(escaping: octets, tag) }
    quotedRest()
  }

  /// RFC 3403 §4.1.
  mutating func naptr() throws(WireError) {
    try uint16()
    try uint16()
    try string()
    try string()
    try string()
    try name()
  }

  /// RFC 7553 §4.5: the target is not empty.
  mutating func uri() throws(WireError) {
    try uint16()
    try uint16()
    guard !reader.isAtEnd else { throw malformed() }
    quotedRest()
  }

  /// RFC 1035 §3.3.2.
  mutating func twoStrings() throws(WireError) {
    try string()
    try string()
  }

  /// RFC 1035 §3.3.7, RFC 1183 §2.2.
  mutating func twoNames() throws(WireError) {
    try name()
    try name()
  }

  /// RFC 2163 §4.
  mutating func px() throws(WireError) {
    try uint16()
    try twoNames()
  }

  /// RFC 1712 §3: three decimal numbers, the first within 90 degrees (the RFC says longitude, its examples
  /// have latitude), the second within 180.
  mutating func position() throws(WireError) {
    for limit in [90, 180, Int.max] {
      let number = try reader.counted()
      guard reader.octets.isDecimal(number, limit: limit) else { throw malformed() }
      write { text, octets in text.append(escaping: octets, number) }
    }
  }

  /// RFC 1183 §3.2: the subaddress may be missing.
  mutating func isdn() throws(WireError) {
    try string()
    guard !reader.isAtEnd else { return }
    let subaddress = try reader.counted()
    guard !subaddress.isEmpty else { return }
    write { text, octets in text.append(quoting: octets, subaddress) }
  }

  /// RFC 1706 §5.
  mutating func nsap() {
    let range = reader.takeRest()
    write { text, octets in
      text.append(text: "0x")
      text.append(hex: octets, range)
    }
  }

  /// RFC 1035 §3.4.2: the ports are the set bits.
  mutating func wks() throws(WireError) {
    try ipv4()
    try uint8()
    let bitmap = reader.takeRest()
    guard bitmap.count <= 8192 else { throw malformed() }
    guard Output.isText else { return }
    for index in bitmap {
      let bits = reader.octets[index]
      for bit in 0..<8 where bits & (0x80 >> UInt8(bit)) != 0 {
        let port = UInt((index - bitmap.lowerBound) * 8 + bit)
        write { text, _ in text.append(decimal: port) }
      }
    }
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { 0x30...0x39 ~= self }
  fileprivate var isAlphanumeric: Bool { isDigit || 0x61...0x7A ~= self | 0x20 }
}

extension Span<UInt8> {
  /// Whether `range` holds an optional sign, digits and an optional point, and is at most `limit`.
  fileprivate func isDecimal(_ range: Range<Int>, limit: Int) -> Bool {
    var digits = 0
    var points = 0
    var whole = 0
    var hasFraction = false
    for index in range {
      switch self[index] {
      case UInt8(ascii: "+"), UInt8(ascii: "-"):
        guard index == range.lowerBound else { return false }
      case UInt8(ascii: "."): points += 1
      case let octet where octet.isDigit:
        digits += 1
        if points == 0 {
          whole = Swift.min(whole * 10 + Int(octet - 0x30), 1 << 32)
        } else if octet != UInt8(ascii: "0") {
          hasFraction = true
        }
      default: return false
      }
    }
    return digits > 0 && points <= 1 && (whole < limit || whole == limit && !hasFraction)
  }
}
