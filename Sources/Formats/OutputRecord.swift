package import TraceModel
package import Correlation
import DNSWire
import PacketDecoding

/// One thing to show, with what every format needs of it.
package final class OutputRecord: Sendable {
  package let exchange: Exchange
  /// A message on its own, so nothing is said of how the exchange ended.
  package let isMessage: Bool
  /// Counts what was shown, from 1.
  package let sequence: UInt64

  // Read once, since many fields ask for them.
  /// The message with the question.
  let asking: StoredMessage?
  let client: Endpoint?
  let server: Endpoint?
  /// The query, or a lone answer.
  let first: DecodedMessage?
  /// The message whose EDNS is shown: the answer, else the query.
  let extending: StoredMessage?

  package convenience init(_ event: Event, sequence: UInt64) {
    self.init(event.exchange, isMessage: event.isMessage, sequence: sequence)
  }

  package init(_ exchange: Exchange, isMessage: Bool, sequence: UInt64) {
    self.exchange = exchange
    self.isMessage = isMessage
    self.sequence = sequence
    asking = exchange.asking
    client = exchange.client
    server = exchange.server
    first = exchange.first
    let messages = [exchange.answer?.message, exchange.query?.message]
    extending = messages.lazy.compactMap(\.self).first { $0.index.hasEDNS }
  }

  var header: Header? { first?.header }
  var owner: TaskSnapshot? { exchange.party.owner }
  var details: ProcessDetails? { exchange.party.details }
  /// The moment that the record is about: the query's, or that of a lone answer.
  package var time: Timestamp { first?.time ?? Timestamp(nanoseconds: 0) }

  /// The flow as the query goes: from the client to the server.
  var clientFlow: Flow? {
    guard let client, let server, let first else { return nil }
    return Flow(transport: first.flow.transport, source: client, destination: server)
  }
}

/// Turns what is to be shown into octets, one record after the other.
package protocol Encoder: Sendable {
  /// What stands before the first record.
  mutating func start(_ output: inout [UInt8])
  mutating func encode(_ shown: OutputRecord, to output: inout [UInt8])
  /// What stands behind the last record.
  mutating func finish(_ output: inout [UInt8])
}

extension Encoder {
  package mutating func start(_ output: inout [UInt8]) {}
  package mutating func finish(_ output: inout [UInt8]) {}
}
