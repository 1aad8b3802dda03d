import Bytes
import RecordSinks
import SystemPackage

/// The destination of an `OutputWriter`, called on its thread.
protocol BatchWriter {
  /// Writes records as far as it can; waits for a reader until `isOver` returns true.
  mutating func write(_ batch: RecordBatch, until isOver: () -> Bool) -> WriteOutcome
  /// Ends the output; returns the result for the rest.
  mutating func finish(until isOver: () -> Bool) -> WriteOutcome
}

/// Consecutive records that are written together.
struct RecordBatch: Sendable {
  var octets: [UInt8] = []
  var records: [Record] = []

  /// The capacity that is kept, in octets.
  private static let mostKept = 4 << 20

  /// Reserves this many octets. The kernel allocates pages only when they are written, and nothing is moved when
  /// records are added.
  mutating func reserve(_ octets: Int) {
    if self.octets.capacity < octets { self.octets.reserveCapacity(octets) }
  }

  /// The capacity that the first record reserves, in octets; less than is kept.
  private static let reserved = 2 << 20

  /// Removes everything, and keeps the capacity.
  mutating func empty() {
    octets.removeAll(keepingCapacity: octets.count <= Self.mostKept)
    records.removeAll(keepingCapacity: records.capacity <= Self.mostKept / MemoryLayout<Record>.stride)
  }

  mutating func append(_ octets: Span<UInt8>, messages: UInt64, mark: RecordMark?) {
    // Unwritten pages are not resident; growing step by step would copy the queue.
    if self.octets.capacity == 0 { self.octets.reserveCapacity(Self.reserved) }
    self.octets.append(contentsOf: octets)
    records.append(Record(end: self.octets.count, messages: messages, mark: mark))
  }

  struct Record: Sendable {
    /// The offset of its end.
    var end: Int
    var messages: UInt64
    var mark: RecordMark?
  }

  var isEmpty: Bool { records.isEmpty }
  var messages: UInt64 { records.reduce(0) { $0 + $1.messages } }

  /// The messages of the records that end after the offset `end`.
  func messages(beyond end: Int) -> UInt64 {
    records.lazy.filter { $0.end > end }.reduce(0) { $0 + $1.messages }
  }
}

/// The result for records, in messages.
struct WriteOutcome: Sendable {
  /// No reader will receive them.
  var lost: UInt64 = 0
  /// They were sent, and it is not known yet whether they were read.
  var unacknowledged: UInt64 = 0
  /// The last error.
  var error: Errno?

  /// Adds the result for the next records.
  mutating func add(_ next: WriteOutcome) {
    lost += next.lost
    unacknowledged = next.unacknowledged
    error = next.error ?? error
  }
}
