import TraceModel
import DNSWire
import PacketDecoding

/// The state of a query that waits for its answer or is remembered after its end, besides the query itself.
struct OpenExchange: Sendable {
  enum State: Sendable { case waiting, timedOut, answered }

  var id = ExchangeID(slot: 0, number: 0)
  let keys: ExchangeKeys
  let role: Exchange.Role
  let isAtClient: Bool
  let isSent: Bool
  /// See `DecodedMessage.mayBeForwarded`.
  let mayBeForwarded: Bool
  /// See `Exchange`.
  var isInTarget: Bool
  var state = State.waiting
  var retries = 0
  var messageCount = 1
  /// The local client's exchange of which this is the server's copy.
  let duplicateOf: ExchangeID?
  var answeredBy: Attribution?
  /// See `Exchange.packets`.
  var packets: PacketNumbers
  /// The flow and interface of the first answer, if the same one may pass another interface.
  var answer: (flow: Flow, interface: UInt32)?
  /// Its memory, in octets.
  var cost = 0
  /// The slots of the next older and newer exchange on the same socket and id.
  var older: Int?
  var newer: Int?

  init(_ query: borrowing DecodedMessage, duplicateOf client: ExchangeID?, keys: ExchangeKeys) {
    self.keys = keys
    role = query.role
    isAtClient = query.isAtClient
    isSent = query.isSent
    isInTarget = query.isInTarget
    mayBeForwarded = query.mayBeForwarded
    duplicateOf = client
    packets = query.packets
  }

  /// Releases what it refers to: the slot is free.
  mutating func clear() {
    id = ExchangeID(slot: id.slot, number: 0)
    answeredBy = nil
    if !packets.isEmpty { packets = PacketNumbers() }
  }
}

/// The keys of an exchange.
struct ExchangeKeys: Sendable {
  let exact: MatchKey
  let pair: MatchKey
  let client: MatchKey?
  let served: MatchKey?

  init(_ query: borrowing DecodedMessage, exact: MatchKey, pair: MatchKey, question: MatchKey) {
    self.exact = exact
    self.pair = pair
    client = query.isSurelyAtClient ? .client(query, question) : nil
    served = .served(query, question)
  }
}

/// Identifies an exchange: slots are reused, numbers are not.
struct ExchangeID: Hashable, Sendable {
  let slot: Int
  let number: UInt64
}
