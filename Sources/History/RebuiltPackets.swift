import Correlation
import DNSWire
import PacketDecoding
import TraceModel

/// Makes packets of messages again: IP and UDP or TCP headers around the octets that were on the wire. Streams have no
/// handshake, and the octets between messages are not known; times, ends, ports and messages are those of the trace.
struct RebuiltPackets {
  /// The next sequence number of each direction, for streams seen lately.
  private var sequences: [Flow: UInt32] = [:]

  private static let mostFlows = 65_536
  /// Of a segment, so that its packet is no longer than a packet can be.
  private static let mostPayload = 60_000

  /// The packets of a message, in their order; none for a lookup over a unix socket.
  mutating func packets(of message: StoredDecodedMessage, _ attribution: Attribution) -> [Capture] {
    let context = message.context
    guard context.flow.hasAddresses,
      context.flow.source.address.family == context.flow.destination.address.family
    else { return [] }
    let octets = Array(message.message.octets)
    let segments: [(octets: [UInt8], originalLength: Int)] =
      context.flow.transport == .tcp
      ? segments(octets, context)
      : [
        (Self.datagram(octets, context), octets.count + context.missing + 8 + Self.headerLength(context.flow))
      ]
    return segments.map { segment in
      var header = PacketHeader(
        originalLength: segment.originalLength, time: context.time, direction: context.direction,
        interfaceIndex: context.interfaceIndex, networkNamespace: context.networkNamespace,
        recognition: context.recognition)
      header.isInTarget = context.isInTarget
      return Capture(bytes: segment.octets, header: header, attribution: attribution)
    }
  }

  private static func headerLength(_ flow: Flow) -> Int { flow.source.address.family == .v4 ? 20 : 40 }
}

// MARK: Transport

extension RebuiltPackets {
  private static func datagram(_ octets: [UInt8], _ context: MessageContext) -> [UInt8] {
    let flow = context.flow
    let length = min(octets.count + context.missing + 8, Int(UInt16.max))
    var header = big(flow.source.port) + big(flow.destination.port) + big(UInt16(length)) + [0, 0]
    if context.missing == 0 {
      // A sum of zero would say that there is none (RFC 768).
      let sum = checksum(pseudoHeader(flow, length) + header + octets)
      header.replaceSubrange(6..<8, with: big(sum == 0 ? UInt16.max : sum))
    }
    return ip(flow, payload: header + octets, length: length)
  }

  private mutating func segments(
    _ octets: [UInt8], _ context: MessageContext
  ) -> [(octets: [UInt8], originalLength: Int)] {
    let flow = context.flow
    if sequences.count >= Self.mostFlows { sequences = [:] }
    // The length stands in front (RFC 1035 §4.2.2).
    let stream = Self.big(UInt16(clamping: octets.count + context.missing)) + octets
    var segments: [(octets: [UInt8], originalLength: Int)] = []
    var place = 0
    while place < stream.count {
      let part = stream[place..<min(place + Self.mostPayload, stream.count)]
      place += part.count
      let missing = place == stream.count ? context.missing : 0
      let sequence = sequences[flow, default: 1]
      var header = Self.big(flow.source.port) + Self.big(flow.destination.port)
      header += Self.big(sequence) + Self.big(sequences[flow.reversed, default: 1])
      // Five words of header; PSH and ACK; a window; no urgent octets (RFC 9293 §3.1).
      header += [0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]
      if missing == 0 {
        let sum = Self.checksum(Self.pseudoHeader(flow, header.count + part.count) + header + part)
        header.replaceSubrange(16..<18, with: Self.big(sum))
      }
      let length = header.count + part.count + missing
      segments.append(
        (Self.ip(flow, payload: header + part, length: length), length + Self.headerLength(flow)))
      sequences[flow] = sequence &+ UInt32(truncatingIfNeeded: part.count + missing)
    }
    return segments
  }
}

// MARK: IP

extension RebuiltPackets {
  private static func ip(_ flow: Flow, payload: [UInt8], length: Int) -> [UInt8] {
    let (source, destination) = (flow.source.address.octets, flow.destination.address.octets)
    guard flow.source.address.family == .v4 else {
      return [0x60, 0, 0, 0] + big(UInt16(clamping: length)) + [flow.transport.rawValue, 64] + source
        + destination
        + payload
    }
    var header =
      [0x45, 0] + big(UInt16(clamping: length + 20)) + [0, 0, 0x40, 0, 64, flow.transport.rawValue, 0, 0]
      + source
      + destination
    header.replaceSubrange(10..<12, with: big(checksum(header)))
    return header + payload
  }

  /// What the sum of a transport covers besides its own octets (RFC 768, RFC 8200 §8.1).
  private static func pseudoHeader(_ flow: Flow, _ length: Int) -> [UInt8] {
    flow.source.address.octets + flow.destination.address.octets + [0, flow.transport.rawValue]
      + big(UInt16(clamping: length))
  }

  /// RFC 1071.
  private static func checksum(_ octets: [UInt8]) -> UInt16 {
    var sum: UInt64 = 0
    for (index, octet) in octets.enumerated() { sum += UInt64(octet) << (index & 1 == 0 ? 8 : 0) }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return ~UInt16(truncatingIfNeeded: sum)
  }

  private static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    stride(from: Number.bitWidth - 8, through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: number >> Number($0))
    }
  }
}
