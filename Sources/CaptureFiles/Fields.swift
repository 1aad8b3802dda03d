/// Reads numbers in a record, in the byte order of its section; the caller has checked the bounds.
struct Fields {
  private let octets: [UInt8]
  private let start: Int
  let order: ByteOrder
  /// The offset of the record in the file.
  let offset: UInt64

  init(_ octets: [UInt8], _ start: Int, _ order: ByteOrder, _ offset: UInt64) {
    self.octets = octets
    self.start = start
    self.order = order
    self.offset = offset
  }

  @inline(__always)
  func octet(_ at: Int) -> UInt8 { octets[start + at] }

  @inline(__always)
  func short(_ at: Int) -> UInt16 {
    let (a, b) = (UInt16(octet(at)), UInt16(octet(at + 1)))
    return order == .big ? a << 8 | b : b << 8 | a
  }

  @inline(__always)
  func word(_ at: Int) -> UInt32 {
    let start = start + at
    let (a, b) = (UInt32(octets[start]), UInt32(octets[start + 1]))
    let (c, d) = (UInt32(octets[start + 2]), UInt32(octets[start + 3]))
    let little = d << 24 | c << 16 | b << 8 | a
    return order == .big ? little.byteSwapped : little
  }

  func long(_ at: Int) -> UInt64 {
    let (a, b) = (UInt64(word(at)), UInt64(word(at + 4)))
    return order == .big ? a << 32 | b : b << 32 | a
  }

  func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
    octets[start + range.lowerBound..<start + range.upperBound]
  }

  /// The same octets in another byte order.
  func read(as order: ByteOrder) -> Fields { Fields(octets, start, order, offset) }
}

enum ByteOrder: Sendable { case little, big }

/// A list of options in a block: a code, a length and a value, padded to four octets each.
struct Options: Sequence {
  let fields: Fields
  let range: Range<Int>

  struct Option {
    let code: UInt16
    let range: Range<Int>
  }

  /// Ends at the end-of-options mark, or where the rest is not an option.
  func makeIterator() -> AnyIterator<Option> {
    var at = range.lowerBound
    return AnyIterator {
      guard range.upperBound - at >= 4 else { return nil }
      let code = fields.short(at)
      let length = Int(fields.short(at + 2))
      guard code != 0, range.upperBound - at - 4 >= length else { return nil }
      defer { at = Swift.min(range.upperBound, at + 4 + (length + 3) & ~3) }
      return Option(code: code, range: at + 4..<at + 4 + length)
    }
  }
}
