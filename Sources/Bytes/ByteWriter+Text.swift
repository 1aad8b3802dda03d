// Octets as text.
extension ByteWriter {
  /// The lower four bits, in lower case.
  @inlinable @inline(__always)
  public mutating func append(hexDigit value: UInt8) {
    let digit = value & 0xf
    append(digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "a") &- 10 &+ digit)
  }

  /// Two lower-case digits.
  @inlinable @inline(__always)
  public mutating func append(hex octet: UInt8) {
    append(hexDigit: octet >> 4)
    append(hexDigit: octet)
  }

  /// Two lower-case digits for each.
  public mutating func append(hex octets: Span<UInt8>) {
    reserve(2 * octets.count)
    for index in octets.indices { append(hex: octets[index]) }
  }

  /// Appends letters, digits, hyphens and underscores, as most names are made of, with ASCII letters in lower case if
  /// that is asked for; false, and nothing, if there is another octet among them.
  public mutating func append(plain octets: Span<UInt8>, lowercased: Bool) -> Bool {
    let length = octets.count
    reserve(length + 8)
    // SAFETY: loads are within `length` octets, as is compared; stores are within `length + 8` octets behind `filled`,
    // for which there is room.
    return unsafe octets.withUnsafeBytes { bytes in
      var place = 0
      while place < length {
        let left = length &- place
        var word: UInt64 = 0
        if left >= 8 {
          word = unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        } else {
          // Behind the octets stand letters, so that they decide nothing.
          word = 0x6161_6161_6161_6161
          for index in 0..<left {
            let shift = UInt64(8 &* index)
            word = word & ~(0xff << shift) | UInt64(unsafe bytes[place &+ index]) << shift
          }
        }
        let lower = word.lowercased
        guard lower.isPlain else { return false }
        // SAFETY: eight octets more than `length` have room behind `filled`, and `place` is below `length`.
        let target = unsafe UnsafeMutableRawPointer(start + filled + place)
        unsafe target.storeBytes(of: lowercased ? lower : word, as: UInt64.self)
        place &+= 8
      }
      filled &+= length
      return true
    }
  }
}

extension UInt64 {
  /// Whether each of eight octets is a lower-case letter, a digit, a hyphen or an underscore.
  fileprivate var isPlain: Bool {
    let high: UInt64 = 0x8080_8080_8080_8080
    let ones: UInt64 = 0x0101_0101_0101_0101
    let low = self & ~high
    // Bit 7 of each octet says whether it is between two others: below bit 7 nothing carries into the next octet.
    func isBetween(_ first: UInt64, _ last: UInt64) -> UInt64 {
      (low &+ ones &* (0x80 - first)) & ~(low &+ ones &* (0x7f - last))
    }
    let plain = isBetween(0x61, 0x7a) | isBetween(0x30, 0x39) | isBetween(0x2d, 0x2d) | isBetween(0x5f, 0x5f)
    return (~plain | self) & high == 0
  }
}
