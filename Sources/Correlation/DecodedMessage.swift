package import TraceModel
package import DNSWire
package import PacketDecoding

/// One decoded message and the packet facts around it.
///
/// A class, since it is handed on many times between a packet and its record and never changes: a reference is
/// copied in place of half a kilobyte.
package final class DecodedMessage: Sendable {
  /// A view of it needs a copy that a local variable holds: what a class holds cannot be borrowed.
  package let message: StoredMessage
  package let payload: DNSPayload
  /// Whose it is: the payload's party, until pairing knows better.
  package let party: Party

  /// What makes a message DNS.
  package enum Trust: Sendable {
    /// Its port, or what its flow has carried before.
    case flow
    /// Its own octets alone.
    case itself
  }

  package convenience init(_ payload: DNSPayload, trust: Trust = .flow) throws(WireError) {
    let service = payload.service
    let message = try StoredMessage(
      payload.storage[payload.range.clamped(to: payload.storage.indices)],
      extent: payload.isCut ? .start : .whole, dialect: service.dialect)
    if trust == .itself, !message.view.isConvincing { throw WireError(.unconvincing, at: 0) }
    // Multicast DNS sends known answers on without a question (RFC 6762 §7.2).
    if service == .dns || service == .llmnr, !payload.isCut, message.view.lacksQuestion {
      throw WireError(.missingQuestion, at: Header.size)
    }
    self.init(message, payload, payload.party)
  }

  private init(_ message: consuming StoredMessage, _ payload: DNSPayload, _ party: Party) {
    self.message = message
    self.payload = payload
    self.party = party
  }

  /// The same message as another party's.
  func attributed(to party: Party) -> DecodedMessage { DecodedMessage(message, payload, party) }

  package var header: Header { message.index.header }
  /// With the upper bits from EDNS.
  package var responseCode: ResponseCode { message.index.responseCode }
  package var flow: Flow { payload.flow }
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
  fileprivate var dialect: MessageDialect {
    switch self {
    case .dns, .llmnr: .unicast
    case .mdns: .multicast
    case .netBIOS: .netBIOS
    }
  }
}
