// Numbers in decimal, two digits at a time, and in hexadecimal, eight digits at a time.
extension ByteWriter {
  @inlinable @inline(__always)
  public mutating func append(decimal value: some FixedWidthInteger) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimalOf: UInt64(value.magnitude))
  }

  @usableFromInline
  mutating func append(decimalOf value: UInt64) {
    reserve(20)
    // SAFETY: the largest number has 20 digits, which are reserved.
    unsafe put(decimal: value)
  }

  /// At least `digits` digits, up to 20, with leading zeros.
  public mutating func append(decimalOf value: UInt64, digits: Int) {
    var bound: UInt64 = 10
    for _ in 1..<max(1, min(digits, 20)) {
      if value < bound { append(UInt8(ascii: "0")) }
      let (next, isBeyond) = bound.multipliedReportingOverflow(by: 10)
      bound = isBeyond ? .max : next
    }
    append(decimalOf: value)
  }

  /// Nine digits with leading zeros, of a number below 1,000,000,000.
  public mutating func append(nineDigits value: UInt32) {
    reserve(9)
    // SAFETY: one and two times four digits, reserved.
    unsafe put(digit: value / 100_000_000 % 10)
    unsafe put(four: value / 10_000 % 10_000)
    unsafe put(four: value % 10_000)
  }

  /// Four digits with leading zeros, of a number below 10,000.
  public mutating func append(fourDigits value: UInt32) {
    reserve(4)
    // SAFETY: reserved.
    unsafe put(four: value % 10_000)
  }

  /// Two digits with a leading zero, of a number below 100.
  public mutating func append(twoDigits value: UInt32) {
    reserve(2)
    // SAFETY: reserved.
    unsafe put(pair: value % 100)
  }

  // SAFETY: the callers of these functions have reserved as many octets as they write.

  @unsafe @inline(__always)
  private mutating func put(decimal value: UInt64) {
    if value < 10_000 { return unsafe put(below10000: UInt32(truncatingIfNeeded: value)) }
    unsafe put(long: value)
  }

  // SAFETY: at most eight octets, and the caller has reserved the octets for the digits before them.
  @unsafe @inline(never)
  private mutating func put(long value: UInt64) {
    if value >= 100_000_000 {
      unsafe put(decimal: value / 100_000_000)
      let rest = UInt32(truncatingIfNeeded: value % 100_000_000)
      unsafe put(four: rest / 10_000)
      return unsafe put(four: rest % 10_000)
    }
    let value = UInt32(truncatingIfNeeded: value)
    unsafe put(below10000: value / 10_000)
    unsafe put(four: value % 10_000)
  }

  // SAFETY: four octets at most, reserved by the caller.
  @unsafe @inline(__always)
  private mutating func put(below10000 value: UInt32) {
    if value >= 1000 { return unsafe put(four: value) }
    if value >= 100 {
      unsafe put(digit: value / 100)
      return unsafe put(pair: value % 100)
    }
    if value >= 10 { return unsafe put(pair: value) }
    unsafe put(digit: value)
  }

  // SAFETY: four octets, reserved by the caller.
  @unsafe @inline(__always)
  private mutating func put(four value: UInt32) {
    unsafe put(pair: value / 100)
    unsafe put(pair: value % 100)
  }

  @unsafe @inline(__always)
  private mutating func put(pair value: UInt32) {
    let pairs: StaticString = """
      00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748\
      49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697\
      9899
      """
    // SAFETY: a literal's octets live as long as the program; this one has 200, and all callers' numbers are below 100.
    let digits = unsafe UnsafeRawPointer(pairs.utf8Start).loadUnaligned(
      fromByteOffset: 2 * Int(value), as: UInt16.self)
    unsafe UnsafeMutableRawPointer(next).storeBytes(of: digits, as: UInt16.self)
    unsafe next += 2
  }

  @unsafe @inline(__always)
  private mutating func put(digit value: UInt32) {
    unsafe next.pointee = UInt8(truncatingIfNeeded: UInt32(UInt8(ascii: "0")) &+ value)
    unsafe next += 1
  }
}

// MARK: Little-endian

extension ByteWriter {
  /// Appends the octets of a number, the lowest first.
  @inlinable @inline(__always)
  public mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(littleEndian number: Number) {
    reserve(MemoryLayout<Number>.size)
    // SAFETY: as many octets are reserved; the stores are unaligned.
    unsafe UnsafeMutableRawPointer(next).storeBytes(of: number.littleEndian, as: Number.self)
    unsafe next += MemoryLayout<Number>.size
  }

  /// Overwrites the octets at `place` with those of a number, the lowest first; does nothing if they are not all inside.
  @inlinable @inline(__always)
  public mutating func replace(at place: Int, withLittleEndian number: UInt32) {
    guard place >= 0, place <= count - 4 else { return }
    // SAFETY: the bounds are compared above; the stores are unaligned.
    unsafe UnsafeMutableRawPointer(start + place).storeBytes(of: number.littleEndian, as: UInt32.self)
  }
}

// MARK: Hexadecimal

extension ByteWriter {
  /// Two lower-case digits for each octet.
  public mutating func append(hex octets: Span<UInt8>) {
    reserve(2 * octets.count)
    // SAFETY: octets may be read as words; `bytes` checks its bounds. Two digits for each octet are reserved.
    let bytes = unsafe octets.bytes
    var place = 0
    while bytes.byteCount &- place >= 4 {
      let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt32.self)
      let digits = HexadecimalDigits.of(UInt32(bigEndian: word))
      unsafe UnsafeMutableRawPointer(next).storeBytes(of: digits.bigEndian, as: UInt64.self)
      unsafe next += 8
      place &+= 4
    }
    while place < octets.count {
      let digits = HexadecimalDigits.of(UInt32(octets[place]))
      unsafe next[0] = UInt8(truncatingIfNeeded: digits >> 8)
      unsafe next[1] = UInt8(truncatingIfNeeded: digits)
      unsafe next += 2
      place &+= 1
    }
  }

  /// Two lower-case digits.
  public mutating func append(hex octet: UInt8) {
    let digits = HexadecimalDigits.of(UInt32(octet))
    append(UInt8(truncatingIfNeeded: digits >> 8))
    append(UInt8(truncatingIfNeeded: digits))
  }

  /// Eight lower-case digits.
  public mutating func append(hex number: UInt32) {
    reserve(8)
    // SAFETY: eight octets are reserved.
    unsafe UnsafeMutableRawPointer(next).storeBytes(
      of: HexadecimalDigits.of(number).bigEndian, as: UInt64.self)
    unsafe next += 8
  }

  /// Lower-case digits without leading zeros, at least one.
  public mutating func append(shortestHex number: UInt16) {
    reserve(8)
    // SAFETY: eight octets are reserved.
    unsafe put(shortestHex: number)
  }

  // SAFETY: the caller has reserved eight octets.
  @unsafe @inline(__always)
  mutating func put(shortestHex number: UInt16) {
    let count = max(1, (19 - number.leadingZeroBitCount) / 4)
    // The first digit moves to the front.
    let digits = HexadecimalDigits.of(UInt32(number)) << UInt64(64 - 8 * count)
    unsafe UnsafeMutableRawPointer(next).storeBytes(of: digits.bigEndian, as: UInt64.self)
    unsafe next += count
  }
}

enum HexadecimalDigits {
  /// The eight digits of a number, the first in the highest octet.
  @inline(__always)
  static func of(_ number: UInt32) -> UInt64 {
    // Four bits of a digit in each octet.
    var digits = UInt64(number)
    digits = (digits | digits << 16) & 0x0000_ffff_0000_ffff
    digits = (digits | digits << 8) & 0x00ff_00ff_00ff_00ff
    digits = (digits | digits << 4) & 0x0f0f_0f0f_0f0f_0f0f
    // 1 if it is above 9: the letters are 39 above the digits.
    let isLetter = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
    return digits &+ 0x3030_3030_3030_3030 &+ isLetter &* 39
  }
}
