package import TraceModel
package import DNSWire
package import PacketDecoding

/// One decoded message and the packet facts around it.
///
/// A class, since it is handed on many times between a packet and its record and never changes: a reference is
/// copied in place of half a kilobyte.
package final class DecodedMessage: Sendable {
  package let message: Message
  package let payload: DNSPayload
  /// Whose it is: the payload's party, until pairing knows better.
  package let party: Party
  // Read once, since they are asked for at each step.
  package let header: Header
  /// The first question.
  package let question: Question?
  /// With the upper bits from EDNS.
  package let responseCode: ResponseCode

  /// What makes a message DNS.
  package enum Trust: Sendable {
    /// Its port, or what its flow has carried before.
    case flow
    /// Its own octets alone.
    case itself
  }

  package convenience init(_ payload: DNSPayload, trust: Trust = .flow) throws(WireError) {
    let service = payload.service
    let message = try Message(
      storage: payload.storage, range: payload.range, extent: payload.isCut ? .start : .whole,
      dialect: service.dialect)
    if trust == .itself, !message.isConvincing { throw WireError(.unconvincing, at: 0) }
    // Multicast DNS sends known answers on without a question (RFC 6762 §7.2).
    if service == .dns || service == .llmnr, !payload.isCut, message.lacksQuestion {
      throw WireError(.missingQuestion, at: Header.size)
    }
    self.init(message, payload, payload.party)
  }

  private init(_ message: consuming Message, _ payload: DNSPayload, _ party: Party) {
    header = message.header
    question = message.question
    responseCode = message.responseCode
    self.message = message
    self.payload = payload
    self.party = party
  }

  /// The same message as another party's.
  func attributed(to party: Party) -> DecodedMessage { DecodedMessage(message, payload, party) }

  package var flow: Flow { payload.flow }
  /// Asks the header first, which is cheaper.
  package var edns: EDNS? { header.additionalCount > 0 ? message.edns : nil }
  package var service: NameService { payload.service }
  package var time: Timestamp { payload.time }

  /// The end that asks: the source of a query, the destination of a response.
  package var client: Endpoint {
    header.isResponse ? payload.flow.destination : payload.flow.source
  }

  /// The end that is asked.
  package var server: Endpoint {
    header.isResponse ? payload.flow.source : payload.flow.destination
  }

  /// Whether the kernel or the file told of a socket.
  var hasSocket: Bool { payload.socketCookie != 0 }

  /// Whether it was seen on an interface and no local process is known to have sent it, so that it may pass
  /// another interface too.
  var mayBeForwarded: Bool {
    payload.socketCookie == 0 && payload.interfaceIndex != 0 && party.owner == nil
  }

  /// Whether this is `other` on another interface: bridged or forwarded, not sent again.
  func isForwardedCopy(of other: Flow, on interface: UInt32) -> Bool {
    mayBeForwarded && payload.interfaceIndex != interface && flow == other
  }

  /// Whether this is the socket of the end that asks; a file that does not say is taken to be of that end.
  package var isAtClient: Bool { payload.direction == .unspecified || isSurelyAtClient }

  /// Whether the kernel or the file said so.
  var isSurelyAtClient: Bool {
    payload.direction != .unspecified && (payload.direction == .egress) != header.isResponse
  }

  /// Whether it left by the socket.
  package var isSent: Bool { isAtClient != header.isResponse }
  var role: Exchange.Role { isAtClient ? .client : .server }
}

extension NameService {
  fileprivate var dialect: Message.Dialect {
    switch self {
    case .dns, .llmnr: .unicast
    case .mdns: .multicast
    case .netBIOS: .netBIOS
    }
  }
}
