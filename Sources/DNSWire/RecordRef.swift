/// Where one checked record lies in its message, and its fields of fixed size: 16 octets (RFC 1035 §4.1.3).
package struct RecordRef: BitwiseCopyable, Sendable {
  /// As in `RecordView.ttl`.
  var ttl: UInt32
  /// Where the first label of the owner's name is, behind any compression pointers to it.
  var namePlace: UInt16
  var type: UInt16
  /// As on the wire.
  var recordClass: UInt16
  /// Where the rdata starts, and how many octets it has.
  var dataPlace: UInt16
  var dataCount: UInt16
  /// See `NameRef.wireLength`.
  var nameLength: UInt8

  var name: NameRef { NameRef(place: namePlace, wireLength: nameLength) }

  var data: Range<Int> {
    let start = Int(dataPlace)
    return start..<(start &+ Int(dataCount))
  }
}

/// Where a checked name lies in its message: 4 octets.
struct NameRef: BitwiseCopyable, Sendable {
  /// Where its first label is, behind any compression pointers to it.
  var place: UInt16
  /// Octets that the name takes without compression, from 1 to 255.
  var wireLength: UInt8
}
