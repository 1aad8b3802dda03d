import TraceModel
import DNSWire
import PacketDecoding

/// Exchanges that wait for an answer or are remembered after their end.
struct ExchangeTable {
  private var exchanges: [ExchangeID: OpenExchange] = [:]
  /// The newest exchange with a key.
  private var exact: [MatchKey: ExchangeID] = [:]
  /// The newest exchange on a socket and id, whatever its addresses; older ones hang on it.
  private var newest: [MatchKey: ExchangeID] = [:]
  /// The newest query of a local client by what a local server sees of it.
  private var clients: [MatchKey: ExchangeID] = [:]
  /// The newest query at a TCP server.
  private var served: [MatchKey: ExchangeID] = [:]
  /// One queue for each span of time, so that both are in order.
  private var waiting = DeadlineQueue()
  private var remembered = DeadlineQueue()
  /// What the exchanges take, in octets: see `OpenExchange.cost`.
  private(set) var cost = 0
  /// Of the exchange that was inserted last.
  private var lastParty: Party?
  private var lastIdentifier = ExchangeID(number: 0)

  /// How many exchanges of one socket and id are searched where addresses and question do not find one:
  /// enough for every client, and a bound on what a stranger's flood can cost.
  private static let searchDepth = 64

  var count: Int { exchanges.count }

  /// Those that have timed out, and some that have been answered since.
  var rememberedCount: Int { remembered.waitingCount }

  /// Everything that takes room.
  var held: Int {
    exchanges.count + exact.count + newest.count + clients.count + served.count + waiting.count
      + remembered.count
  }

  /// Oldest first.
  var identifiers: [ExchangeID] { exchanges.keys.sorted { $0.number < $1.number } }

  subscript(id: ExchangeID) -> OpenExchange? { exchanges[id] }

  /// The newest exchange with this digest, which has the message's socket and id.
  func exact(_ digest: MatchKey, _ message: DecodedMessage) -> OpenExchange? {
    guard let id = exact[digest], let exchange = exchanges[id], exchange.concerns(message) else { return nil }
    return exchange
  }

  /// The newest exchange with the message's socket and id that `condition` accepts.
  func first(_ pair: MatchKey, _ message: DecodedMessage, where condition: (OpenExchange) -> Bool)
    -> OpenExchange?
  {
    var current = newest[pair]
    for _ in 0..<Self.searchDepth {
      guard let id = current, let exchange = exchanges[id] else { return nil }
      if exchange.concerns(message), condition(exchange) { return exchange }
      current = exchange.older
    }
    return nil
  }

  /// The local client whose query a local server has just received.
  func localClient(of query: DecodedMessage, _ question: MatchKey) -> OpenExchange? {
    clients[.client(query, question)].flatMap { exchanges[$0] }
  }

  /// The query at a TCP server that this answers, if another socket saw it.
  func served(_ answer: DecodedMessage, _ question: MatchKey) -> OpenExchange? {
    MatchKey.served(answer, question).flatMap { served[$0] }.flatMap { exchanges[$0] }
  }
}

// MARK: Coming and going

extension ExchangeTable {
  mutating func insert(_ exchange: OpenExchange, deadline: Timestamp) {
    lastIdentifier = ExchangeID(number: lastIdentifier.number + 1)
    let id = lastIdentifier
    exchange.id = id
    exact[exchange.exact] = id
    exchange.older = newest.updateValue(id, forKey: exchange.pair)
    if let older = exchange.older { exchanges[older]?.newer = id }
    if let key = exchange.clientKey { clients[key] = id }
    if let key = exchange.servedKey { served[key] = id }
    exchanges[id] = exchange
    // An exchange keeps what is known of its process in memory; one that asks many times in a row is counted once.
    if exchange.duplicateOf == nil, exchange.party !== lastParty {
      exchange.partyCost = exchange.party.cost
      lastParty = exchange.party
    }
    cost += exchange.cost
    waiting.add(id, at: deadline)
    if waiting.count > 2 * exchanges.count + 1024 { waiting.keep { exchanges[$0] != nil } }
  }

  /// Keeps an exchange that has timed out in mind until `deadline`.
  mutating func remember(_ id: ExchangeID, until deadline: Timestamp) {
    remembered.add(id, at: deadline)
    if remembered.count > 2 * exchanges.count + 1024 { remembered.keep { exchanges[$0] != nil } }
  }

  mutating func nextDue(by now: Timestamp) -> ExchangeID? {
    waiting.popFirst(by: now) ?? remembered.popFirst(by: now)
  }

  /// Removes the exchange that timed out first, or, when all still wait, the one that has waited longest; nil when there
  /// is none.
  mutating func removeOldest() -> OpenExchange? {
    while let id = remembered.popFirst(by: .distantFuture) ?? waiting.popFirst(by: .distantFuture) {
      guard let exchange = exchanges[id] else { continue }
      remove(id)
      return exchange
    }
    return nil
  }

  mutating func remove(_ id: ExchangeID) {
    guard let exchange = exchanges.removeValue(forKey: id) else { return }
    cost -= exchange.cost
    if exact[exchange.exact] == id { exact[exchange.exact] = nil }
    if let older = exchange.older { exchanges[older]?.newer = exchange.newer }
    if let newer = exchange.newer {
      exchanges[newer]?.older = exchange.older
    } else {
      newest[exchange.pair] = exchange.older
    }
    if let key = exchange.clientKey, clients[key] == id { clients[key] = nil }
    if let key = exchange.servedKey, served[key] == id { served[key] = nil }
  }
}

/// Numbers exchanges as they come.
struct ExchangeID: Hashable, Sendable {
  let number: UInt64

  func hash(into hasher: inout Hasher) { hasher.combine(number) }

  // Numbers that follow one another lie far from one another, as a table with open addresses wants it (Fibonacci
  // hashing; Knuth, The Art of Computer Programming 3, §6.4).
  func _rawHashValue(seed: Int) -> Int {
    Int(truncatingIfNeeded: (number &* 0x9e37_79b9_7f4a_7c15).byteSwapped) ^ seed
  }
}

/// A query that waits for its answer; the table that it is in owns it.
final class OpenExchange {
  enum State: Sendable { case waiting, timedOut, answered }

  var id = ExchangeID(number: 0)
  let exact: MatchKey
  let pair: MatchKey
  let clientKey: MatchKey?
  let servedKey: MatchKey?
  /// In the server's copy the local client's own, which says the same: ten thousand may wait, and each takes room.
  let query: DecodedMessage
  // Of the socket where it was seen.
  let party: Party
  private let socketCookie: UInt64
  let interfaceIndex: UInt32
  /// See `DecodedMessage.mayBeForwarded`.
  let mayBeForwarded: Bool
  var state = State.waiting
  /// What its process takes in memory, in octets, if it is counted here.
  var partyCost = 0
  var retries = 0
  var messageCount = 1
  /// The local client's exchange of which this is the server's copy.
  let duplicateOf: ExchangeID?
  var answeredBy: Party?
  /// See `Exchange.packets`.
  var packets: [UInt64]
  /// The first answer, where the same one may pass another interface.
  var answer: DecodedMessage?
  /// The next older and newer exchange on the same socket and id.
  var older: ExchangeID?
  var newer: ExchangeID?

  init(
    _ query: DecodedMessage, duplicateOf client: OpenExchange?, exact: MatchKey, pair: MatchKey,
    question: MatchKey
  ) {
    self.exact = exact
    self.pair = pair
    clientKey = query.isSurelyAtClient ? .client(query, question) : nil
    servedKey = .served(query, question)
    duplicateOf = client?.id
    self.query = client?.query ?? query
    party = query.party
    socketCookie = query.payload.socketCookie
    interfaceIndex = query.payload.interfaceIndex
    mayBeForwarded = query.mayBeForwarded
    packets = query.payload.packets
  }

  /// What holding it takes, in octets, its share of the tables and a local client's decoded query included: measured, in
  /// `make bench`'s hostile loads.
  var cost: Int { (duplicateOf == nil ? 1024 + query.payload.storage.count : 384) + partyCost }

  /// Whether a message passed the same socket under the same id.
  func concerns(_ message: DecodedMessage) -> Bool {
    query.header.id == message.header.id && socketCookie == message.payload.socketCookie
  }
}
