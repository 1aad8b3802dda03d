import TraceModel

/// Deadlines in the order in which they were set, which for one timeout is the order of their time.
struct DeadlineQueue: Sendable {
  private struct Entry: Sendable {
    var deadline: Timestamp
    var id: ExchangeID
  }

  private var entries: [Entry] = []
  private var head = 0

  /// Entries that take room, passed ones too.
  var count: Int { entries.count }

  /// Entries that have not passed.
  var waitingCount: Int { entries.count - head }

  /// Adds a deadline; one that is earlier than the last waits for it, by at most the clock's disorder
  /// between processors.
  mutating func add(_ id: ExchangeID, at deadline: Timestamp) {
    entries.append(Entry(deadline: deadline, id: id))
  }

  mutating func popFirst(by now: Timestamp) -> ExchangeID? {
    guard head < entries.count, entries[head].deadline <= now else { return nil }
    let id = entries[head].id
    head += 1
    if head == entries.count || head > 1024 && head * 2 > entries.count {
      entries.removeFirst(head)
      head = 0
    }
    return id
  }

  /// Drops what has passed and every identifier that `isWanted` refuses.
  mutating func keep(where isWanted: (ExchangeID) -> Bool) {
    var kept: [Entry] = []
    for entry in entries[head...] where isWanted(entry.id) { kept.append(entry) }
    entries = kept
    head = 0
  }
}
