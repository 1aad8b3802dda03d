import Bytes
import Correlation
import PacketDecoding
import TraceModel

/// How one message of an exchange came: what is kept of its `MessageContext`.
struct Side: Sendable {
  var path: Path
  var clientPort: UInt16
  var time: Timestamp
  /// Of the message on the wire, in octets.
  var length: Int
  var isReassembled: Bool

  /// What many messages have in common.
  struct Path: Hashable, Sendable {
    var transport: Transport
    var client: IPAddress
    var server: Endpoint
    var recognition: Recognition
    var direction: Direction
    var interfaceIndex: UInt32
    var networkNamespace: UInt32
    var isInTarget: Bool
  }

  init(_ message: borrowing DecodedMessage) {
    path = Path(
      transport: message.flow.transport, client: message.client.address, server: message.server,
      recognition: message.recognition, direction: message.direction, interfaceIndex: message.interfaceIndex,
      networkNamespace: message.networkNamespace, isInTarget: message.isInTarget)
    clientPort = message.client.port
    time = message.time
    length = message.length
    isReassembled = message.isReassembled
  }

  init(_ path: Path, clientPort: UInt16, time: Timestamp, length: Int, isReassembled: Bool) {
    self.path = path
    self.clientPort = clientPort
    self.time = time
    self.length = length
    self.isReassembled = isReassembled
  }

  /// The context of a message of which so many octets were captured.
  func context(
    isResponse: Bool, octets: Int, _ attribution: Attribution, packets: PacketNumbers
  ) -> MessageContext {
    let query = Flow(
      transport: path.transport, source: Endpoint(address: path.client, port: clientPort),
      destination: path.server)
    return MessageContext(
      flow: isResponse ? query.reversed : query, length: length, time: time, direction: path.direction,
      interfaceIndex: path.interfaceIndex, networkNamespace: path.networkNamespace,
      recognition: path.recognition, attribution: attribution, isReassembled: isReassembled,
      missing: max(0, length - octets), isInTarget: path.isInTarget, packets: packets)
  }
}

extension Side.Path {
  /// What tells paths apart, for `IDCache`.
  func write(to octets: inout ByteWriter) {
    func add(_ number: UInt64) {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        octets.append(UInt8(truncatingIfNeeded: number >> shift))
      }
    }
    add(
      UInt64(transport.rawValue) | UInt64(recognition.rawValue) << 8 | UInt64(direction.rawValue) << 16
        | UInt64(client.family.rawValue) << 24 | (isInTarget ? 1 << 32 : 0) | UInt64(server.port) << 40)
    add(client.high)
    add(client.low)
    add(server.address.high)
    add(server.address.low)
    add(UInt64(interfaceIndex) << 32 | UInt64(networkNamespace))
  }
}
