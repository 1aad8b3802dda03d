import Bytes
import RecordSinks
import SystemPackage

/// What an `OutputWriter` writes to, from its own thread.
protocol BatchWriter {
  /// Writes records as far as it can; waits for a reader until `isOver` returns true.
  mutating func write(_ batch: RecordBatch, until isOver: () -> Bool) -> WriteOutcome
  /// Ends the output; gives what became of the rest.
  mutating func finish(until isOver: () -> Bool) -> WriteOutcome
}

/// Records that are written together, one behind the other.
struct RecordBatch: Sendable {
  var octets: [UInt8] = []
  var records: [Record] = []

  /// Octets that memory is kept for.
  private static let mostKept = 4 << 20

  /// Makes room for so many octets. The kernel gives memory only where something is written, and nothing has to be moved when
  /// records become more.
  mutating func reserve(_ octets: Int) {
    if self.octets.capacity < octets { self.octets.reserveCapacity(octets) }
  }

  /// Octets of capacity that the first record makes; less than is kept.
  private static let reserved = 2 << 20

  /// Removes everything, and keeps the capacity.
  mutating func empty() {
    octets.removeAll(keepingCapacity: octets.count <= Self.mostKept)
    records.removeAll(keepingCapacity: records.capacity <= Self.mostKept / MemoryLayout<Record>.stride)
  }

  mutating func append(_ octets: Span<UInt8>, messages: UInt64, mark: RecordMark?) {
    // Memory that is not written to is not resident; to grow step by step would copy what is queued.
    if self.octets.capacity == 0 { self.octets.reserveCapacity(Self.reserved) }
    self.octets.append(contentsOf: octets)
    records.append(Record(end: self.octets.count, messages: messages, mark: mark))
  }

  struct Record: Sendable {
    /// The offset behind its last octet.
    var end: Int
    var messages: UInt64
    var mark: RecordMark?
  }

  var isEmpty: Bool { records.isEmpty }
  var messages: UInt64 { records.reduce(0) { $0 + $1.messages } }

  /// The messages of the records that end behind the offset `end`.
  func messages(beyond end: Int) -> UInt64 {
    records.lazy.filter { $0.end > end }.reduce(0) { $0 + $1.messages }
  }
}

/// What became of records, in messages.
struct WriteOutcome: Sendable {
  /// No reader will get them.
  var lost: UInt64 = 0
  /// They were sent, and it is not known yet whether they were read.
  var unacknowledged: UInt64 = 0
  /// What went wrong last.
  var error: Errno?

  /// Adds what became of the next records.
  mutating func add(_ next: WriteOutcome) {
    lost += next.lost
    unacknowledged = next.unacknowledged
    error = next.error ?? error
  }
}
