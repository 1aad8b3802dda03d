// Numbers and addresses as text.
extension ByteWriter {
  @inlinable @inline(__always)
  public mutating func append(decimal value: some FixedWidthInteger) {
    if value < 0 { append(UInt8(ascii: "-")) }
    let magnitude = UInt64(value.magnitude)
    if magnitude < 10 { return append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: magnitude)) }
    append(decimalOf: magnitude, digits: 1)
  }

  /// At least `digits` digits, up to 20, with zeros in front.
  public mutating func append(decimalOf value: UInt64, digits: Int) {
    var width = Self.width(of: value)
    width = max(width, min(digits, 20))
    reserve(width)
    let pairs: StaticString = """
      00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748\
      49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697\
      9899
      """
    // SAFETY: a literal's octets live as long as the program; this one has 200, and `pair` is below 199.
    let texts = unsafe pairs.utf8Start
    var rest = value
    var place = filled &+ width
    // Thirty-two bits divide faster.
    while rest > 0xffff_ffff, place &- filled >= 2 {
      place &-= 2
      let pair = Int(truncatingIfNeeded: rest % 100) &* 2
      rest /= 100
      // SAFETY: from `filled` on there is room for `width` octets.
      unsafe start[place] = texts[pair]
      unsafe start[place &+ 1] = texts[pair &+ 1]
    }
    var short = UInt32(truncatingIfNeeded: rest)
    while place &- filled >= 2 {
      place &-= 2
      let pair = Int(truncatingIfNeeded: short % 100) &* 2
      short /= 100
      // SAFETY: from `filled` on there is room for `width` octets.
      unsafe start[place] = texts[pair]
      unsafe start[place &+ 1] = texts[pair &+ 1]
    }
    if place > filled {
      // SAFETY: the first of the `width` octets.
      unsafe start[filled] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: short % 10)
    }
    filled &+= width
  }

  private static func width(of value: UInt64) -> Int {
    if value < 100 { return value < 10 ? 1 : 2 }
    if value < 10_000 { return value < 1000 ? 3 : 4 }
    var width = 5
    var bound: UInt64 = 100_000
    while value >= bound {
      width += 1
      if width == 20 { break }
      bound *= 10
    }
    return width
  }
}

// MARK: Addresses

extension ByteWriter {
  /// An IPv4 address, big-endian, as a dotted quad.
  public mutating func append(ipv4 address: UInt32) {
    reserve(16)
    var place = filled
    var rest = address
    for _ in 0..<4 {
      let octet = UInt8(truncatingIfNeeded: rest >> 24)
      rest <<= 8
      // SAFETY: four times at most four octets, for which there is room.
      if octet >= 100 {
        unsafe start[place] = UInt8(ascii: "0") &+ octet / 100
        place &+= 1
      }
      if octet >= 10 {
        unsafe start[place] = UInt8(ascii: "0") &+ octet / 10 % 10
        place &+= 1
      }
      unsafe start[place] = UInt8(ascii: "0") &+ octet % 10
      unsafe start[place &+ 1] = UInt8(ascii: ".")
      place &+= 2
    }
    filled = place &- 1
  }

  /// An IPv6 address, its first and last eight octets, big-endian, in the canonical text of RFC 5952 §4: lower case, the
  /// first longest run of zero groups shortened; an IPv4-mapped address ends dotted, as its §5 asks.
  public mutating func append(ipv6High high: UInt64, low: UInt64) {
    if high == 0 && low >> 32 == 0xffff {
      append(fixed: "::ffff:")
      return append(ipv4: UInt32(truncatingIfNeeded: low))
    }
    reserve(40)
    let zeros = Self.longestZeroRun(high, low)
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound && !zeros.isEmpty {
        append(fixed: "::")
        index = zeros.upperBound
        continue
      }
      if index > 0 && index != zeros.upperBound { append(UInt8(ascii: ":")) }
      append(group: Self.group(index, high, low))
      index += 1
    }
  }

  private mutating func append(group: UInt16) {
    if group >= 0x1000 { append(hexDigit: UInt8(truncatingIfNeeded: group >> 12)) }
    if group >= 0x100 { append(hexDigit: UInt8(truncatingIfNeeded: group >> 8)) }
    if group >= 0x10 { append(hexDigit: UInt8(truncatingIfNeeded: group >> 4)) }
    append(hexDigit: UInt8(truncatingIfNeeded: group))
  }

  private static func group(_ index: Int, _ high: UInt64, _ low: UInt64) -> UInt16 {
    UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index & 3)))
  }

  /// Empty unless two groups or more are zero: one alone is not shortened (RFC 5952 §4.2.2).
  private static func longestZeroRun(_ high: UInt64, _ low: UInt64) -> Range<Int> {
    var longest = 0..<0
    var start = 0
    for index in 0...8 where index == 8 || group(index, high, low) != 0 {
      if index - start > max(longest.count, 1) { longest = start..<index }
      start = index + 1
    }
    return longest
  }
}
