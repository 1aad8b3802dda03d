package import Captures
package import DNSWire
package import Packets

/// One decoded message and the packet facts around it.
///
/// A class, since it is handed on many times between a packet and its line and never changes: a reference is
/// copied in place of half a kilobyte.
package final class Observation: Sendable {
  package let message: Message
  package let payload: Payload
  /// The first question; read once, since it is asked for at each step.
  package let question: Question?

  package convenience init(_ payload: consuming Payload) throws(WireError) {
    let message = try Message(
      storage: payload.storage, range: payload.range, extent: payload.isCut ? .start : .whole,
      dialect: payload.service.dialect)
    if case .unspecified = payload.direction {
      payload.direction = message.header.isResponse ? .ingress : .egress
    }
    self.init(message, payload)
  }

  private init(_ message: consuming Message, _ payload: consuming Payload) {
    self.message = message
    self.payload = payload
    question = message.question
  }

  /// The same message as another party's.
  func attributed(to party: Party) -> Observation {
    var payload = payload
    payload.party = party
    return Observation(message, payload)
  }

  package var time: Timestamp { payload.time }
  package var party: Party { payload.party }

  /// The end that asks: the source of a query, the destination of a response.
  package var client: Endpoint {
    message.header.isResponse ? payload.flow.destination : payload.flow.source
  }

  /// The end that is asked.
  package var server: Endpoint {
    message.header.isResponse ? payload.flow.source : payload.flow.destination
  }

  /// Whether it was seen on an interface and no local process is known to have sent it, so that it may pass
  /// another interface too.
  var mayBeForwarded: Bool {
    payload.socketCookie == 0 && payload.interfaceIndex != 0 && party.owner == nil
  }

  /// Whether this is `other` on another interface: bridged or forwarded, not sent again.
  func isForwardedCopy(of other: Observation) -> Bool {
    mayBeForwarded && payload.interfaceIndex != other.payload.interfaceIndex
      && payload.flow == other.payload.flow
  }

  /// Whether this is the socket of the end that asks.
  var isAtClient: Bool {
    (payload.direction == .egress) != message.header.isResponse
  }
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
