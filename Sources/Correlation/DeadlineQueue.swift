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

  /// Adds a deadline. One that is earlier than the last one ends with it, later by at most the difference between
  /// the processors' clocks.
  mutating func add(_ id: ExchangeID, at deadline: Timestamp) {
    entries.append(Entry(deadline: deadline, id: id))
  }

  mutating func popFirst(by now: Timestamp) -> ExchangeID? {
    guard let first = entries.first, first.deadline <= now else { return nil }
    entries.removeFirst()
    // Frees the memory that a flood has allocated.
    if entries.isEmpty { entries = [] }
    return first.id
  }

  /// Removes every identifier for which `isWanted` is false.
  mutating func keep(where isWanted: (ExchangeID) -> Bool) { entries.removeAll { !isWanted($0.id) } }
}
