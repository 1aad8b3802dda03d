import TraceModel
import DNSWire
import PacketDecoding

/// Relates the queries that resolvers on this host receive to those that they send.
///
/// A query that a process receives stays listed until it is answered. A query that the same process, or its child,
/// sends meanwhile is related to those with the same question, or to the only one that can have caused it by its name. The
/// slots are those of the `ExchangeTable`.
struct ChainTable: Sendable {
  /// An open exchange. Its members are read in place: a copy retains six references.
  struct Entry: Sendable {
    /// False for an exchange that is not related to another.
    var isUsed = true
    /// The resolver's process, which received or sent the query.
    var process: ProcessIdentity
    /// The thread that used the socket; 0 if unknown.
    var thread: Int32
    var question: MatchKey
    /// When the query was last sent.
    var asked: Timestamp
    /// For a received query: the queries that the resolver sent for it.
    var sent: [SentQuery] = []
    /// For a query that the resolver sent: the received queries for which it was sent.
    var servedQueries: [(id: ExchangeID, evidence: Evidence)] = []
    /// The clients of received queries that have been answered meanwhile, and the number of further ones.
    var answeredClients: [ServedClient] = []
    var answeredClientsOmitted = 0
    /// For a received query: the process that sent it, on this host.
    var client: ObservedProcess?
    /// Names on the way to the answer: targets of aliases and of delegations.
    var leadingNames: [OwnedName] = []
    /// For a client's exchange: the server's copy of it, and the queries that the server sent for it.
    var copy: ExchangeID?
    var chain = Chain()
  }

  struct SentQuery: Sendable {
    let id: ExchangeID
    var query: ForwardedQuery
    /// The queries that the next server sent, if it is on this host.
    var onward: [ForwardedQuery] = []
    var isOpen = true
  }

  /// By slot.
  var entries: [Entry] = []
  var count = 0
  /// Their memory in octets, as measured.
  var cost = 0
  /// Queries received and not answered, by process and question.
  var sameQuestion = SlotLists()
  /// The same by the process's pid.
  var sameProcess = SlotLists()
  var memory = ResolverMemory()
  /// Nanoseconds after which a client that has not sent its question again counts as gone.
  private let timeout: Int64

  init(timeout: Int64) { self.timeout = timeout }

  /// How many received queries are searched for the one that caused a query.
  static let searchDepth = 256
  /// How many received queries with the same question are compared.
  static let mostWaiting = 1024
}

// MARK: Queries

extension ChainTable {
  /// Adds a query that a socket on this host has sent or received.
  mutating func relate(
    _ id: ExchangeID, _ query: borrowing DecodedMessage, _ question: MatchKey,
    in table: borrowing ExchangeTable
  ) {
    if query.isAtClient {
      send(id.slot, query, question, in: table)
    } else {
      receive(id, query, question, in: table)
    }
  }

  /// Lists a query that a process on this host has received.
  private mutating func receive(
    _ id: ExchangeID, _ query: borrowing DecodedMessage, _ question: MatchKey,
    in table: borrowing ExchangeTable
  ) {
    guard query.service.asksResolver, let task = query.attribution.owner else { return }
    let key = MatchKey.chain(task.identity, question)
    let client = table[id.slot].duplicateOf
    begin(id.slot, task.identity, thread: task.usingThread, key, at: query.time)
    if let name = query.question?.qname {
      entries[id.slot].leadingNames = memory.targets(of: name, askedOf: task.identity)
    }
    if let client { entries[id.slot].client = table.queries.attribution(client.slot).process }
    sameQuestion.insert(id.slot, key)
    sameProcess.insert(id.slot, .process(task.identity.pid))
    guard let client else { return }
    if !isRelated(client.slot) {
      begin(client.slot, task.identity, thread: 0, .none, at: query.time)
    }
    entries[client.slot].copy = id
  }

  /// Records that a query was received again.
  mutating func receiveAgain(_ slot: Int, at time: Timestamp) {
    if isRelated(slot) { entries[slot].asked = time }
  }

  /// Relates a query that a process on this host sends to those that the same process has received.
  private mutating func send(
    _ slot: Int, _ query: borrowing DecodedMessage, _ question: MatchKey, in table: borrowing ExchangeTable
  ) {
    guard !sameProcess.isEmpty, query.service.asksResolver, let process = query.attribution.process,
      let receiver = receiver(for: process.task, in: table)
    else { return }
    let task = process.task
    let processKey = MatchKey.process(receiver.identity)
    let key = MatchKey.chain(receiver.identity, question)
    var (served, isSure, isEach) = waiting(key, receiver, task, processKey, query, in: table)
    var sentQuestion: ForwardedQuery.Question?
    if served.isEmpty {
      guard let one = cause(of: query, receiver, in: table) else { return }
      served = [one]
      if let question = query.question {
        sentQuestion = ForwardedQuery.Question(name: OwnedName(question.qname), type: question.qtype)
      }
    }
    if isEach, !receiver.isParent { memory.noteForwardsEach(processKey) }
    let isOwnThread = task.usingThread != 0 && entries[served[0]].thread == task.usingThread
    let evidence: Evidence =
      served.count > 1 ? .coalesced : isOwnThread && sentQuestion == nil && isSure ? .proven : .inferred
    begin(slot, task.identity, thread: task.usingThread, key, at: query.time)
    for received in served { entries[slot].servedQueries.append((table[received].id, evidence)) }
    let sent = SentQuery(
      id: table[slot].id,
      query: ForwardedQuery(
        server: query.flow.hasAddresses ? query.server : nil, service: query.service, process: process,
        question: sentQuestion, evidence: evidence))
    for received in served { add(sent, to: received) }
    memory.note(key, sentBy: processKey)
  }

  /// The received queries with the same question: those for which no query is open, or else all whose clients wait, or else
  /// those whose clients count as gone; whether the relation is certain; and whether the process sends a query per client.
  private func waiting(
    _ key: MatchKey, _ receiver: Receiver, _ task: TaskSnapshot, _ processKey: MatchKey,
    _ query: borrowing DecodedMessage,
    in table: borrowing ExchangeTable
  ) -> (slots: [Int], isSure: Bool, isEach: Bool) {
    var unserved: [Int] = []
    var others: [Int] = []
    var givenUp: [Int] = []
    /// The oldest of those with the fewest open queries.
    var least: (slot: Int, count: Int)?
    var isEach = receiver.isParent || memory.forwardsEach(processKey)
    var next = sameQuestion[key]
    var searched = 0
    while let slot = next, searched < Self.mostWaiting {
      next = sameQuestion.older(than: slot)
      searched += 1
      guard mayServe(slot, receiver, in: table), table.queries.asksSame(slot, as: query.message) else {
        continue
      }
      guard isWaiting(slot, for: receiver.identity, at: query.time) else {
        if givenUp.count < Chain.most { givenUp.append(slot) }
        continue
      }
      var open = 0
      for index in entries[slot].sent.indices where entries[slot].sent[index].isOpen { open += 1 }
      if open <= least?.count ?? open { least = (slot, open) }
      if open == 0 {
        unserved.append(slot)
      } else if others.count < Chain.most {
        others.append(slot)
        isEach = isEach || repeats(slot, task, query, in: table)
      }
    }
    if isEach, let least { return ([least.slot], unserved.count + others.count == 1, true) }
    if !unserved.isEmpty { return (unserved, others.isEmpty, false) }
    return others.isEmpty ? (givenUp, false, isEach) : (others, true, false)
  }

  /// Whether a thread has just sent the same query to the same server, sooner than a resolver repeats a query.
  private func repeats(
    _ slot: Int, _ task: TaskSnapshot, _ query: borrowing DecodedMessage, in table: borrowing ExchangeTable
  ) -> Bool {
    guard let last = entries[slot].sent.last, last.isOpen, last.query.question == nil,
      table.contains(last.id),
      last.query.server == query.server, last.query.process?.task.usingThread == task.usingThread
    else { return false }
    return query.time.nanoseconds(since: table.queries.time(last.id.slot)) < Self.leastRetryInterval
  }

  /// Unbound repeats a query after 50 ms or more, other resolvers later; nanoseconds.
  private static let leastRetryInterval: Int64 = 20_000_000

  /// The only received query that can have caused a query by its name; nil if there are several.
  private func cause(
    of query: borrowing DecodedMessage, _ receiver: Receiver, in table: borrowing ExchangeTable
  ) -> Int? {
    guard let name = query.question?.qname, !name.isRoot else { return nil }
    var found: Int?
    var next = sameProcess[.process(receiver.identity.pid)]
    var searched = 0
    while let slot = next {
      next = sameProcess.older(than: slot)
      searched += 1
      guard searched <= Self.searchDepth else { return nil }
      guard mayServe(slot, receiver, in: table), isWaiting(slot, for: receiver.identity, at: query.time),
        canBeCause(name, of: slot, in: table)
      else { continue }
      guard found == nil else { return nil }
      found = slot
    }
    return found
  }

  /// Whether a client still waits for the answer of a process.
  func isWaiting(_ slot: Int, for process: ProcessIdentity, at now: Timestamp) -> Bool {
    entries[slot].process == process && now.nanoseconds(since: entries[slot].asked) < timeout
  }

  /// Whether a name is between the root and the queried name, or a name that it leads to, or is the queried name
  /// with a search domain.
  private func canBeCause(
    _ name: NameView, of slot: Int, in table: borrowing ExchangeTable
  ) -> Bool {
    guard let asked = table.queries.question(slot)?.qname else { return false }
    if asked.isSubdomain(of: name) || name.hasPrefix(asked) { return true }
    for index in entries[slot].leadingNames.indices {
      let lead = entries[slot].leadingNames[index]
      if lead.view.isSubdomain(of: name) { return true }
    }
    return false
  }

  mutating func add(_ sent: SentQuery, to slot: Int) {
    if entries[slot].sent.count < Chain.most {
      entries[slot].sent.append(sent)
      cost += Self.sentCost
    } else {
      entries[slot].chain.omitted += 1
    }
  }

  func isRelated(_ slot: Int) -> Bool { slot < entries.count && entries[slot].isUsed }

  private mutating func begin(
    _ slot: Int, _ process: ProcessIdentity, thread: Int32, _ question: MatchKey, at time: Timestamp
  ) {
    if slot >= entries.count { entries += repeatElement(.unused, count: slot + 1 - entries.count) }
    entries[slot].isUsed = true
    entries[slot].process = process
    entries[slot].thread = thread
    entries[slot].question = question
    entries[slot].asked = time
    count += 1
    cost += Self.entryCost
  }

  /// The memory of an entry with its share of the lists, of each sent query and of each copied client, in octets.
  static let entryCost = 224
  static let sentCost = 320
  static let answeredClientCost = 64
}

extension ChainTable.Entry {
  static let unused = Self(
    isUsed: false, process: ProcessIdentity(pid: 0, startTime: 0), thread: 0, question: .none,
    asked: Timestamp(nanoseconds: 0))

  /// Empties the entry in place. Short arrays keep their allocation for the next exchange in this slot.
  mutating func clear(keepingCapacity: Bool) {
    isUsed = false
    sent.clear(keepingCapacity: keepingCapacity)
    servedQueries.clear(keepingCapacity: keepingCapacity)
    if !answeredClients.isEmpty { answeredClients = [] }
    answeredClientsOmitted = 0
    client = nil
    if !leadingNames.isEmpty { leadingNames = [] }
    copy = nil
    if !chain.isEmpty { chain = Chain() }
    chain.omitted = 0
  }
}

extension Array {
  fileprivate mutating func clear(keepingCapacity: Bool) {
    if !isEmpty { removeAll(keepingCapacity: keepingCapacity && count == 1) }
  }
}
