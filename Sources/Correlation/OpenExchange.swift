import TraceModel
import DNSWire
import PacketDecoding

/// A query that waits for its answer, or is remembered after its end.
struct OpenExchange: Sendable {
  enum State: Sendable { case waiting, timedOut, answered }

  /// What finds it.
  struct Keys: Sendable {
    let exact: MatchKey
    let pair: MatchKey
    let client: MatchKey?
    let served: MatchKey?

    fileprivate init() { (exact, pair, client, served) = (.none, .none, nil, nil) }

    init(_ query: borrowing DecodedMessage, exact: MatchKey, pair: MatchKey, question: MatchKey) {
      self.exact = exact
      self.pair = pair
      client = query.isSurelyAtClient ? .client(query, question) : nil
      served = .served(query, question)
    }
  }

  var id = ExchangeID(slot: 0, number: 0)
  let keys: Keys
  let query: StoredQuery
  let role: Exchange.Role
  let isAtClient: Bool
  let isSent: Bool
  /// See `DecodedMessage.mayBeForwarded`.
  let mayBeForwarded: Bool
  var state = State.waiting
  var retries = 0
  var messageCount = 1
  /// The local client's exchange of which this is the server's copy.
  let duplicateOf: ExchangeID?
  var answeredBy: Party?
  /// See `Exchange.packets`.
  var packets: [UInt64]
  /// The flow and interface of the first answer, where the same one may pass another interface.
  var answer: (flow: Flow, interface: UInt32)?
  /// What its process takes in memory, in octets, if it is counted here.
  var partyCost = 0
  /// The slots of the next older and newer exchange on the same socket and id.
  var older: Int?
  var newer: Int?

  init(_ query: borrowing DecodedMessage, duplicateOf client: ExchangeID?, keys: Keys) {
    self.keys = keys
    self.query = StoredQuery(query)
    role = query.role
    isAtClient = query.isAtClient
    isSent = query.isSent
    mayBeForwarded = query.mayBeForwarded
    duplicateOf = client
    packets = query.context.packets
  }

  private init() {
    keys = Keys()
    query = .none
    (role, isAtClient, isSent, mayBeForwarded) = (.client, false, false, false)
    duplicateOf = nil
    packets = []
  }

  /// What a free slot holds.
  static let vacant = OpenExchange()

  var party: Party { query.context.party }

  /// What holding it takes, in octets, its share of the tables included: measured, in `make bench`'s hostile loads.
  var cost: Int { Self.slotCost + query.extraOctets + partyCost }

  private static let slotCost = MemoryLayout<OpenExchange>.stride + 192

  /// Whether a message passed the same socket under the same id.
  func concerns(_ message: borrowing DecodedMessage) -> Bool {
    query.index.header.id == message.header.id && query.context.socketCookie == message.context.socketCookie
  }

  /// Whether a message is the query once more or goes the other way, between the same ends and with the same id.
  func passes(_ message: borrowing DecodedMessage) -> Bool {
    let flow = message.header.isResponse ? message.context.flow.reversed : message.context.flow
    return query.context.flow == flow && query.index.header.id == message.header.id
  }
}

/// Says which exchange a slot holds: slots are used again, numbers are not.
struct ExchangeID: Hashable, Sendable {
  let slot: Int
  let number: UInt64
}
