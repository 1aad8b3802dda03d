// Letters and digits, eight octets at a time.
extension ByteWriter {
  /// What octets are, of which `append(word:)` has written the text.
  @frozen public struct WordKind: OptionSet, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// One of the octets is a letter from A to Z.
    @inlinable public static var hasUpperCase: WordKind { WordKind(rawValue: 1) }
    /// One of the octets is neither an ASCII letter or digit nor a hyphen or underscore.
    @inlinable public static var hasOthers: WordKind { WordKind(rawValue: 2) }
  }

  /// Appends the octets at `range`, which must be inside, in lower case if `lowercased`.
  public mutating func append(
    word range: Range<Int>, of octets: Span<UInt8>, lowercased: Bool
  ) -> WordKind {
    precondition(range.lowerBound >= 0 && range.upperBound <= octets.count)
    // Whole steps are written; what is too much is written over by what follows.
    reserve(range.count + 8)
    var upper: UInt64 = 0
    var others: UInt64 = 0
    let bytes = unsafe octets.bytes
    var target = unsafe UnsafeMutableRawPointer(next)
    var place = range.lowerBound
    while place < range.upperBound {
      var word: UInt64 = 0
      if bytes.byteCount &- place >= 8 {
        // SAFETY: eight octets are left, as was compared.
        word = unsafe UInt64(
          littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: UInt64.self))
      } else {
        for index in place..<octets.count { word |= UInt64(octets[index]) &<< UInt64(8 &* (index &- place)) }
      }
      let left = range.upperBound &- place
      // The octets behind the range become letters, so that they are nothing special.
      if left < 8 {
        let inside = (1 as UInt64) &<< UInt64(truncatingIfNeeded: 8 &* left) &- 1
        word = word & inside | 0x6161_6161_6161_6161 & ~inside
      }
      let letters = word.upperCaseLetters
      upper |= letters
      let lower = word | letters >> 2
      others |= ~lower.wordOctets
      // SAFETY: each step starts inside of the range's octets and writes eight, which are reserved.
      unsafe target.storeBytes(of: (lowercased ? lower : word).littleEndian, as: UInt64.self)
      unsafe target += 8
      place &+= 8
    }
    unsafe next += range.count
    var kind: WordKind = []
    if upper != 0 { kind.insert(.hasUpperCase) }
    if others & 0x8080_8080_8080_8080 != 0 { kind.insert(.hasOthers) }
    return kind
  }
}

extension UInt64 {
  /// Bit 7 of each octet that is a lower-case letter, a digit, a hyphen or an underscore; the other bits mean nothing.
  @inline(__always)
  fileprivate var wordOctets: UInt64 {
    // Below bit 7 nothing carries into the next octet.
    let low = self & 0x7f7f_7f7f_7f7f_7f7f
    let letters = (low &+ 0x1f1f_1f1f_1f1f_1f1f) & ~(low &+ 0x0505_0505_0505_0505)
    let digits = (low &+ 0x5050_5050_5050_5050) & ~(low &+ 0x4646_4646_4646_4646)
    let hyphens = (low &+ 0x5353_5353_5353_5353) & ~(low &+ 0x5252_5252_5252_5252)
    let underscores = (low &+ 0x2121_2121_2121_2121) & ~(low &+ 0x2020_2020_2020_2020)
    return (letters | digits | hyphens | underscores) & ~self
  }
}

// MARK: What may stand in quotes

extension Span<UInt8> {
  /// Whether all are printable ASCII, and none is a quotation mark or a backslash.
  public var isPlainText: Bool {
    for index in indices {
      let octet = self[index]
      guard octet >= 0x20, octet < 0x7f, octet != UInt8(ascii: "\""), octet != UInt8(ascii: "\\") else {
        return false
      }
    }
    return true
  }
}
