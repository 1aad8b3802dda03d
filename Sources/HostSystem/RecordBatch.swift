/// What an `Output` writes to, from its own thread.
protocol BatchWriter {
  /// Writes records as well as it can; waits for a reader no longer than `isOver` lets it.
  mutating func write(_ batch: RecordBatch, until isOver: () -> Bool) -> WriteOutcome
  /// Ends what was written, and says what became of the rest.
  mutating func finish(until isOver: () -> Bool) -> WriteOutcome
}

/// Records on their way, one behind the other.
struct RecordBatch: Sendable {
  var octets: [UInt8] = []
  var records: [Record] = []

  /// Octets of room that are kept.
  private static let mostKept = 4 << 20

  /// Takes everything out, and keeps the room.
  mutating func empty() {
    octets.removeAll(keepingCapacity: octets.capacity <= Self.mostKept)
    records.removeAll(keepingCapacity: records.capacity <= Self.mostKept / MemoryLayout<Record>.stride)
  }

  mutating func append(_ octets: ArraySlice<UInt8>, messages: UInt64, mark: OutputWriter.Mark?) {
    self.octets += octets
    records.append(Record(end: self.octets.count, messages: messages, mark: mark))
  }

  struct Record: Sendable {
    /// Behind its last octet.
    var end: Int
    var messages: UInt64
    var mark: OutputWriter.Mark?
  }

  var isEmpty: Bool { records.isEmpty }
  var messages: UInt64 { records.reduce(0) { $0 + $1.messages } }

  /// The messages of the records that do not lie before `end` as a whole.
  func messages(beyond end: Int) -> UInt64 {
    records.lazy.filter { $0.end > end }.reduce(0) { $0 + $1.messages }
  }
}

/// What became of records, in messages.
struct WriteOutcome: Sendable {
  /// Nobody will ever read them.
  var lost: UInt64 = 0
  /// They have left, and nobody has said yet that they were read.
  var unacknowledged: UInt64 = 0
  /// The errno of what went wrong, or 0.
  var problem: Int32 = 0

  /// Adds what became of the next records.
  mutating func add(_ next: WriteOutcome) {
    lost += next.lost
    unacknowledged = next.unacknowledged
    if next.problem != 0 { problem = next.problem }
  }
}
