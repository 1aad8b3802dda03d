package import Bytes
import TraceModel
package import Correlation
import DNSWire
import FrameStreams
import PacketDecoding

/// dnstap (https://dnstap.info, dnstap.proto): one frame a message, with its octets as they were on the wire.
package struct DnstapFormat: Encoder {
  /// The content type in Frame Streams.
  package static let contentType = Array("protobuf:dnstap.Dnstap".utf8)

  /// Which part writes the control frames.
  package enum Framing: Sendable {
    /// The encoder, for files and pipes.
    case complete
    /// The connection to a collector.
    case framesOnly
  }

  private let host: Host
  /// The fields at the start of every frame.
  private let head: [UInt8]
  private let framing: Framing
  private var extra = KeptProcessJSON()

  /// - Parameter version: of this program.
  package init(host: Host, version: String, framing: Framing) {
    self.host = host
    self.framing = framing
    head = ByteWriter.array { head in
      head.append(1, octets: (host.name ?? "").utf8.span)
      head.append(2, octets: version.utf8.span)
    }
  }

  package var takesLookups: Bool { false }

  package mutating func start(_ output: inout ByteWriter) {
    if framing == .complete { output.append(octets: ControlFrame.start(Self.contentType).octets) }
  }

  package mutating func encode(_ exchange: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter)
  {
    exchange.forEachMessage { message in
      guard let observation = message.first else { return }
      extra.update(to: message, host, atMost: 32_768)
      frame(observation, of: exchange, to: &output)
    }
  }

  package mutating func finish(_ output: inout ByteWriter) {
    if framing == .complete { output.append(octets: ControlFrame.stop.octets) }
  }

  private func frame(
    _ observation: borrowing DecodedMessage, of exchange: borrowing Exchange, to output: inout ByteWriter
  ) {
    // The length comes first; it is filled in at the end.
    let start = output.count
    output.append(fixed: "\0\0\0\0")
    output.append(octets: head)
    output.append(3, octets: extra.text.span)
    var length = OctetCount()
    length.append(observation, of: exchange)
    output.append(variable: 14 << 3 | 2)
    output.append(variable: UInt64(length.count))
    output.append(observation, of: exchange)
    // Type: MESSAGE.
    output.append(15, number: 1)
    let frame = UInt32(clamping: output.count - start - 4)
    for place in 0..<4 {
      output.replace(at: start + place, with: UInt8(truncatingIfNeeded: frame >> UInt32(24 - 8 * place)))
    }
  }
}

// MARK: Message

extension ProtobufOutput where Self: ~Copyable {
  /// The `Message` of dnstap.proto.
  fileprivate mutating func append(_ observation: borrowing DecodedMessage, of exchange: borrowing Exchange) {
    let isResponse = observation.header.isResponse
    let (client, server) = (observation.client, observation.server)
    // STUB_QUERY and STUB_RESPONSE at the client, CLIENT_QUERY and CLIENT_RESPONSE at the server.
    append(1, number: (exchange.role == .client ? 9 : 5) + (isResponse ? 1 : 0))
    append(2, number: client.address.family == .v4 ? 1 : 2)
    // dnstap has no value for UDP-Lite.
    append(3, number: observation.flow.transport == .tcp ? 2 : 1)
    append(4, client.address)
    append(5, server.address)
    append(6, number: UInt64(client.port))
    append(7, number: UInt64(server.port))
    if let query = exchange.query { append(8, time: query.time) }
    if isResponse {
      append(12, time: observation.time)
      append(14, octets: observation.message.octets)
    } else {
      append(10, octets: observation.message.octets)
    }
  }

  /// The octets in network order: 4 or 16.
  private mutating func append(_ field: UInt64, _ address: IPAddress) {
    append(variable: field << 3 | 2)
    guard address.family == .v6 else {
      append(4)
      return append(bigEndian: address.low << 32, octets: 4)
    }
    append(16)
    append(bigEndian: address.high, octets: 8)
    append(bigEndian: address.low, octets: 8)
  }

  private mutating func append(bigEndian word: UInt64, octets: UInt64) {
    for index in 0..<octets { append(UInt8(truncatingIfNeeded: word >> (56 - 8 * index))) }
  }

  /// Seconds in one field, nanoseconds as a fixed word in the next.
  private mutating func append(_ field: UInt64, time: Timestamp) {
    let nanoseconds = UInt64(clamping: time.nanoseconds)
    append(field, number: nanoseconds / 1_000_000_000)
    append(variable: (field + 1) << 3 | 5)
    let rest = UInt32(nanoseconds % 1_000_000_000)
    for shift: UInt32 in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: rest >> shift)) }
  }
}

// MARK: Protocol buffers

/// The encoding of protocol buffers, as far as dnstap needs it
/// (https://protobuf.dev/programming-guides/encoding/).
private protocol ProtobufOutput: ~Copyable {
  mutating func append(_ octet: UInt8)
  mutating func append(octets: Span<UInt8>)
}

extension ByteWriter: ProtobufOutput {}

/// Computes lengths: the length of a field precedes its contents.
private struct OctetCount: ProtobufOutput {
  private(set) var count = 0

  mutating func append(_ octet: UInt8) { count += 1 }
  mutating func append(octets: Span<UInt8>) { count += octets.count }
}

extension ProtobufOutput where Self: ~Copyable {
  fileprivate mutating func append(_ field: UInt64, number: UInt64) {
    append(variable: field << 3)
    append(variable: number)
  }

  /// Omitted if it is empty.
  fileprivate mutating func append(_ field: UInt64, octets: Span<UInt8>) {
    guard !octets.isEmpty else { return }
    append(variable: field << 3 | 2)
    append(variable: UInt64(octets.count))
    append(octets: octets)
  }

  /// Seven bits per octet, the lowest first.
  fileprivate mutating func append(variable number: UInt64) {
    var rest = number
    while rest > 0x7f {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }
}
