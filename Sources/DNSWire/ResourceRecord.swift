/// One record of a message: whose, what, for how long, and its data (RFC 1035 §4.1.3).
package struct ResourceRecord: Sendable {
  package let type: RecordType
  /// For an OPT record the UDP payload size; in multicast DNS without the top bit.
  package let `class`: RecordClass
  /// In multicast DNS: whether it replaces what a cache holds (RFC 6762 §10.2).
  package let cacheFlush: Bool
  /// Seconds, as on the wire, though more than 2^31 - 1 means 0 (RFC 2181 §8); for an OPT record the extended response code, version and flags.
  package let ttl: UInt32
  let wire: Wire
  private let nameOffset: UInt16
  private let dataStart: UInt16
  private let dataCount: UInt16

  /// Reads the record at `offset` of a checked message and moves `offset` behind it.
  init?(in wire: Wire, at offset: inout Int) {
    guard let fields = try? Fields(in: wire, at: offset) else { return nil }
    type = fields.type
    self.class = type == .opt ? fields.class : fields.class.read(as: wire.dialect)
    cacheFlush = self.class != fields.class
    ttl = fields.ttl
    self.wire = wire
    nameOffset = UInt16(truncatingIfNeeded: offset)
    dataStart = UInt16(truncatingIfNeeded: fields.dataStart)
    dataCount = fields.dataCount
    offset = fields.dataStart + Int(fields.dataCount)
  }

  package var name: Name { Name(wire: wire, offset: Int(nameOffset)) }

  /// The rdata's octets, as they are: names in them may be compressed.
  package var rawData: ArraySlice<UInt8> { wire.slice(dataRange) }

  var dataRange: Range<Int> {
    Int(dataStart)..<(Int(dataStart) + Int(dataCount))
  }
}

/// What has a place of its own, so that a record needs no copy of its storage until all is read.
private struct Fields {
  let type: RecordType
  let `class`: RecordClass
  let ttl: UInt32
  let dataStart: Int
  let dataCount: UInt16

  init(in wire: borrowing Wire, at offset: Int) throws(WireError) {
    var reader = WireReader(wire.span, from: offset, to: wire.count, shortage: .truncatedRecord)
    try reader.skipCheckedName()
    type = try RecordType(rawValue: reader.uint16())
    self.class = try RecordClass(rawValue: reader.uint16())
    ttl = try reader.uint32()
    dataCount = try reader.uint16()
    dataStart = reader.position
    try reader.skip(Int(dataCount))
  }
}

/// The records of one section, read one by one.
package struct ResourceRecords: Sequence, Sendable {
  let wire: Wire
  let start: Int
  package let count: Int

  static let none = ResourceRecords(wire: Wire([]), start: 0, count: 0)

  package consuming func makeIterator() -> Iterator { Iterator(wire: wire, offset: start, remaining: count) }

  package struct Iterator: IteratorProtocol {
    private let wire: Wire
    private var offset: Int
    private var remaining: Int

    init(wire: Wire, offset: Int, remaining: Int) {
      self.wire = wire
      self.offset = offset
      self.remaining = remaining
    }

    package mutating func next() -> ResourceRecord? {
      guard remaining > 0 else { return nil }
      remaining -= 1
      return ResourceRecord(in: wire, at: &offset)
    }
  }

  package var underestimatedCount: Int { count }
  package var isEmpty: Bool { count == 0 }

  package var first: ResourceRecord? {
    var records = makeIterator()
    return records.next()
  }
}
