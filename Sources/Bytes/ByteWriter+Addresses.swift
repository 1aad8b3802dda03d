// Addresses as text.
extension ByteWriter {
  /// An IPv4 address, big-endian, as a dotted quad.
  public mutating func append(ipv4 address: UInt32) {
    // Four times three digits and a dot; the last dot is removed.
    reserve(16)
    var rest = address
    for _ in 0..<4 {
      let octet = rest >> 24
      rest <<= 8
      // SAFETY: four times at most four octets, reserved above.
      if octet >= 100 {
        let hundreds: UInt32 = octet >= 200 ? 2 : 1
        unsafe next.pointee = UInt8(truncatingIfNeeded: 0x30 &+ hundreds)
        unsafe next += 1
        unsafe put(twoDigitsAndDot: octet &- 100 &* hundreds)
      } else if octet >= 10 {
        unsafe put(twoDigitsAndDot: octet)
      } else {
        unsafe next[0] = UInt8(truncatingIfNeeded: 0x30 &+ octet)
        unsafe next[1] = UInt8(ascii: ".")
        unsafe next += 2
      }
    }
    unsafe next -= 1
  }

  // SAFETY: the caller has reserved three octets.
  @unsafe @inline(__always)
  private mutating func put(twoDigitsAndDot value: UInt32) {
    let tens = (value &* 205) >> 11
    unsafe next[0] = UInt8(truncatingIfNeeded: 0x30 &+ tens)
    unsafe next[1] = UInt8(truncatingIfNeeded: 0x30 &+ value &- 10 &* tens)
    unsafe next[2] = UInt8(ascii: ".")
    unsafe next += 3
  }

  /// The canonical text of RFC 5952 §4: lower case, the first longest run of zero groups shortened; an IPv4-mapped address
  /// ends in dotted form (§5).
  ///
  /// - Parameters: the first and the last eight octets, big-endian.
  public mutating func append(ipv6High high: UInt64, low: UInt64) {
    if high == 0 && low >> 32 == 0xffff {
      append(fixed: "::ffff:")
      return append(ipv4: UInt32(truncatingIfNeeded: low))
    }
    let zeros = Self.longestZeroRun(high, low)
    // Eight groups of four digits and a colon, and the excess octets of the last group's store.
    reserve(8 * 5 + 8)
    var index = 0
    while index < 8 {
      // SAFETY: at most two octets for a run of groups, else a colon and a group: reserved.
      if index == zeros.lowerBound, !zeros.isEmpty {
        unsafe next[0] = UInt8(ascii: ":")
        unsafe next[1] = UInt8(ascii: ":")
        unsafe next += 2
        index = zeros.upperBound
        continue
      }
      if index > 0, index != zeros.upperBound || zeros.isEmpty {
        unsafe next.pointee = UInt8(ascii: ":")
        unsafe next += 1
      }
      unsafe put(shortestHex: Self.group(index, high, low))
      index += 1
    }
  }

  @inline(__always)
  private static func group(_ index: Int, _ high: UInt64, _ low: UInt64) -> UInt16 {
    UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index & 3)))
  }

  /// Empty unless at least two groups are zero: a single one is not shortened (RFC 5952 §4.2.2).
  private static func longestZeroRun(_ high: UInt64, _ low: UInt64) -> Range<Int> {
    // One bit for each group that is zero, the lowest for the first group.
    var zeros = 0
    for index in 0..<8 where group(index, high, low) == 0 { zeros |= 1 << index }
    // The starts of runs of `length` groups; `length` increases while there are such runs.
    var starts = zeros
    var length = 1
    while starts & (zeros >> length) != 0 {
      starts &= zeros >> length
      length += 1
    }
    guard length > 1 else { return 0..<0 }
    let first = starts.trailingZeroBitCount
    return first..<(first + length)
  }
}
