import Bytes
import Correlation
import PacketDecoding
import TraceModel

/// How messages came: what many of them have in common.
struct MessagePath: Hashable, Sendable {
  var transport: Transport
  var client: IPAddress
  var server: Endpoint
  var recognition: Recognition
  var direction: Direction
  var interfaceIndex: UInt32
  var networkNamespace: UInt32
  var isInTarget: Bool
}

extension MessagePath {
  init(_ message: borrowing DecodedMessage) {
    self.init(
      transport: message.flow.transport, client: message.client.address, server: message.server,
      recognition: message.recognition, direction: message.direction, interfaceIndex: message.interfaceIndex,
      networkNamespace: message.networkNamespace, isInTarget: message.isInTarget)
  }

  /// The context of a message of `length` octets of which so many were captured.
  func context(
    clientPort: UInt16, time: Timestamp, length: Int, isReassembled: Bool, isResponse: Bool, octets: Int,
    _ attribution: Attribution
  ) -> MessageContext {
    let query = Flow(
      transport: transport, source: Endpoint(address: client, port: clientPort), destination: server)
    return MessageContext(
      flow: isResponse ? query.reversed : query, length: length, time: time, direction: direction,
      interfaceIndex: interfaceIndex, networkNamespace: networkNamespace, recognition: recognition,
      attribution: attribution, isReassembled: isReassembled, missing: max(0, length - octets),
      isInTarget: isInTarget, packets: PacketNumbers())
  }

  /// Adds what tells paths apart.
  func combine(into hash: inout KeyedHash) {
    var first = UInt64(transport.rawValue)
    for octet in [recognition.rawValue, direction.rawValue, client.family.rawValue, isInTarget ? 1 : 0] {
      first = first << 8 | UInt64(octet)
    }
    hash.combine(first << 16 | UInt64(server.port))
    hash.combine(client.high)
    hash.combine(client.low)
    hash.combine(server.address.high)
    hash.combine(server.address.low)
    hash.combine(UInt64(interfaceIndex) << 32 | UInt64(networkNamespace))
  }
}
