package import Bytes
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
  /// That of the previous packet.
  private var lastInterface: (key: InterfaceKey, number: UInt32)?
  private var comments: ProcessComments
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
    comments = ProcessComments(bootTime: bootTime)
  }

  /// Writes the header of a new section.
  package mutating func start(_ output: inout ByteWriter) {
    interfaces = [:]
    lastInterface = nil
    described = []
    let block = Block(BlockType.section, &output)
    output.append(littleEndian: 0x1a2b_3c4d as UInt32)
    output.append(littleEndian: 1 as UInt16)
    output.append(littleEndian: 0 as UInt16)
    // -1: the length of the section is not stated.
    output.append(littleEndian: -1 as Int64)
    output.append(option: 4, Array(application.utf8))
    output.appendEndOfOptions()
    block.end(&output)
  }

  /// Writes one packet, and into `declarations` the interface of its first packet. The declarations must be written before
  /// the packet and must not be dropped, because later packets refer to them.
  package mutating func write(
    _ capture: borrowing PacketView, interfaces names: InterfaceNames,
    declarations: inout ByteWriter, to output: inout ByteWriter
  ) {
    let interface = interface(of: capture, names, &declarations)
    if processes == .inBlocks { describe(capture.attribution, &output) }
    let time = UInt64(clamping: capture.header.time.nanoseconds)
    let block = Block(BlockType.enhancedPacket, &output)
    output.append(littleEndian: interface)
    output.append(littleEndian: UInt32(truncatingIfNeeded: time >> 32))
    output.append(littleEndian: UInt32(truncatingIfNeeded: time))
    output.append(littleEndian: UInt32(clamping: capture.octets.count))
    output.append(littleEndian: UInt32(clamping: capture.header.originalLength))
    output.append(padded: capture.octets)
    var sender = capture.attribution.process
    switch capture.header.direction {
    case .ingress:
      append(PacketOption.flags, 1 as UInt32, &output)
      // The option names the sender of a packet, not the receiver.
      sender = nil
    case .egress: append(PacketOption.flags, 2 as UInt32, &output)
    case .unspecified: break
    }
    if let task = sender?.task {
      let pid = UInt64(UInt32(bitPattern: task.identity.pid))
      append(PacketOption.process, UInt64(UInt32(bitPattern: task.tid)) << 32 | pid, &output)
    }
    comments.append(option: PacketOption.comment, capture.attribution, to: &output)
    output.append(option: PacketOption.comment, PacketComment.text(capture.header))
    output.appendEndOfOptions()
    block.end(&output)
  }

  /// Appends an option whose value is one number.
  private func append<Number: FixedWidthInteger & BitwiseCopyable>(
    _ code: UInt16, _ value: Number, _ output: inout ByteWriter
  ) {
    output.append(littleEndian: code)
    output.append(littleEndian: UInt16(MemoryLayout<Number>.size))
    output.append(littleEndian: value)
  }

  private mutating func interface(
    of capture: borrowing PacketView, _ names: InterfaceNames, _ output: inout ByteWriter
  ) -> UInt32 {
    let key = InterfaceKey(
      index: capture.header.interfaceIndex, networkNamespace: capture.header.networkNamespace,
      link: capture.header.link)
    if let lastInterface, lastInterface.key == key { return lastInterface.number }
    let number = number(of: key, names, &output)
    lastInterface = (key, number)
    return number
  }

  private mutating func number(
    of key: InterfaceKey, _ names: InterfaceNames, _ output: inout ByteWriter
  ) -> UInt32 {
    if let number = interfaces[key] { return number }
    // Readers limit the number of interfaces; those beyond the limit share the last one.
    guard interfaces.count < PcapngSection.mostInterfaces else { return UInt32(interfaces.count - 1) }
    let number = UInt32(interfaces.count)
    interfaces[key] = number
    let block = Block(BlockType.interface, &output)
    output.append(littleEndian: UInt16(truncatingIfNeeded: key.link.rawValue))
    output.append(littleEndian: 0 as UInt16)
    output.append(littleEndian: 0 as UInt32)
    if let name = names.name(key.index, key.networkNamespace) {
      output.append(option: 2, Array(name.utf8.prefix(255)))
    }
    output.append(option: 9, [9])
    output.appendEndOfOptions()
    block.end(&output)
    return number
  }

  private mutating func describe(_ attribution: Attribution, _ output: inout ByteWriter) {
    guard let subject = ProcessBlock.Subject(attribution), !described.contains(subject),
      described.count < ProcessTable.mostBlocks
    else { return }
    described.insert(subject)
    let block = Block(BlockType.custom, &output)
    output.append(littleEndian: ProcessBlock.wireshark)
    output.append(littleEndian: ProcessBlock.entryType)
    let entry = ProcessBlock.entry(attribution, bootTime: bootTime)
    output.append(littleEndian: UInt32(truncatingIfNeeded: entry.count))
    output.append(padded: entry.span)
    block.end(&output)
  }
}

/// The comments that were written before; cleared when there are too many.
private struct ProcessComments: Sendable {
  private struct Key: Hashable, Sendable {
    let process: ObjectIdentifier
    let method: AttributionMethod
  }

  private struct Entry: Sendable {
    let text: [UInt8]
    /// Retained, so that no other object can have its address, which is part of a key.
    let process: ObservedProcess
  }

  private let bootTime: Timestamp
  private var entries: [Key: Entry] = [:]
  private var octets = 0
  /// The process of the last comment.
  private var last: (attribution: Attribution, text: [UInt8])?
  private static let mostOctets = 1 << 20
  private static let entryCost = 256

  init(bootTime: Timestamp) { self.bootTime = bootTime }

  mutating func append(option code: UInt16, _ attribution: Attribution, to output: inout ByteWriter) {
    if let last, last.attribution.isIdentical(to: attribution) {
      return output.append(option: code, last.text)
    }
    let text = text(attribution)
    last = (attribution, text)
    output.append(option: code, text)
  }

  private mutating func text(_ attribution: Attribution) -> [UInt8] {
    guard let process = attribution.process else {
      return ProcessComment.text(attribution, bootTime: bootTime)
    }
    let key = Key(process: ObjectIdentifier(process), method: attribution.method)
    if let entry = entries[key] { return entry.text }
    if octets >= Self.mostOctets { (entries, octets) = ([:], 0) }
    let text = ProcessComment.text(attribution, bootTime: bootTime)
    octets += text.count + Self.entryCost
    entries[key] = Entry(text: text, process: process)
    return text
  }
}
