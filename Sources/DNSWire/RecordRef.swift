/// The place of one checked record in its message, and its fields of fixed size: 16 octets (RFC 1035 §4.1.3).
public struct RecordRef: BitwiseCopyable, Sendable {
  /// As in `RecordView.ttl`.
  @usableFromInline var ttl: UInt32 = 0
  /// The offset of the first label of the owner's name, after following compression pointers to it.
  @usableFromInline var namePlace: UInt16 = 0
  @usableFromInline var type: UInt16 = 0
  /// As on the wire.
  @usableFromInline var recordClass: UInt16 = 0
  /// The offset of the rdata, and its length in octets.
  @usableFromInline var dataPlace: UInt16 = 0
  @usableFromInline var dataCount: UInt16 = 0
  /// See `NameRef.wireLength`.
  @usableFromInline var nameLength: UInt8 = 1

  /// The minimum length of a record: the root's name, type, class, TTL and RDLENGTH.
  static let leastOctets = 11

  @inlinable var name: NameRef { NameRef(place: namePlace, wireLength: nameLength) }

  @inlinable var data: Range<Int> {
    let start = Int(dataPlace)
    return start..<(start &+ Int(dataCount))
  }
}

/// The place of one checked question, and its fields (RFC 1035 §4.1.2).
@usableFromInline struct QuestionRef: BitwiseCopyable, Sendable {
  @usableFromInline var name = NameRef(place: 0, wireLength: 1)
  @usableFromInline var type: UInt16 = 0
  /// As on the wire.
  @usableFromInline var recordClass: UInt16 = 0
  /// The offset after it.
  @usableFromInline var end: UInt16 = 0
}

/// The place of a checked name in its message: 4 octets.
@usableFromInline struct NameRef: BitwiseCopyable, Sendable {
  /// The offset of its first label, after following compression pointers to it.
  @usableFromInline var place: UInt16
  /// The length of the name without compression, in octets, from 1 to 255.
  @usableFromInline var wireLength: UInt8

  @inlinable
  init(place: UInt16, wireLength: UInt8) {
    self.place = place
    self.wireLength = wireLength
  }
}
