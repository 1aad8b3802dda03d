// Words of letters and digits, eight octets at a time.
extension ByteWriter {
  /// The kinds of octets that `append(counted:)` has written.
  @frozen public struct WordKind: OptionSet, Sendable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// One of the octets is a letter from A to Z.
    @inlinable public static var hasUpperCase: WordKind { WordKind(rawValue: 1) }
    /// One of the octets is neither an ASCII letter or digit nor a hyphen or underscore.
    @inlinable public static var hasOthers: WordKind { WordKind(rawValue: 2) }
  }

  /// Appends words that follow each other, each after an octet with its length; writes a dot after each word.
  ///
  /// - Parameters:
  ///   - range: all words, from the first length octet on; it must be inside the octets, and end where a word ends.
  ///   - lowercased: letters from A to Z are written in lower case.
  public mutating func append(counted range: Range<Int>, of octets: Span<UInt8>, lowercased: Bool) -> WordKind
  {
    precondition(range.lowerBound >= 0 && range.upperBound <= octets.count)
    let length = range.count
    guard length > 0 else { return [] }
    // Whole steps are written; later output overwrites the excess.
    reserve(length + 16)
    // The words move forward by one octet; each length takes the place of the dot before its word.
    // SAFETY: `length + 16` octets are reserved for one less than `length`.
    unsafe put(octets.extracting((range.lowerBound + 1)..<range.upperBound))
    // The places of the dots, and the octets after the end, hold a letter, which is not special.
    let fill: UInt64 = 0x6161_6161_6161_6161
    // SAFETY: `length + 16` octets are reserved.
    unsafe UnsafeMutableRawPointer(next + length - 1).storeBytes(of: fill, as: UInt64.self)
    unsafe mark(range, of: octets, with: UInt8(ascii: "a"))
    var upper: UInt64 = 0
    var others: UInt64 = 0
    var place = unsafe UnsafeMutableRawPointer(next)
    let last = unsafe UnsafeMutableRawPointer(next + length)
    while unsafe place < last {
      // SAFETY: each step starts before `last`, and takes eight octets, which are reserved.
      let word = unsafe UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
      let letters = word.upperCaseLetters
      let lower = word | letters >> 2
      upper |= letters
      others |= ~lower.wordOctets
      if lowercased { unsafe place.storeBytes(of: lower.littleEndian, as: UInt64.self) }
      unsafe place += 8
    }
    unsafe mark(range, of: octets, with: UInt8(ascii: "."))
    unsafe next += length
    var kind: WordKind = []
    if upper != 0 { kind.insert(.hasUpperCase) }
    if others & 0x8080_8080_8080_8080 != 0 { kind.insert(.hasOthers) }
    return kind
  }

  // SAFETY: the caller has reserved seven octets more than there are.
  @unsafe @inline(__always)
  private mutating func put(_ octets: Span<UInt8>) {
    let bytes = unsafe octets.bytes
    var place = 0
    while bytes.byteCount &- place >= 8 {
      // SAFETY: eight octets are left, as was compared.
      let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: UInt64.self)
      unsafe UnsafeMutableRawPointer(next + place).storeBytes(of: word, as: UInt64.self)
      place &+= 8
    }
    guard place < bytes.byteCount else { return }
    if bytes.byteCount >= 8 {
      place = bytes.byteCount &- 8
      let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: UInt64.self)
      unsafe UnsafeMutableRawPointer(next + place).storeBytes(of: word, as: UInt64.self)
    } else {
      for index in 0..<octets.count { unsafe next[index] = octets[index] }
    }
  }

  // SAFETY: the caller has reserved as many octets as `range` has; those after the first length octet are at `next`.
  @unsafe @inline(__always)
  private mutating func mark(_ range: Range<Int>, of octets: Span<UInt8>, with mark: UInt8) {
    var place = range.lowerBound
    while place < range.upperBound {
      place &+= 1 &+ Int(octets[place])
      // SAFETY: below `range.count`, as is compared.
      unsafe next[min(place, range.upperBound) &- range.lowerBound &- 1] = mark
    }
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

// MARK: Quoted text

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
