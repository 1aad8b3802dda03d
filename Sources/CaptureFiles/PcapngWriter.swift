package import TraceModel

/// Turns captures into one section of pcapng, little-endian, its times in nanoseconds.
///
/// Each packet has its direction, its process where one is known (packet option 8 for what it sent, and a
/// comment), and what pairing needs of its socket: `CaptureFileReader` gives all that back.
package struct PcapngWriter: Sendable {
  private struct InterfaceKey: Hashable, Sendable {
    var index: UInt32
    var networkNamespace: UInt32
    var link: LinkType
  }

  private let application: String
  private let bootTime: Timestamp
  private let processes: Processes
  private var interfaces: [InterfaceKey: UInt32] = [:]
  /// The processes that the section has described.
  private var described: Set<ProcessBlock.Subject> = []

  /// Where processes are described, besides in packets.
  package enum Processes: Sendable {
    case inPackets
    /// In a process information block of Wireshark's too, before the first packet of each.
    case inBlocks
  }

  /// - Parameters:
  ///   - application: what writes.
  ///   - bootTime: the moment at which the clock of process start times stood at zero.
  package init(application: String, bootTime: Timestamp, processes: Processes = .inPackets) {
    self.application = application
    self.bootTime = bootTime
    self.processes = processes
  }

  /// The section header, of a new section.
  package mutating func start(_ output: inout [UInt8]) {
    interfaces = [:]
    described = []
    var block = Block(BlockType.section, &output)
    block.add(0x1a2b_3c4d as UInt32)
    block.add(1 as UInt16)
    block.add(0 as UInt16)
    // A section of unknown length.
    block.add(-1 as Int64)
    block.addOption(4, Array(application.utf8))
    block.endOptions()
    block.end(&output)
  }

  /// One packet, and in `declarations` its interface when it is the first there: it has to stand before the packet, and
  /// may not be lost, since later packets refer to it too.
  package mutating func write(
    _ capture: borrowing PacketView, interfaceName: (UInt32, UInt32) -> String?,
    declarations: inout [UInt8], to output: inout [UInt8]
  ) {
    let interface = interface(of: capture, interfaceName, &declarations)
    if processes == .inBlocks { describe(capture.party, &output) }
    let time = UInt64(clamping: capture.header.time.nanoseconds)
    var block = Block(BlockType.enhancedPacket, &output)
    block.add(interface)
    block.add(UInt32(truncatingIfNeeded: time >> 32))
    block.add(UInt32(truncatingIfNeeded: time))
    block.add(UInt32(clamping: capture.octets.count))
    block.add(UInt32(clamping: capture.header.originalLength))
    block.add(padded: capture.octets)
    switch capture.header.direction {
    case .ingress: block.addOption(PacketOption.flags, [1, 0, 0, 0])
    case .egress: block.addOption(PacketOption.flags, [2, 0, 0, 0])
    case .unspecified: break
    }
    // The option is about who sent a packet, not about who received it.
    if let owner = capture.party.owner, capture.header.direction != .ingress {
      block.addOption(PacketOption.process, Self.octets(owner.identity.pid) + Self.octets(owner.tid))
    }
    block.addOption(PacketOption.comment, ProcessComment.text(capture.party, bootTime: bootTime))
    block.addOption(PacketOption.comment, PacketComment.text(capture.header))
    block.endOptions()
    block.end(&output)
  }

  private mutating func interface(
    of capture: borrowing PacketView, _ name: (UInt32, UInt32) -> String?, _ output: inout [UInt8]
  ) -> UInt32 {
    let key = InterfaceKey(
      index: capture.header.interfaceIndex, networkNamespace: capture.header.networkNamespace,
      link: capture.header.link)
    if let number = interfaces[key] { return number }
    // What reads it has a bound too; the last one stands in for those beyond.
    guard interfaces.count < PcapngSection.mostInterfaces else { return UInt32(interfaces.count - 1) }
    let number = UInt32(interfaces.count)
    interfaces[key] = number
    var block = Block(BlockType.interface, &output)
    block.add(UInt16(truncatingIfNeeded: capture.header.link.rawValue))
    block.add(0 as UInt16)
    block.add(0 as UInt32)
    if let name = name(capture.header.interfaceIndex, capture.header.networkNamespace) {
      block.addOption(2, Array(name.utf8.prefix(255)))
    }
    block.addOption(9, [9])
    block.endOptions()
    block.end(&output)
    return number
  }

  private mutating func describe(_ party: Party, _ output: inout [UInt8]) {
    guard let subject = ProcessBlock.Subject(party), !described.contains(subject),
      described.count < ProcessTable.mostBlocks
    else { return }
    described.insert(subject)
    var block = Block(BlockType.custom, &output)
    block.add(ProcessBlock.wireshark)
    block.add(ProcessBlock.entryType)
    let entry = ProcessBlock.entry(party, bootTime: bootTime)
    block.add(UInt32(entry.count))
    block.add(padded: entry.span)
    block.end(&output)
  }

  private static func octets(_ number: Int32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: UInt32(bitPattern: number) >> UInt32(8 * $0)) }
  }
}
