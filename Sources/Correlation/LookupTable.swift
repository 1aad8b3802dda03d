import DequeModule
import DNSWire
import PacketDecoding
import TraceModel

/// Groups the exchanges of a program into lookups.
///
/// A query belongs to a lookup of the same process that has another type for the same name, or the same question after a
/// failure; or to one in which the same thread found nothing for a name that differs by a search domain. A lookup ends
/// when all its exchanges have ended and `quiet` has passed without another query.
struct LookupTable: Sendable {
  /// A lookup that may still grow.
  private struct Group: Sendable {
    let asker: Asker
    let thread: Int32
    var asked: [Asked] = []
    var exchanges: [StoredExchange] = []
    /// The latest time at which one of its exchanges began or ended.
    var lastChange: Timestamp

    var openCount: Int { asked.count { $0.state == .open } }
  }

  /// One query of a lookup.
  private struct Asked: Sendable {
    enum State: Sendable { case open, found, notFound, failed }
    let id: ExchangeID
    let name: OwnedName
    let type: RecordType
    var state = State.open
  }

  /// The owner of a lookup.
  private enum Asker: Hashable, Sendable {
    case process(ProcessIdentity)
    /// If no process is known.
    case address(IPAddress)
  }

  /// The search list of this host, if the names come from it.
  private let searchDomains: [OwnedName]
  private var groups: [Int: Group] = [:]
  private var nextNumber = 0
  /// The groups of an asker, in the order in which they began.
  private var byAsker: [Asker: [Int]] = [:]
  private var groupOf: [ExchangeID: Int] = [:]
  /// Groups with their `lastChange`, oldest first; outdated entries are skipped.
  private var changes: Deque<(number: Int, at: Timestamp)> = []
  private var now = Timestamp(nanoseconds: .min)

  /// Nanoseconds after its last answer after which a lookup ends.
  private static let quiet: Int64 = 100_000_000
  /// The maximum number of lookups, and of exchanges in each.
  private static let mostGroups = 2048
  private static let mostExchanges = 32
  /// The number of latest lookups of a process that a query is compared with.
  private static let searchDepth = 64

  init(searchDomains: [OwnedName]) { self.searchDomains = searchDomains }
}

// MARK: Queries and outcomes

extension LookupTable {
  /// Adds a query that begins an exchange.
  mutating func begin(_ id: ExchangeID, _ query: borrowing DecodedMessage) {
    guard query.isAtClient, let question = query.question else { return }
    let task = query.attribution.owner
    let asker = task.map { Asker.process($0.identity) } ?? .address(query.client.address)
    let asked = Asked(id: id, name: OwnedName(question.qname), type: question.qtype)
    let thread = task?.tid ?? 0
    let related = (byAsker[asker] ?? []).suffix(Self.searchDepth).filter { number in
      groups[number].map { belongs(asked, to: $0, thread: thread, at: now) } ?? false
    }
    let number = related.first ?? insert(Group(asker: asker, thread: thread, lastChange: now))
    for other in related.dropFirst() { merge(other, into: number) }
    groups[number]?.asked.append(asked)
    groups[number]?.lastChange = now
    groupOf[id] = number
    changes.append((number, now))
  }

  /// Adds an exchange that has ended; returns a lookup that consists of it alone, or one that no longer fits.
  mutating func end(_ id: ExchangeID, _ exchange: StoredExchange) -> Lookup? {
    guard let number = groupOf.removeValue(forKey: id),
      let index = groups[number]?.asked.firstIndex(where: { $0.id == id })
    else { return Lookup([exchange]) }
    groups[number]?.asked[index].state =
      exchange.isFound ? .found : exchange.hasNoSuchRecord ? .notFound : .failed
    groups[number]?.exchanges.append(exchange)
    groups[number]?.lastChange = now
    changes.append((number, now))
    return groups.count > Self.mostGroups ? next() : nil
  }

  /// The next lookup that has ended by `now`; nil if there is none.
  mutating func nextEnded(by moment: Timestamp) -> Lookup? {
    now = max(now, moment)
    while let (number, time) = changes.first, now.nanoseconds(since: time) > Self.quiet {
      changes.removeFirst()
      guard let group = groups[number], group.lastChange == time, group.openCount == 0 else { continue }
      if let lookup = take(number) { return lookup }
    }
    return nil
  }

  /// The next lookup, ended or not; nil if there is none.
  mutating func next() -> Lookup? {
    while let number = changes.popFirst()?.number {
      if let lookup = take(number) { return lookup }
    }
    return nil
  }

  /// The number of lookups and of the entries that refer to them.
  var held: Int { groups.count + byAsker.count + groupOf.count + changes.count }

  private mutating func insert(_ group: Group) -> Int {
    nextNumber += 1
    groups[nextNumber] = group
    byAsker[group.asker, default: []].append(nextNumber)
    return nextNumber
  }

  private mutating func merge(_ other: Int, into number: Int) {
    guard let group = remove(other) else { return }
    groups[number]?.asked += group.asked
    groups[number]?.exchanges += group.exchanges
    for asked in group.asked where asked.state == .open { groupOf[asked.id] = number }
  }

  private mutating func take(_ number: Int) -> Lookup? {
    guard let group = remove(number) else { return nil }
    for asked in group.asked where asked.state == .open { groupOf[asked.id] = nil }
    guard !group.exchanges.isEmpty else { return nil }
    return Lookup(
      group.exchanges.sorted {
        ($0.query?.context.time.nanoseconds ?? 0) < ($1.query?.context.time.nanoseconds ?? 0)
      })
  }

  private mutating func remove(_ number: Int) -> Group? {
    guard let group = groups.removeValue(forKey: number) else { return nil }
    byAsker[group.asker]?.removeAll { $0 == number }
    if byAsker[group.asker]?.isEmpty == true { byAsker[group.asker] = nil }
    return group
  }
}

// MARK: Grouping

extension LookupTable {
  private func belongs(_ asked: Asked, to group: Group, thread: Int32, at now: Timestamp) -> Bool {
    guard group.asked.count < Self.mostExchanges else { return false }
    let isOpen = group.openCount > 0
    guard isOpen || now.nanoseconds(since: group.lastChange) <= Self.quiet else { return false }
    let isSameThread = thread != 0 && thread == group.thread
    let same = group.asked.filter { $0.name == asked.name }
    if !same.isEmpty {
      guard let last = same.last(where: { $0.type == asked.type }) else {
        // Threads of one program may query the two types at the same time.
        return isSameThread || now.nanoseconds(since: group.lastChange) <= Self.quiet
      }
      return isSameThread && last.state != .found && last.state != .notFound
    }
    guard isSameThread, !isOpen, !group.asked.contains(where: { $0.state == .found }) else { return false }
    return group.asked.contains {
      $0.name.view.differsBySearchDomain(from: asked.name.view, among: searchDomains)
    }
  }
}

extension StoredExchange {
  /// Whether the answer states that the name or the record does not exist.
  fileprivate var hasNoSuchRecord: Bool {
    guard let index = answer?.message.index, !index.header.isTruncated else { return false }
    return index.responseCode == .noError || index.responseCode == .nameError
  }
}
