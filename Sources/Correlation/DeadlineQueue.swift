import DequeModule
import TraceModel

/// Deadlines in the order in which they were set, which for one timeout is the order of their time.
struct DeadlineQueue: Sendable {
  private struct Entry: Sendable {
    var deadline: Timestamp
    var id: ExchangeID
  }

  private var entries: Deque<Entry> = []

  var count: Int { entries.count }

  /// Adds a deadline; one that is earlier than the last waits for it, by at most the clock's disorder
  /// between processors.
  mutating func add(_ id: ExchangeID, at deadline: Timestamp) {
    entries.append(Entry(deadline: deadline, id: id))
  }

  mutating func popFirst(by now: Timestamp) -> ExchangeID? {
    guard let first = entries.first, first.deadline <= now else { return nil }
    entries.removeFirst()
    // What a flood took is given back.
    if entries.isEmpty { entries = [] }
    return first.id
  }

  /// Drops every identifier that `isWanted` refuses.
  mutating func keep(where isWanted: (ExchangeID) -> Bool) { entries.removeAll { !isWanted($0.id) } }
}
