/// Iterates over the labels of a checked name, following its compression pointers (RFC 1035 §4.1.4).
@usableFromInline struct LabelCursor: BitwiseCopyable {
  /// The offset of the next length octet or pointer.
  @usableFromInline var offset: Int

  @inlinable init(at offset: Int) { self.offset = offset }

  /// Returns the range of the next label's octets, or nil at the root.
  @inlinable @inline(__always)
  mutating func next(in octets: Span<UInt8>) -> Range<Int>? {
    while offset < octets.count {
      let octet = octets[offset]
      if octet == 0 { return nil }
      if octet < 0x40 {
        let start = offset + 1
        let end = start + Int(octet)
        guard end <= octets.count else { return nil }
        offset = end
        return start..<end
      }
      guard octet >= 0xC0, offset + 1 < octets.count else { return nil }
      let target = Int(octet & 0x3F) << 8 | Int(octets[offset + 1])
      guard target < offset else { return nil }
      offset = target
    }
    return nil
  }
}
