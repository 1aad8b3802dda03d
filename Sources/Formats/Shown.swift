package import Captures
package import Correlation
import DNSWire
import Packets

/// One thing to show, with what every format needs of it.
package struct Shown: Sendable {
  package let exchange: Exchange
  /// A message on its own, so nothing is said of how the exchange ended.
  package let isMessage: Bool
  /// Counts what was shown, from 1.
  package var sequence: UInt64

  package init(_ event: Event, sequence: UInt64) {
    switch event {
    case .exchange(let exchange):
      self.exchange = exchange
      isMessage = false
    case .message(let observation, let role):
      exchange = Exchange(alone: observation, role: role)
      isMessage = true
    }
    self.sequence = sequence
  }

  var observation: Observation? { exchange.first }
  var payload: Payload? { exchange.first?.payload }
  var owner: Owner? { exchange.party.owner }
  var details: ProcessDetails? { exchange.party.details }
  /// The moment that the record is about: the query's, or that of a lone answer.
  package var time: Timestamp { exchange.first?.time ?? Timestamp(nanoseconds: 0) }

  /// The flow as the query goes: from the client to the server.
  var clientFlow: Flow? {
    guard let observation else { return nil }
    return observation.message.header.isResponse
      ? observation.payload.flow.reversed : observation.payload.flow
  }

  var protocolName: String {
    switch exchange.server?.port {
    case 5353: "mdns"
    case 5355: "llmnr"
    default: exchange.client?.port == 5353 ? "mdns" : "dns"
    }
  }
}

/// Turns what is to be shown into octets, one record after the other.
package protocol Encoder: Sendable {
  /// What stands before the first record.
  mutating func start(_ output: inout [UInt8])
  mutating func encode(_ shown: Shown, to output: inout [UInt8])
}

extension Encoder {
  package mutating func start(_ output: inout [UInt8]) {}
}
