extension [UInt8] {
  mutating func append(ipv4 address: UInt32) {
    append(decimal: address >> 24)
    append(.dot)
    append(decimal: address >> 16 & 0xFF)
    append(.dot)
    append(decimal: address >> 8 & 0xFF)
    append(.dot)
    append(decimal: address & 0xFF)
  }

  /// The canonical text of RFC 5952 §4: lower case, the first longest run of zero groups shortened; an
  /// IPv4-mapped address ends dotted, as its §5 asks.
  mutating func append(ipv6High high: UInt64, low: UInt64) {
    if high == 0 && low >> 32 == 0xFFFF {
      append(text: "::ffff:")
      return append(ipv4: UInt32(truncatingIfNeeded: low))
    }
    let zeros = Self.longestZeroRun(high, low)
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound && !zeros.isEmpty {
        append(text: "::")
        index = zeros.upperBound
        continue
      }
      if index > 0 && index != zeros.upperBound { append(UInt8(ascii: ":")) }
      append(hexadecimal: Self.group(index, high, low))
      index += 1
    }
  }

  private mutating func append(hexadecimal value: UInt16) {
    if value >= 16 { append(hexadecimal: value / 16) }
    append(hexDigit: UInt8(truncatingIfNeeded: value & 0xF))
  }

  private static func group(_ index: Int, _ high: UInt64, _ low: UInt64) -> UInt16 {
    UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index & 3)))
  }

  /// Empty unless two groups or more are zero: one alone is not shortened (RFC 5952 §4.2.2).
  private static func longestZeroRun(_ high: UInt64, _ low: UInt64) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for index in 0...8 where index == 8 || group(index, high, low) != 0 {
      if index - start > Swift.max(longest.count, 1) { longest = start..<index }
      start = index + 1
    }
    return longest
  }
}
