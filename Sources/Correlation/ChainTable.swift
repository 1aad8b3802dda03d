import TraceModel
import DNSWire
import PacketDecoding

/// Relates the queries that resolvers on this host receive to those that they send.
///
/// A query that a process receives stays listed until it is answered. One that the same process sends meanwhile serves
/// those that ask the same, or the one whose work it is by its name. The slots are those of the `ExchangeTable`.
struct ChainTable: Sendable {
  /// What is known of an open exchange.
  private struct Entry: Sendable {
    /// Of the resolver: the process that received or sent the query.
    var process: ProcessIdentity
    /// The thread that used the socket; 0 when it is not known.
    var thread: Int32
    var question: MatchKey
    /// What the resolver sent for this query that it received.
    var sent: [SentQuery] = []
    /// The queries received that this one, which the resolver sent, serves.
    var serves: [(id: ExchangeID, evidence: Evidence)] = []
    /// Names that lead to the answer: targets of aliases, and of delegations.
    var leads: [OwnedName] = []
    /// Of a client's exchange: the server's copy of it, and what the server did for it.
    var copy: ExchangeID?
    var chain = Chain()
  }

  private struct SentQuery: Sendable {
    let id: ExchangeID
    var query: ForwardedQuery
    /// Those that the next server sent, if it is on this host.
    var onward: [ForwardedQuery] = []
    var isOpen = true
  }

  /// By slot; nil for exchanges that are not related to another.
  private var entries: [Entry?] = []
  private var count = 0
  /// What they take, in octets, as measured.
  private(set) var cost = 0
  /// Queries received and not answered, by process and question.
  private var sameQuestion = SlotLists()
  /// The same by process.
  private var sameProcess = SlotLists()
  /// Processes that have sent a query for a client.
  private var resolvers: Set<ProcessIdentity> = []

  /// How many are searched for the one whose work a query is by its name.
  private static let searchDepth = 256
  private static let mostResolvers = 1024
  private static let mostLeads = 16
}

// MARK: Queries

extension ChainTable {
  /// Lists a query that a process on this host has received.
  mutating func receive(
    _ id: ExchangeID, copyOf client: ExchangeID?, _ query: borrowing DecodedMessage, _ question: MatchKey
  ) {
    guard query.service == .dns, let task = query.attribution.owner else { return }
    let key = MatchKey.chain(task.identity, question)
    let entry = Entry(process: task.identity, thread: task.usingThread, question: key)
    set(id.slot, entry)
    sameQuestion.insert(id.slot, key)
    sameProcess.insert(id.slot, .process(task.identity))
    guard let client else { return }
    if !isRelated(client.slot) { set(client.slot, Entry(process: task.identity, thread: 0, question: .none)) }
    entries[client.slot]?.copy = id
  }

  /// Relates a query that a process on this host sends to those that the same process has received.
  mutating func send(
    _ slot: Int, _ query: borrowing DecodedMessage, _ question: MatchKey, in table: borrowing ExchangeTable
  ) {
    guard !sameProcess.isEmpty, query.service == .dns, let process = query.attribution.process,
      sameProcess[.process(process.task.identity)] != nil
    else { return }
    let task = process.task
    let key = MatchKey.chain(task.identity, question)
    var served = waiting(key, task.identity, query, in: table)
    var sentQuestion: ForwardedQuery.Question?
    if served.isEmpty {
      guard let one = worked(on: query, task.identity, in: table) else { return }
      served = [one]
      if let question = query.question {
        sentQuestion = ForwardedQuery.Question(name: OwnedName(question.qname), type: question.qtype)
      }
    }
    let isOwnThread =
      served.count == 1 && sentQuestion == nil && entries[served[0]]?.thread == task.usingThread
    let evidence: Evidence =
      served.count > 1 ? .coalesced : isOwnThread && task.usingThread != 0 ? .proven : .inferred
    var entry = Entry(process: task.identity, thread: task.usingThread, question: key)
    entry.serves = served.map { (table[$0].id, evidence) }
    let sent = SentQuery(
      id: table[slot].id,
      query: ForwardedQuery(
        server: query.server, process: process, question: sentQuestion, evidence: evidence))
    for received in served { add(sent, to: received) }
    set(slot, entry)
    if resolvers.count >= Self.mostResolvers { resolvers.removeAll() }
    resolvers.insert(task.identity)
  }

  /// The queries received that ask the same: those for which nothing is under way, or else all.
  private func waiting(
    _ key: MatchKey, _ process: ProcessIdentity, _ query: borrowing DecodedMessage,
    in table: borrowing ExchangeTable
  ) -> [Int] {
    var all: [Int] = []
    var unserved: [Int] = []
    var next = sameQuestion[key]
    while let slot = next, all.count < Chain.most {
      next = sameQuestion.older(than: slot)
      guard let entry = entries[slot], entry.process == process,
        table.queries.asksSame(slot, as: query.message)
      else { continue }
      all.append(slot)
      if !entry.sent.contains(where: \.isOpen) { unserved.append(slot) }
    }
    return unserved.isEmpty ? all : unserved
  }

  /// The only query received whose work a query can be by its name; nil when there are several.
  private func worked(
    on query: borrowing DecodedMessage, _ process: ProcessIdentity, in table: borrowing ExchangeTable
  ) -> Int? {
    guard let name = query.question?.qname, !name.isRoot else { return nil }
    var found: Int?
    var next = sameProcess[.process(process)]
    var searched = 0
    while let slot = next {
      next = sameProcess.older(than: slot)
      searched += 1
      guard searched <= Self.searchDepth else { return nil }
      guard let entry = entries[slot], entry.process == process, isWork(name, of: slot, entry, in: table)
      else { continue }
      guard found == nil else { return nil }
      found = slot
    }
    return found
  }

  /// Whether a name is on the way from the root to the name that was asked for, or to one that it leads to, or the name
  /// with a search domain.
  private func isWork(
    _ name: NameView, of slot: Int, _ entry: Entry, in table: borrowing ExchangeTable
  ) -> Bool {
    guard let asked = table.queries.question(slot)?.qname else { return false }
    if asked.isSubdomain(of: name) || name.hasPrefix(asked) { return true }
    for index in entry.leads.indices {
      let lead = entry.leads[index]
      if lead.view.isSubdomain(of: name) { return true }
    }
    return false
  }

  private mutating func add(_ sent: SentQuery, to slot: Int) {
    guard let count = entries[slot]?.sent.count else { return }
    if count < Chain.most {
      entries[slot]?.sent.append(sent)
      cost += Self.sentCost
    } else {
      entries[slot]?.chain.omitted += 1
    }
  }

  private func isRelated(_ slot: Int) -> Bool { slot < entries.count && entries[slot] != nil }

  private mutating func set(_ slot: Int, _ entry: Entry) {
    if slot >= entries.count { entries += repeatElement(nil, count: slot + 1 - entries.count) }
    entries[slot] = entry
    count += 1
    cost += Self.entryCost
  }

  /// What an entry takes with its share of the lists, and what each query sent does, in octets.
  private static let entryCost = 192
  private static let sentCost = 320
}

// MARK: Endings

extension ChainTable {
  /// What is related to an exchange that ends, for its record; nil when nothing is.
  ///
  /// - Parameter answer: nil when it ends without one.
  mutating func end(
    _ slot: Int, answer: DecodedMessage?, in table: borrowing ExchangeTable
  ) -> Chain? {
    guard isRelated(slot) else { return nil }
    var chain = served(slot, answer, in: table)
    if table[slot].isAtClient {
      if answer != nil { join(slot, in: table) }
      for served in entries[slot]?.serves ?? [] where table.contains(served.id) {
        complete(slot, of: served.id.slot, answer, onward: chain.forwarded, in: table)
        name(served.id.slot, served.evidence, depth: 0, in: &chain, table)
      }
    } else {
      unlist(slot)
    }
    return chain.isEmpty ? nil : chain
  }

  /// Ends the server's copy of a client's exchange: what the server did belongs to the record of the client's.
  mutating func end(
    _ slot: Int, copyOf client: ExchangeID, answer: borrowing DecodedMessage,
    in table: borrowing ExchangeTable
  ) {
    guard isRelated(slot), isRelated(client.slot), table.contains(client) else { return }
    let chain = work(slot, copy answer)
    entries[client.slot]?.chain = chain
    entries[client.slot]?.copy = nil
    unlist(slot)
  }

  /// Forgets an exchange.
  mutating func remove(_ slot: Int) {
    guard isRelated(slot), let entry = entries[slot] else { return }
    unlist(slot)
    cost -= Self.entryCost + Self.sentCost * entry.sent.count
    count -= 1
    entries[slot] = nil
    // What a flood took is given back.
    if count == 0, entries.count > Self.keptEntries { entries = [] }
  }

  private static let keptEntries = 1024

  /// Everything that takes room.
  var held: Int { count + sameQuestion.count + sameProcess.count }

  private mutating func unlist(_ slot: Int) {
    sameQuestion.remove(slot)
    sameProcess.remove(slot)
  }

  /// What the server did for a query: of a client's exchange as its copy has it.
  private func served(
    _ slot: Int, _ answer: DecodedMessage?, in table: borrowing ExchangeTable
  ) -> Chain {
    guard let entry = entries[slot] else { return Chain() }
    guard table[slot].isAtClient else { return work(slot, answer) }
    // The client gave up before the server answered.
    if let copy = entry.copy, table.contains(copy) { return work(copy.slot, nil) }
    return entry.chain
  }

  /// What a server did for a query that it received.
  private func work(_ slot: Int, _ answer: DecodedMessage?) -> Chain {
    guard isRelated(slot), let entry = entries[slot] else { return Chain() }
    var chain = Chain()
    chain.omitted = entry.chain.omitted
    let thread = answer?.attribution.owner?.usingThread ?? 0
    for sent in entry.sent {
      for (index, query) in ([sent.query] + sent.onward).enumerated() {
        guard chain.forwarded.count < Chain.most else {
          chain.omitted += 1
          continue
        }
        chain.forwarded.append(query)
        // The thread is often known by its answer only.
        if index == 0, thread != 0, sent.query.process?.task.usingThread == thread,
          query.evidence == .inferred,
          query.question == nil
        {
          chain.forwarded[chain.forwarded.count - 1].evidence = .proven
        }
      }
    }
    if let answer { chain.answeredFrom = origin(of: answer, entry) }
    return chain
  }

  private func origin(of answer: borrowing DecodedMessage, _ entry: Entry) -> AnswerOrigin? {
    if !entry.sent.isEmpty { return .upstream }
    if answer.header.isAuthoritative { return .local }
    let isFound = answer.responseCode == .noError || answer.responseCode == .nameError
    return isFound && answer.header.recursionAvailable && resolvers.contains(entry.process) ? .cache : nil
  }

  /// Relates a query that is answered to those received since that wait for the same.
  private mutating func join(_ slot: Int, in table: borrowing ExchangeTable) {
    guard let entry = entries[slot], !entry.serves.isEmpty else { return }
    var next = sameQuestion[entry.question]
    var searched = 0
    while let waiting = next, searched < Chain.most {
      next = sameQuestion.older(than: waiting)
      searched += 1
      guard let other = entries[waiting], other.process == entry.process, other.sent.isEmpty,
        table.queries.asksSame(waiting, as: slot)
      else { continue }
      let query = ForwardedQuery(
        server: table.queries.server(slot), process: table.queries.attribution(slot).process, question: nil,
        evidence: .coalesced)
      add(SentQuery(id: table[slot].id, query: query), to: waiting)
      entries[slot]?.serves.append((table[waiting].id, .coalesced))
    }
  }

  /// Notes the end of a query that was sent, with those that it serves.
  private mutating func complete(
    _ slot: Int, of served: Int, _ answer: DecodedMessage?, onward: [ForwardedQuery],
    in table: borrowing ExchangeTable
  ) {
    let id = table[slot].id
    guard isRelated(served), let index = entries[served]?.sent.firstIndex(where: { $0.id == id }) else {
      return
    }
    entries[served]?.sent[index].isOpen = false
    entries[served]?.sent[index].onward = onward
    guard let answer else { return }
    entries[served]?.sent[index].query.latency = answer.time.nanoseconds(since: table.queries.time(slot))
    entries[served]?.sent[index].query.responseCode = answer.responseCode
    let message = answer.message
    var records = message.records.makeCursor()
    while let record = records.next() {
      guard let count = entries[served]?.leads.count, count < Self.mostLeads else { return }
      switch record.rdata {
      case .cname(let name), .ns(let name): entries[served]?.leads.append(OwnedName(name))
      default: continue
      }
    }
  }

  /// Adds the client of a query received, and the clients that this one serves itself.
  private func name(
    _ slot: Int, _ evidence: Evidence, depth: Int, in chain: inout Chain, _ table: borrowing ExchangeTable
  ) {
    guard chain.onBehalfOf.count < Chain.most, depth < Self.mostDepth else {
      chain.omitted += 1
      return
    }
    let client = table[slot].duplicateOf.flatMap { table.contains($0) ? $0.slot : nil }
    chain.onBehalfOf.append(
      ServedClient(
        process: client.flatMap { table.queries.attribution($0).process }, client: table.queries.client(slot),
        evidence: evidence, depth: depth))
    guard let client, isRelated(client) else { return }
    for served in entries[client]?.serves ?? [] where table.contains(served.id) {
      name(served.id.slot, served.evidence.and(evidence), depth: depth + 1, in: &chain, table)
    }
  }

  private static let mostDepth = 8
}

extension Evidence {
  /// Of a relation that stands on two.
  fileprivate func and(_ other: Evidence) -> Evidence {
    if self == .coalesced || other == .coalesced { return .coalesced }
    return self == .proven ? other : self
  }
}

extension TaskSnapshot {
  /// The thread that used the socket last; 0 when it only made or bound it.
  fileprivate var usingThread: Int32 {
    switch source {
    case .receive, .send, .sending: tid
    case .unknown, .creator, .binder, .connector, .backfill: 0
    }
  }
}
