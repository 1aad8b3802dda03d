package import TraceModel

/// Parses the octets of a capture file, in chunks of any size, into captures.
///
/// A pure value: classic pcap and pcapng, in either byte order. It holds at most one record, and the interfaces and
/// processes that the file describes, all within `Limits` for any length field.
package struct CaptureFileReader: Sendable {
  private enum Step: Sendable { case magic, pcapHeader, pcapRecord, sectionHeader, block, blockEnd }

  private var step = Step.magic
  private var pcap = PcapFormat()
  private var section: PcapngSection
  /// Octets that have been added and not parsed yet, from `start` on.
  private var waiting: [UInt8] = []
  private var start = 0
  /// The offset of `start` in the file.
  private var offset: UInt64 = 0
  /// Octets that the next step needs.
  private var needed = 4
  /// Octets to skip of a block that is not parsed.
  private var skipping = 0
  /// The length of that block.
  private var skippedLength: UInt32 = 0

  /// - Parameter interfaces: assigns an index to every interface; several files may share it.
  package init(interfaces: InterfaceNames = InterfaceNames()) {
    section = PcapngSection(interfaces: interfaces)
  }

  /// Parses the next octets and calls `body` with each packet that they complete.
  package mutating func push(
    _ piece: ArraySlice<UInt8>, _ body: (borrowing PacketView) -> Void
  ) throws(CaptureFileError) {
    waiting.append(contentsOf: piece)
    defer {
      waiting.removeFirst(start)
      start = 0
    }
    while true {
      let passed = min(skipping, waiting.count - start)
      skipping -= passed
      advance(passed)
      guard skipping == 0, waiting.count - start >= needed else { return }
      let record = start
      guard let packet = try read() else { continue }
      let octets = waiting.span.extracting(packet.range(from: record))
      var header = packet.header
      if header.direction == .unspecified { header.direction = CookedHeader.direction(header.link, octets) }
      body(PacketView(octets, header, packet.attribution))
    }
  }

  /// Ends the file; throws if it ends inside a record.
  package func finish() throws(CaptureFileError) {
    let isBetweenRecords = waiting.isEmpty && skipping == 0
    switch step {
    case .pcapRecord where isBetweenRecords, .block where isBetweenRecords: return
    case .magic: throw CaptureFileError(waiting.isEmpty ? .empty : .foreign, at: 0)
    default: throw CaptureFileError(.cut, at: offset)
    }
  }
}

/// A packet in a record: the range of its octets, from the record's start, and the fields of the record.
struct PacketPlace {
  private let range: Range<Int>
  var header: PacketHeader
  var attribution = Attribution.notRecorded

  init(range: Range<Int>, header: PacketHeader) {
    self.range = range
    self.header = header
  }

  func range(from record: Int) -> Range<Int> { record + range.lowerBound..<record + range.upperBound }
}

extension CaptureFileReader {
  /// The largest accepted values of length fields, in octets.
  package enum Limits {
    /// The same as in libpcap.
    package static let packet = 262_144
    /// A block that is held in memory: a packet and its options.
    package static let heldBlock = 1 << 20
    /// Any block.
    package static let block = 16 << 20
  }
}

// MARK: Steps

extension CaptureFileReader {
  private mutating func read() throws(CaptureFileError) -> PacketPlace? {
    let fields = Fields(waiting, start, order, offset)
    switch step {
    case .magic: try recognise(fields)
    case .pcapHeader:
      try pcap.readHeader(fields)
      advance(24)
      expect(.pcapRecord, 16)
    case .pcapRecord:
      let (packet, length) = try pcap.packet(fields)
      guard has(length) else { return nil }
      advance(length)
      expect(.pcapRecord, 16)
      return packet
    case .sectionHeader:
      section.order = try PcapngSection.order(fields)
      let length = try section.length(Fields(waiting, start, section.order, offset))
      guard has(length) else { return nil }
      try section.begin(Fields(waiting, start, section.order, offset), length)
      endBlock(length)
    case .block:
      let type = fields.word(0)
      // The byte order is known after twelve octets.
      if type == BlockType.section { return expect(.sectionHeader, 12) }
      let length = try section.length(fields)
      guard BlockType.read.contains(type) else {
        skippedLength = UInt32(length)
        advance(8)
        skipping = length - 12
        return expect(.blockEnd, 4)
      }
      guard has(length) else { return nil }
      let packet = try section.read(type, fields, length)
      endBlock(length)
      return packet
    case .blockEnd:
      guard fields.word(0) == skippedLength else {
        throw CaptureFileError(.lengthsDiffer, at: offset)
      }
      endBlock(4)
    }
    return nil
  }

  private mutating func recognise(_ fields: Fields) throws(CaptureFileError) {
    let magic = fields.word(0)
    switch magic {
    case BlockType.section:
      expect(.sectionHeader, 12)
      return
    case 0xa1b2_c3d4: pcap.order = .big
    case 0xd4c3_b2a1: pcap.order = .little
    case 0xa1b2_3c4d: (pcap.order, pcap.unit) = (.big, .nanoseconds)
    case 0x4d3c_b2a1: (pcap.order, pcap.unit) = (.little, .nanoseconds)
    case 0xa1b2_cd34, 0x34cd_b2a1: throw CaptureFileError(.modified, at: 0)
    default: throw CaptureFileError(magic >> 16 == 0x1f8b ? .compressed : .foreign, at: 0)
    }
    expect(.pcapHeader, 24)
  }

  private var order: ByteOrder {
    switch step {
    case .magic, .sectionHeader: .big
    case .pcapHeader, .pcapRecord: pcap.order
    case .block, .blockEnd: section.order
    }
  }

  /// Whether that many octets are available; if not, the step is repeated later.
  private mutating func has(_ octets: Int) -> Bool {
    needed = octets
    return waiting.count - start >= octets
  }

  @discardableResult
  private mutating func expect(_ step: Step, _ octets: Int) -> PacketPlace? {
    self.step = step
    needed = octets
    return nil
  }

  private mutating func endBlock(_ octets: Int) {
    advance(octets)
    expect(.block, 8)
  }

  private mutating func advance(_ octets: Int) {
    start += octets
    offset += UInt64(octets)
  }
}
