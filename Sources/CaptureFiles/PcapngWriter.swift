package import TraceModel

/// Encodes captures as one section of pcapng, little-endian, with timestamps in nanoseconds.
///
/// Each packet has its direction, its process if known (packet option 8 for packets that it sent, and a
/// comment), and the socket data that pairing needs. `CaptureFileReader` reads all of it back.
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
  /// The processes that the section has described so far.
  private var described: Set<ProcessBlock.Subject> = []

  /// Where processes are described.
  package enum Processes: Sendable {
    case inPackets
    /// Also in one of Wireshark's process information blocks, before the first packet of each process.
    case inBlocks
  }

  /// - Parameters:
  ///   - application: the name of the writing application.
  ///   - bootTime: the time at which the clock of process start times was zero.
  package init(application: String, bootTime: Timestamp, processes: Processes = .inPackets) {
    self.application = application
    self.bootTime = bootTime
    self.processes = processes
  }

  /// Writes the header of a new section.
  package mutating func start(_ output: inout [UInt8]) {
    interfaces = [:]
    described = []
    var block = Block(BlockType.section, &output)
    block.add(0x1a2b_3c4d as UInt32)
    block.add(1 as UInt16)
    block.add(0 as UInt16)
    // -1: the length of the section is not stated.
    block.add(-1 as Int64)
    block.addOption(4, Array(application.utf8))
    block.endOptions()
    block.end(&output)
  }

  /// Writes one packet, and into `declarations` the interface of a first packet: it must be written before the packet, and
  /// must not be dropped, because later packets refer to it.
  package mutating func write(
    _ capture: borrowing PacketView, interfaces names: InterfaceNames,
    declarations: inout [UInt8], to output: inout [UInt8]
  ) {
    let interface = interface(of: capture, names, &declarations)
    if processes == .inBlocks { describe(capture.attribution, &output) }
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
    // The option names the sender of a packet, not the receiver.
    if let owner = capture.attribution.owner, capture.header.direction != .ingress {
      block.addOption(PacketOption.process, Self.octets(owner.identity.pid) + Self.octets(owner.tid))
    }
    block.addOption(PacketOption.comment, ProcessComment.text(capture.attribution, bootTime: bootTime))
    block.addOption(PacketOption.comment, PacketComment.text(capture.header))
    block.endOptions()
    block.end(&output)
  }

  private mutating func interface(
    of capture: borrowing PacketView, _ names: InterfaceNames, _ output: inout [UInt8]
  ) -> UInt32 {
    let key = InterfaceKey(
      index: capture.header.interfaceIndex, networkNamespace: capture.header.networkNamespace,
      link: capture.header.link)
    if let number = interfaces[key] { return number }
    // Readers limit the number of interfaces; those beyond the limit share the last one.
    guard interfaces.count < PcapngSection.mostInterfaces else { return UInt32(interfaces.count - 1) }
    let number = UInt32(interfaces.count)
    interfaces[key] = number
    var block = Block(BlockType.interface, &output)
    block.add(UInt16(truncatingIfNeeded: capture.header.link.rawValue))
    block.add(0 as UInt16)
    block.add(0 as UInt32)
    if let name = names.name(capture.header.interfaceIndex, capture.header.networkNamespace) {
      block.addOption(2, Array(name.utf8.prefix(255)))
    }
    block.addOption(9, [9])
    block.endOptions()
    block.end(&output)
    return number
  }

  private mutating func describe(_ attribution: Attribution, _ output: inout [UInt8]) {
    guard let subject = ProcessBlock.Subject(attribution), !described.contains(subject),
      described.count < ProcessTable.mostBlocks
    else { return }
    described.insert(subject)
    var block = Block(BlockType.custom, &output)
    block.add(ProcessBlock.wireshark)
    block.add(ProcessBlock.entryType)
    let entry = ProcessBlock.entry(attribution, bootTime: bootTime)
    block.add(UInt32(entry.count))
    block.add(padded: entry.span)
    block.end(&output)
  }

  private static func octets(_ number: Int32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: UInt32(bitPattern: number) >> UInt32(8 * $0)) }
  }
}
