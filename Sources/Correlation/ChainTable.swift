import TraceModel
import DNSWire
import PacketDecoding

/// Relates the queries that resolvers on this host receive to those that they send.
///
/// A query that a process receives stays listed until it is answered. One that the same process sends meanwhile serves
/// those that ask the same, or the one whose work it is by its name. The slots are those of the `ExchangeTable`.
struct ChainTable: Sendable {
  /// By slot; nil for exchanges that are not related to another.
  var entries: [Entry?] = []
  var count = 0
  /// What they take, in octets, as measured.
  var cost = 0
  /// Queries received and not answered, by process and question.
  var sameQuestion = SlotLists()
  /// The same by process.
  var sameProcess = SlotLists()
  /// Processes that have sent a query for a client.
  var resolvers: Set<ProcessIdentity> = []

  /// How many are searched for the one whose work a query is by its name.
  static let searchDepth = 256
  static let mostResolvers = 1024
  static let mostLeads = 16
}

// MARK: Queries

extension ChainTable {
  /// Lists a query that a process on this host has received.
  mutating func receive(
    _ id: ExchangeID, copyOf client: ExchangeID?, _ query: borrowing DecodedMessage, _ question: MatchKey
  ) {
    guard query.service.asksResolver, let task = query.attribution.owner else { return }
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
    guard !sameProcess.isEmpty, query.service.asksResolver, let process = query.attribution.process,
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
        server: query.flow.hasAddresses ? query.server : nil, service: query.service, process: process,
        question: sentQuestion, evidence: evidence))
    for received in served { add(sent, to: received) }
    set(slot, entry)
    if resolvers.count >= Self.mostResolvers { resolvers.removeAll() }
    resolvers.insert(task.identity)
  }

  mutating func add(_ sent: SentQuery, to slot: Int) {
    guard let count = entries[slot]?.sent.count else { return }
    if count < Chain.most {
      entries[slot]?.sent.append(sent)
      cost += Self.sentCost
    } else {
      entries[slot]?.chain.omitted += 1
    }
  }

  func isRelated(_ slot: Int) -> Bool { slot < entries.count && entries[slot] != nil }

  private mutating func set(_ slot: Int, _ entry: Entry) {
    if slot >= entries.count { entries += repeatElement(nil, count: slot + 1 - entries.count) }
    entries[slot] = entry
    count += 1
    cost += Self.entryCost
  }

  /// What an entry takes with its share of the lists, and what each query sent does, in octets.
  static let entryCost = 192
  static let sentCost = 320
}
