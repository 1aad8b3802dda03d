import TraceModel
import DNSWire
import PacketDecoding

/// Exchanges that wait for an answer or are remembered after their end, in reused slots.
struct ExchangeTable: ~Copyable, Sendable {
  private var slots: [OpenExchange] = []
  /// Their queries.
  private(set) var queries = QueryStore()
  private var freeSlots: [Int] = []
  /// The newest exchange with a key.
  private var exact = KeyTable()
  /// The newest exchange with a socket and id, with any addresses; older ones are linked to it.
  private var newest = KeyTable()
  /// The newest query of a local client, by the key under which a local server sees it.
  private var clients = KeyTable()
  /// The newest query at a TCP server.
  private var served = KeyTable()
  /// One queue for each timeout, so that both are in order.
  private var waiting = DeadlineQueue()
  private var remembered = DeadlineQueue()
  /// The memory of the exchanges in octets: in `slotCost` and more.
  private(set) var cost = 0
  private(set) var count = 0
  /// Of the exchange that was inserted last.
  private var lastProcess: ObservedProcess?
  private var lastNumber: UInt64 = 0

  /// How many exchanges of one socket and id are searched if addresses and question do not find one:
  /// enough for every client, and a bound on the cost of a flood.
  private static let searchDepth = 64

  /// Exchanges that have timed out, and some that have been answered since.
  var rememberedCount: Int { remembered.count }

  /// The number of exchanges and of the entries that refer to them.
  var held: Int {
    count + exact.count + newest.count + clients.count + served.count + waiting.count + remembered.count
  }

  /// Oldest first.
  var identifiers: [ExchangeID] {
    slots.lazy.map(\.id).filter { $0.number > 0 }.sorted { $0.number < $1.number }
  }

  /// The exchange; nil if it has been removed.
  func contains(_ id: ExchangeID) -> Bool {
    id.slot < slots.count && slots[id.slot].id.number == id.number
  }

  /// The exchange in a slot to which an entry of this table refers.
  subscript(slot: Int) -> OpenExchange {
    _read { yield slots[slot] }
    _modify { yield &slots[slot] }
  }

  /// Changes an exchange, unless it has been removed.
  mutating func update(_ id: ExchangeID, _ change: (inout OpenExchange) -> Void) {
    if contains(id) { change(&slots[id.slot]) }
  }
}

// MARK: Finding

extension ExchangeTable {
  /// The newest exchange with this key, which has the message's socket, id and question.
  func exact(_ key: MatchKey, _ message: borrowing DecodedMessage) -> Int? {
    guard let slot = exact[key], hasSocketAndID(slot, message), passes(slot, message),
      queries.asksSame(slot, as: message.message)
    else { return nil }
    return slot
  }

  /// The newest exchange with the message's socket and id that `condition` accepts.
  func first(
    _ pair: MatchKey, _ message: borrowing DecodedMessage, where condition: (Int) -> Bool
  ) -> Int? {
    var current = newest[pair]
    for _ in 0..<Self.searchDepth {
      guard let slot = current else { return nil }
      if hasSocketAndID(slot, message), condition(slot) { return slot }
      current = slots[slot].older
    }
    return nil
  }

  /// The local client whose query a local server has just received.
  func localClient(of query: borrowing DecodedMessage, _ question: MatchKey) -> Int? {
    guard let slot = clients[.client(query, question)], passes(slot, query),
      !query.flow.destination.address.isLoopback || isInNamespace(slot, of: query),
      queries.asksSame(slot, as: query.message)
    else { return nil }
    return slot
  }

  /// The query at a TCP server that this answers, if it was seen on another socket.
  func served(_ answer: borrowing DecodedMessage, _ question: MatchKey) -> Int? {
    guard let key = MatchKey.served(answer, question), let slot = served[key], passes(slot, answer),
      isInNamespace(slot, of: answer), queries.asksSame(slot, as: answer.message)
    else { return nil }
    return slot
  }
}

// The components of a key are compared: different exchanges may have the same hash.
extension ExchangeTable {
  /// Whether a message passed the same side of the same socket with the same id as the query in a slot.
  private func hasSocketAndID(_ slot: Int, _ message: borrowing DecodedMessage) -> Bool {
    queries.id(slot) == message.header.id && queries.socketCookie(slot) == message.socketCookie
      && (!message.hasSocket || slots[slot].isAtClient == message.isAtClient)
  }

  private func isInNamespace(_ slot: Int, of message: borrowing DecodedMessage) -> Bool {
    queries.networkNamespace(slot) == message.networkNamespace
  }

  /// Whether a message is the query again or has the opposite direction, between the same ends and with the same id.
  private func passes(_ slot: Int, _ message: borrowing DecodedMessage) -> Bool {
    let flow = message.header.isResponse ? message.flow.reversed : message.flow
    guard queries.flow(slot) == flow, queries.id(slot) == message.header.id else { return false }
    return flow.hasAddresses || queries.socketCookie(slot) == message.socketCookie
  }
}

// MARK: Inserting and removing

extension ExchangeTable {
  mutating func insert(
    _ exchange: consuming OpenExchange, _ query: borrowing DecodedMessage, deadline: Timestamp
  ) -> ExchangeID {
    let slot = freeSlots.popLast() ?? slots.count
    lastNumber += 1
    let id = ExchangeID(slot: slot, number: lastNumber)
    exchange.id = id
    exact.set(exchange.keys.exact, to: slot)
    exchange.older = newest.set(exchange.keys.pair, to: slot)
    if let older = exchange.older { slots[older].newer = slot }
    if let key = exchange.keys.client { clients.set(key, to: slot) }
    if let key = exchange.keys.served { served.set(key, to: slot) }
    // An exchange retains the details of its process; successive exchanges of one process count them once.
    queries.set(slot, to: query)
    exchange.cost = Self.slotCost + queries.extraOctets(slot)
    if exchange.duplicateOf == nil, let process = query.attribution.process, process !== lastProcess {
      exchange.cost += process.cost
      lastProcess = process
    }
    cost += exchange.cost
    count += 1
    if slot == slots.count { slots.append(exchange) } else { slots[slot] = exchange }
    waiting.add(id, at: deadline)
    if waiting.count > 2 * count + 1024 { waiting.keep { [slots] in Self.contains(slots, $0) } }
    return id
  }

  /// Remembers an exchange that has timed out until `deadline`.
  mutating func remember(_ id: ExchangeID, until deadline: Timestamp) {
    remembered.add(id, at: deadline)
    if remembered.count > 2 * count + 1024 { remembered.keep { [slots] in Self.contains(slots, $0) } }
  }

  private static func contains(_ slots: [OpenExchange], _ id: ExchangeID) -> Bool {
    id.slot < slots.count && slots[id.slot].id.number == id.number
  }

  mutating func nextDue(by now: Timestamp) -> ExchangeID? {
    waiting.popFirst(by: now) ?? remembered.popFirst(by: now)
  }

  /// The slot of the exchange that timed out first or, if none has, of the one that has waited longest; nil if
  /// there is none. It no longer has a deadline: the caller must remove it.
  mutating func nextOldest() -> Int? {
    while let id = remembered.popFirst(by: .distantFuture) ?? waiting.popFirst(by: .distantFuture) {
      if contains(id) { return id.slot }
    }
    return nil
  }

  mutating func remove(_ slot: Int) {
    let keys = slots[slot].keys
    let (older, newer) = (slots[slot].older, slots[slot].newer)
    cost -= slots[slot].cost
    count -= 1
    freeSlots.append(slot)
    exact.remove(keys.exact, of: slot)
    if let older { slots[older].newer = newer }
    if let newer {
      slots[newer].older = older
    } else if let older {
      newest.set(keys.pair, to: older)
    } else {
      newest.remove(keys.pair, of: slot)
    }
    if let key = keys.client { clients.remove(key, of: slot) }
    if let key = keys.served { served.remove(key, of: slot) }
    slots[slot].clear()
    queries.clear(slot)
    // Frees the memory that a flood has allocated.
    if count == 0, slots.count > Self.keptSlots { (slots, freeSlots, queries) = ([], [], QueryStore()) }
  }

  /// The memory of an exchange in octets, with its share of the tables: measured in `make bench`'s hostile loads.
  private static let slotCost = MemoryLayout<OpenExchange>.stride + QueryStore.slotCost + 160

  /// Slots whose memory is kept when none is used.
  private static let keptSlots = 1024
}
