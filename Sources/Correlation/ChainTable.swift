import TraceModel
import DNSWire
import PacketDecoding

/// Relates the queries that resolvers on this host receive to those that they send.
///
/// A query that a process receives stays listed until it is answered. One that the same process, or its child, sends meanwhile
/// serves those that ask the same, or the one whose work it is by its name. The slots are those of the `ExchangeTable`.
struct ChainTable: Sendable {
  /// What is known of an open exchange. Its members are read where they lie: a copy counts six references.
  struct Entry: Sendable {
    /// False for an exchange that is not related to another.
    var isUsed = true
    /// Of the resolver: the process that received or sent the query.
    var process: ProcessIdentity
    /// The thread that used the socket; 0 when it is not known.
    var thread: Int32
    var question: MatchKey
    /// When the query was sent last.
    var asked: Timestamp
    /// What the resolver sent for this query that it received.
    var sent: [SentQuery] = []
    /// The queries received that this one, which the resolver sent, serves.
    var serves: [(id: ExchangeID, evidence: Evidence)] = []
    /// The clients of those among them that have been answered meanwhile, and how many more there are.
    var parted: [ServedClient] = []
    var partedOmitted = 0
    /// Of a query received: who sent it, on this host.
    var client: ObservedProcess?
    /// Names that lead to the answer: targets of aliases, and of delegations.
    var leads: [OwnedName] = []
    /// Of a client's exchange: the server's copy of it, and what the server did for it.
    var copy: ExchangeID?
    var chain = Chain()
  }

  struct SentQuery: Sendable {
    let id: ExchangeID
    var query: ForwardedQuery
    /// Those that the next server sent, if it is on this host.
    var onward: [ForwardedQuery] = []
    var isOpen = true
  }

  /// By slot.
  var entries: [Entry] = []
  var count = 0
  /// What they take, in octets, as measured.
  var cost = 0
  /// Queries received and not answered, by process and question.
  var sameQuestion = SlotLists()
  /// The same by the process's pid.
  var sameProcess = SlotLists()
  var memory = ResolverMemory()
  /// Nanoseconds after which a client that has not asked again has given up.
  private let patience: Int64

  init(patience: Int64) { self.patience = patience }

  /// How many are searched for the one whose work a query is by its name.
  static let searchDepth = 256
  /// How many that ask the same may wait for one query.
  static let mostWaiting = 1024
}

// MARK: Queries

extension ChainTable {
  /// Takes a query that a socket on this host has sent or received.
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
    var entry = Entry(process: task.identity, thread: task.usingThread, question: key, asked: query.time)
    if let name = query.question?.qname { entry.leads = memory.targets(of: name, askedOf: task.identity) }
    let client = table[id.slot].duplicateOf
    entry.client = client.flatMap { table.queries.attribution($0.slot).process }
    set(id.slot, entry)
    sameQuestion.insert(id.slot, key)
    sameProcess.insert(id.slot, .process(task.identity.pid))
    guard let client else { return }
    if !isRelated(client.slot) {
      set(client.slot, Entry(process: task.identity, thread: 0, question: .none, asked: query.time))
    }
    entries[client.slot].copy = id
  }

  /// Notes that a query was received once more.
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
    let key = MatchKey.chain(receiver.identity, question)
    var (served, isSure, isEach) = waiting(key, receiver, task, query, in: table)
    var sentQuestion: ForwardedQuery.Question?
    if served.isEmpty {
      guard let one = worked(on: query, receiver, in: table) else { return }
      served = [one]
      if let question = query.question {
        sentQuestion = ForwardedQuery.Question(name: OwnedName(question.qname), type: question.qtype)
      }
    }
    if isEach, !receiver.isParent { memory.noteForwardsEach(task.identity) }
    let isOwnThread = task.usingThread != 0 && entries[served[0]].thread == task.usingThread
    let evidence: Evidence =
      served.count > 1 ? .coalesced : isOwnThread && sentQuestion == nil && isSure ? .proven : .inferred
    var entry = Entry(process: task.identity, thread: task.usingThread, question: key, asked: query.time)
    entry.serves = served.map { (table[$0].id, evidence) }
    let sent = SentQuery(
      id: table[slot].id,
      query: ForwardedQuery(
        server: query.flow.hasAddresses ? query.server : nil, service: query.service, process: process,
        question: sentQuestion, evidence: evidence))
    for received in served { add(sent, to: received) }
    set(slot, entry)
    memory.note(key, sentBy: receiver.identity)
  }

  /// The queries received that ask the same: those for which nothing is under way, or else all that wait, or else those
  /// whose clients have given up; whether it can be no other's work; and whether the process sends a query for each client.
  private func waiting(
    _ key: MatchKey, _ receiver: Receiver, _ task: TaskSnapshot, _ query: borrowing DecodedMessage,
    in table: borrowing ExchangeTable
  ) -> (slots: [Int], isSure: Bool, isEach: Bool) {
    var unserved: [Int] = []
    var others: [Int] = []
    var givenUp: [Int] = []
    /// The oldest of those for which least is under way.
    var least: (slot: Int, count: Int)?
    var isEach = receiver.isParent || memory.forwardsEach(task.identity)
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

  /// Whether a thread has just sent the same query to the same server, sooner than a resolver does that waits for an answer.
  private func repeats(
    _ slot: Int, _ task: TaskSnapshot, _ query: borrowing DecodedMessage, in table: borrowing ExchangeTable
  ) -> Bool {
    guard let last = entries[slot].sent.last, last.isOpen, last.query.question == nil,
      table.contains(last.id),
      last.query.server == query.server, last.query.process?.task.usingThread == task.usingThread
    else { return false }
    return query.time.nanoseconds(since: table.queries.time(last.id.slot)) < Self.leastPatience
  }

  /// Unbound sends a query again after 50 ms or more, other resolvers later; nanoseconds.
  private static let leastPatience: Int64 = 20_000_000

  /// The only query received whose work a query can be by its name; nil when there are several.
  private func worked(
    on query: borrowing DecodedMessage, _ receiver: Receiver, in table: borrowing ExchangeTable
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
        isWork(name, of: slot, in: table)
      else { continue }
      guard found == nil else { return nil }
      found = slot
    }
    return found
  }

  /// Whether a client still waits for what it asked a process.
  func isWaiting(_ slot: Int, for process: ProcessIdentity, at now: Timestamp) -> Bool {
    entries[slot].process == process && now.nanoseconds(since: entries[slot].asked) < patience
  }

  /// Whether a name is on the way from the root to the name that was asked for, or to one that it leads to, or the name
  /// with a search domain.
  private func isWork(
    _ name: NameView, of slot: Int, in table: borrowing ExchangeTable
  ) -> Bool {
    guard let asked = table.queries.question(slot)?.qname else { return false }
    if asked.isSubdomain(of: name) || name.hasPrefix(asked) { return true }
    for index in entries[slot].leads.indices {
      let lead = entries[slot].leads[index]
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

  private mutating func set(_ slot: Int, _ entry: Entry) {
    if slot >= entries.count { entries += repeatElement(.unused, count: slot + 1 - entries.count) }
    entries[slot] = entry
    count += 1
    cost += Self.entryCost
  }

  /// What an entry takes with its share of the lists, and what each query sent and client kept does, in octets.
  static let entryCost = 224
  static let sentCost = 320
  static let partedCost = 64
}

extension ChainTable.Entry {
  static let unused = Self(
    isUsed: false, process: ProcessIdentity(pid: 0, startTime: 0), thread: 0, question: .none,
    asked: Timestamp(nanoseconds: 0))
}

extension TaskSnapshot {
  /// The thread that used the socket last; 0 when it only made or bound it.
  var usingThread: Int32 {
    switch source {
    case .receive, .send, .sending: tid
    case .unknown, .creator, .binder, .connector, .backfill: 0
    }
  }
}
