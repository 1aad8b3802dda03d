import TraceModel

/// One section of a pcapng file: its byte order, its interfaces and its processes
/// (draft-ietf-opsawg-pcapng).
struct PcapngSection: Sendable {
  static let mostInterfaces = 65_536

  var order = ByteOrder.little
  private let table: InterfaceNames
  private var interfaces: [Interface] = []
  private var processes = ProcessTable()
  private var lastTime = Timestamp(nanoseconds: 0)

  init(interfaces: InterfaceNames) { table = interfaces }

  /// The byte order according to the magic number of a section header.
  static func order(_ fields: Fields) throws(CaptureFileError) -> ByteOrder {
    switch fields.read(as: .big).word(8) {
    case 0x1a2b_3c4d: .big
    case 0x4d3c_2b1a: .little
    default: throw CaptureFileError(.byteOrder, at: fields.offset + 8)
    }
  }

  /// The total length of a block; throws if it is out of bounds.
  func length(_ fields: Fields) throws(CaptureFileError) -> Int {
    let type = fields.word(0)
    let length = fields.word(4)
    let isHeld = BlockType.read.contains(type) || type == BlockType.section
    let most = isHeld ? CaptureFileReader.Limits.heldBlock : CaptureFileReader.Limits.block
    guard length <= most else { throw CaptureFileError(.blockTooLong(length), at: fields.offset) }
    guard length % 4 == 0 else { throw CaptureFileError(.blockLength(length), at: fields.offset) }
    guard length >= BlockType.least(type) else {
      throw CaptureFileError(.blockTooShort(length), at: fields.offset)
    }
    return Int(length)
  }

  /// Starts a new section; the state of the previous one is discarded.
  mutating func begin(_ fields: Fields, _ length: Int) throws(CaptureFileError) {
    try checkEnd(fields, length)
    let (major, minor) = (fields.short(12), fields.short(14))
    guard major == 1 else {
      throw CaptureFileError(.version(major: major, minor: minor), at: fields.offset + 12)
    }
    interfaces = []
    processes.startSection()
  }

  /// Parses a complete block; returns the packet, if it contains one.
  mutating func read(
    _ type: UInt32, _ fields: Fields, _ length: Int
  ) throws(CaptureFileError) -> PacketPlace? {
    try checkEnd(fields, length)
    switch type {
    case BlockType.interface: try describe(fields, length)
    case BlockType.enhancedPacket: return try enhancedPacket(fields, length)
    case BlockType.simplePacket: return try simplePacket(fields, length)
    case BlockType.obsoletePacket: return try obsoletePacket(fields, length)
    case BlockType.darwinProcess: processes.add(ProcessBlock(darwin: fields, 8..<length - 4))
    default:
      if let block = ProcessBlock(custom: fields, 8..<length - 4) { processes.add(block) }
    }
    return nil
  }

  private func checkEnd(_ fields: Fields, _ length: Int) throws(CaptureFileError) {
    guard fields.word(length - 4) == UInt32(length) else {
      throw CaptureFileError(.lengthsDiffer, at: fields.offset + UInt64(length) - 4)
    }
  }
}

/// Block types.
enum BlockType {
  static let section: UInt32 = 0x0a0d_0d0a
  static let interface: UInt32 = 1
  static let obsoletePacket: UInt32 = 2
  static let simplePacket: UInt32 = 3
  static let enhancedPacket: UInt32 = 6
  static let custom: UInt32 = 0xbad
  static let uncopiedCustom: UInt32 = 0x4000_0bad
  static let darwinProcess: UInt32 = 0x8000_0001

  /// The types that are parsed, in addition to section headers.
  static let read: Set<UInt32> = [
    interface, obsoletePacket, simplePacket, enhancedPacket, custom, uncopiedCustom, darwinProcess,
  ]

  /// The minimum length of a block, in octets.
  static func least(_ type: UInt32) -> UInt32 {
    switch type {
    case section: 28
    case interface: 20
    case obsoletePacket, enhancedPacket: 32
    case simplePacket, custom, uncopiedCustom, darwinProcess: 16
    default: 12
    }
  }
}

// MARK: Interfaces

extension PcapngSection {
  private mutating func describe(_ fields: Fields, _ length: Int) throws(CaptureFileError) {
    guard interfaces.count < Self.mostInterfaces else {
      throw CaptureFileError(.tooManyInterfaces, at: fields.offset)
    }
    var interface = Interface(
      link: LinkType(rawValue: UInt32(fields.short(8))), snapLength: fields.word(12))
    var name: String?
    for option in Options(fields: fields, range: 16..<length - 4) {
      switch option.code {
      case 2: name = String(decoding: fields.slice(option.range).prefix(255), as: UTF8.self)
      case 9 where option.range.count >= 1: interface.clock.resolution = fields.octet(option.range.lowerBound)
      case 14 where option.range.count >= 8:
        interface.clock.offset = Int64(bitPattern: fields.long(option.range.lowerBound))
      default: break
      }
    }
    // A single interface without a name carries no information: the file was converted from pcap.
    if name != nil || !interfaces.isEmpty { interface.index = table.index(of: name) }
    interfaces.append(interface)
  }

  private func interface(_ number: UInt32, _ fields: Fields) throws(CaptureFileError) -> Interface {
    guard number < interfaces.count else {
      throw CaptureFileError(.noInterface(number), at: fields.offset)
    }
    return interfaces[Int(number)]
  }
}

// MARK: Packets

extension PcapngSection {
  private mutating func enhancedPacket(
    _ fields: Fields, _ length: Int
  ) throws(CaptureFileError) -> PacketPlace {
    let interface = try interface(fields.word(8), fields)
    return try packet(fields, length, interface)
  }

  private mutating func obsoletePacket(
    _ fields: Fields, _ length: Int
  ) throws(CaptureFileError) -> PacketPlace {
    let interface = try interface(UInt32(fields.short(8)), fields)
    return try packet(fields, length, interface)
  }

  /// Enhanced and obsolete packet blocks differ only in the width of the interface number; the option codes are the same.
  private mutating func packet(
    _ fields: Fields, _ length: Int, _ interface: Interface
  ) throws(CaptureFileError) -> PacketPlace {
    let captured = fields.word(20)
    let end = 28 + Int(captured)
    guard captured <= CaptureFileReader.Limits.packet else {
      throw CaptureFileError(.packetTooLong(captured), at: fields.offset + 20)
    }
    guard end <= length - 4 else {
      throw CaptureFileError(.packetBeyondBlock(captured), at: fields.offset + 20)
    }
    lastTime = interface.clock.time(UInt64(fields.word(12)) << 32 | UInt64(fields.word(16)))
    var packet = PacketPlace(
      range: 28..<end,
      header: PacketHeader(
        link: interface.link, originalLength: max(Int(captured), Int(fields.word(24))), time: lastTime,
        direction: .unspecified, interfaceIndex: interface.index))
    processes.complete(&packet, Options(fields: fields, range: min(length - 4, (end + 3) & ~3)..<length - 4))
    return packet
  }

  private mutating func simplePacket(
    _ fields: Fields, _ length: Int
  ) throws(CaptureFileError) -> PacketPlace {
    let interface = try interface(0, fields)
    let original = fields.word(8)
    let room = UInt32(length - 16)
    let kept = interface.snapLength == 0 ? original : min(original, interface.snapLength)
    guard kept <= room else { throw CaptureFileError(.packetBeyondBlock(kept), at: fields.offset + 8) }
    // It has no timestamp; the time of the previous packet is the best estimate.
    return PacketPlace(
      range: 12..<12 + Int(kept),
      header: PacketHeader(
        link: interface.link, originalLength: Int(original), time: lastTime, direction: .unspecified,
        interfaceIndex: interface.index))
  }
}
