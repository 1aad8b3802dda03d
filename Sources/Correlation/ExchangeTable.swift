import TraceModel
import DNSWire
import PacketDecoding

/// Exchanges that wait for an answer or are remembered after their end, in slots that are used again.
struct ExchangeTable: ~Copyable, Sendable {
  private var slots: [OpenExchange] = []
  /// Their queries.
  private(set) var queries = QueryStore()
  private var freeSlots: [Int] = []
  /// The newest exchange with a key.
  private var exact = KeyTable()
  /// The newest exchange on a socket and id, whatever its addresses; older ones hang on it.
  private var newest = KeyTable()
  /// The newest query of a local client by what a local server sees of it.
  private var clients = KeyTable()
  /// The newest query at a TCP server.
  private var served = KeyTable()
  /// One queue for each span of time, so that both are in order.
  private var waiting = DeadlineQueue()
  private var remembered = DeadlineQueue()
  /// What the exchanges take, in octets: in `slotCost` and more.
  private(set) var cost = 0
  private(set) var count = 0
  /// Of the exchange that was inserted last.
  private var lastProcess: ObservedProcess?
  private var lastNumber: UInt64 = 0

  /// How many exchanges of one socket and id are searched where addresses and question do not find one:
  /// enough for every client, and a bound on what a stranger's flood can cost.
  private static let searchDepth = 64

  /// Those that have timed out, and some that have been answered since.
  var rememberedCount: Int { remembered.count }

  /// Everything that takes room.
  var held: Int {
    count + exact.count + newest.count + clients.count + served.count + waiting.count + remembered.count
  }

  /// Oldest first.
  var identifiers: [ExchangeID] {
    slots.lazy.map(\.id).filter { $0.number > 0 }.sorted { $0.number < $1.number }
  }

  /// The exchange, if it is still there.
  func contains(_ id: ExchangeID) -> Bool {
    id.slot < slots.count && slots[id.slot].id.number == id.number
  }

  /// The exchange in a slot that something here has just named.
  subscript(slot: Int) -> OpenExchange {
    _read { yield slots[slot] }
    _modify { yield &slots[slot] }
  }

  /// Changes an exchange, if it is still there.
  mutating func update(_ id: ExchangeID, _ change: (inout OpenExchange) -> Void) {
    if contains(id) { change(&slots[id.slot]) }
  }
}

// MARK: Finding

extension ExchangeTable {
  /// The newest exchange with this key, which has the message's socket and id and asks the same.
  func exact(_ key: MatchKey, _ message: borrowing DecodedMessage) -> Int? {
    guard let slot = exact[key], concerns(slot, message), passes(slot, message),
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
      if concerns(slot, message), condition(slot) { return slot }
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

  /// The query at a TCP server that this answers, if another socket saw it.
  func served(_ answer: borrowing DecodedMessage, _ question: MatchKey) -> Int? {
    guard let key = MatchKey.served(answer, question), let slot = served[key], passes(slot, answer),
      isInNamespace(slot, of: answer), queries.asksSame(slot, as: answer.message)
    else { return nil }
    return slot
  }
}

// What a key was made of, compared: different exchanges may have the same hash.
extension ExchangeTable {
  /// Whether a message passed the same side of the same socket under the same id as the query in a slot.
  private func concerns(_ slot: Int, _ message: borrowing DecodedMessage) -> Bool {
    queries.id(slot) == message.header.id && queries.socketCookie(slot) == message.socketCookie
      && (!message.hasSocket || slots[slot].isAtClient == message.isAtClient)
  }

  private func isInNamespace(_ slot: Int, of message: borrowing DecodedMessage) -> Bool {
    queries.networkNamespace(slot) == message.networkNamespace
  }

  /// Whether a message is the query once more or goes the other way, between the same ends and with the same id.
  private func passes(_ slot: Int, _ message: borrowing DecodedMessage) -> Bool {
    let flow = message.header.isResponse ? message.flow.reversed : message.flow
    guard queries.flow(slot) == flow, queries.id(slot) == message.header.id else { return false }
    return flow.hasAddresses || queries.socketCookie(slot) == message.socketCookie
  }
}

// MARK: Coming and going

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
    // An exchange keeps what is known of its process in memory; one that asks many times in a row is counted once.
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

  /// Keeps an exchange that has timed out in mind until `deadline`.
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

  /// The slot of the exchange that timed out first, or, when all still wait, of the one that has waited longest; nil when
  /// there is none. It has no deadline any more: it must be removed.
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
    // What a flood took is given back.
    if count == 0, slots.count > Self.keptSlots { (slots, freeSlots, queries) = ([], [], QueryStore()) }
  }

  /// What an exchange takes, in octets, its share of the tables included: measured, in `make bench`'s hostile loads.
  private static let slotCost = MemoryLayout<OpenExchange>.stride + QueryStore.slotCost + 160

  /// Slots whose room is kept when none is used.
  private static let keptSlots = 1024
}
