/// Up to 16 octets of text as a value; writing it stores two words.
@frozen public struct ShortText: Sendable {
  @usableFromInline let first: UInt64
  @usableFromInline let last: UInt64
  public let count: Int

  /// Nil if it is longer.
  public init?(_ text: String) {
    guard text.utf8.count <= 16 else { return nil }
    var words: (first: UInt64, last: UInt64) = (0, 0)
    for (place, octet) in text.utf8.enumerated() {
      if place < 8 { words.first |= UInt64(octet) << UInt64(8 * place) }
      if place >= 8 { words.last |= UInt64(octet) << UInt64(8 * (place - 8)) }
    }
    (first, last) = words
    count = text.utf8.count
  }
}

extension ByteWriter {
  @inlinable @inline(__always)
  public mutating func append(_ text: ShortText) {
    reserve(16)
    // SAFETY: 16 octets are reserved, and `count` is at most 16.
    let room = unsafe UnsafeMutableRawPointer(next)
    unsafe room.storeBytes(of: text.first.littleEndian, as: UInt64.self)
    unsafe room.storeBytes(of: text.last.littleEndian, toByteOffset: 8, as: UInt64.self)
    unsafe next += text.count
  }
}
