import Captures
import DNSWire
import Packets

/// Exchanges that wait for an answer or are remembered after their end.
struct ExchangeTable: Sendable {
  private var exchanges: [UInt64: OpenExchange] = [:]
  /// The newest exchange with a key; older ones hang on it by `next`.
  private var newest: [PairKey: UInt64] = [:]
  /// The newest query of a local client by what a local server sees of it.
  private var clients: [ClientKey: UInt64] = [:]
  /// One queue for each span of time, so that both are in order.
  private var waiting = DeadlineQueue()
  private var remembered = DeadlineQueue()
  private var lastIdentifier: UInt64 = 0

  var count: Int { exchanges.count }

  /// Oldest first.
  var identifiers: [UInt64] { exchanges.keys.sorted() }

  subscript(id: UInt64) -> OpenExchange? { exchanges[id] }

  mutating func update(_ id: UInt64, _ change: (inout OpenExchange) -> Void) {
    guard let index = exchanges.index(forKey: id) else { return }
    change(&exchanges.values[index])
  }

  mutating func insert(_ exchange: OpenExchange, deadline: Timestamp) {
    var exchange = exchange
    lastIdentifier += 1
    exchange.id = lastIdentifier
    exchange.next = newest.updateValue(exchange.id, forKey: exchange.key)
    if exchange.query.isAtClient { clients[ClientKey(exchange.query)] = exchange.id }
    exchanges[exchange.id] = exchange
    waiting.add(exchange.id, at: deadline)
  }

  /// Keeps an exchange that has timed out in mind until `deadline`.
  mutating func remember(_ id: UInt64, until deadline: Timestamp) { remembered.add(id, at: deadline) }

  mutating func nextDue(by now: Timestamp) -> UInt64? {
    waiting.popFirst(by: now) ?? remembered.popFirst(by: now)
  }

  mutating func remove(_ id: UInt64) {
    guard let exchange = exchanges.removeValue(forKey: id) else { return }
    if newest[exchange.key] == id {
      newest[exchange.key] = exchange.next
    } else {
      var current = newest[exchange.key]
      while let at = current, let next = exchanges[at]?.next {
        if next == id {
          update(at) { $0.next = exchange.next }
          break
        }
        current = next
      }
    }
    if exchange.query.isAtClient {
      let key = ClientKey(exchange.query)
      if clients[key] == id { clients[key] = nil }
    }
  }

  /// The newest exchange with this key that `condition` accepts.
  func first(_ key: PairKey, where condition: (OpenExchange) -> Bool) -> UInt64? {
    var current = newest[key]
    while let id = current, let exchange = exchanges[id] {
      if condition(exchange) { return id }
      current = exchange.next
    }
    return nil
  }

  /// The local client whose query a local server has just received.
  func localClient(of query: Observation, question: Question?) -> UInt64? {
    guard let id = clients[ClientKey(query)], exchanges[id]?.question == question else { return nil }
    return id
  }
}

/// A query that waits for its answer.
struct OpenExchange: Sendable {
  enum State: Sendable { case waiting, timedOut, answered }

  var id: UInt64 = 0
  let key: PairKey
  let query: Observation
  let question: Question?
  var state = State.waiting
  var retries = 0
  var messageCount = 1
  /// The local client's exchange of which this is the server's copy.
  var mirrorOf: UInt64?
  var answeredBy: Party?
  /// The next older exchange with the same key.
  var next: UInt64?

  init(key: PairKey, query: Observation, question: Question?) {
    self.key = key
    self.query = query
    self.question = question
  }
}

/// What a query and its answer surely share: the socket they pass and the message id.
struct PairKey: Hashable, Sendable {
  private let socket: UInt64
  private let id: UInt16
  let hasSocket: Bool

  init(_ observation: Observation) {
    id = observation.message.header.id
    hasSocket = observation.payload.socketCookie != 0
    if hasSocket {
      socket = observation.payload.socketCookie
    } else {
      var hasher = Hasher()
      hasher.combine(observation.client)
      hasher.combine(observation.server)
      hasher.combine(observation.payload.flow.transport)
      socket = UInt64(bitPattern: Int64(hasher.finalize()))
    }
  }
}

/// What a local client's query looks like to the local server that receives it.
struct ClientKey: Hashable, Sendable {
  private let flow: Flow
  private let id: UInt16
  /// Loopback addresses are the same in every network namespace; others cross from one to another.
  private let networkNamespace: UInt32

  init(_ query: Observation) {
    flow = query.payload.flow
    id = query.message.header.id
    networkNamespace = query.payload.flow.destination.address.isLoopback ? query.payload.networkNamespace : 0
  }
}

/// Deadlines in the order in which they were set, which for one timeout is the order of their time.
struct DeadlineQueue: Sendable {
  private struct Entry: Sendable {
    var deadline: Timestamp
    var id: UInt64
  }

  private var entries: [Entry] = []
  private var head = 0

  /// Adds a deadline; one that is earlier than the last waits for it, by at most the clock's disorder
  /// between processors.
  mutating func add(_ id: UInt64, at deadline: Timestamp) {
    entries.append(Entry(deadline: deadline, id: id))
  }

  mutating func popFirst(by now: Timestamp) -> UInt64? {
    guard head < entries.count, entries[head].deadline <= now else { return nil }
    let id = entries[head].id
    head += 1
    if head > 1024, head * 2 > entries.count {
      entries.removeFirst(head)
      head = 0
    }
    return id
  }
}
