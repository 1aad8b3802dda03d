import Glibc
import RecordSinks
import SystemPackage

/// Writes records to one descriptor, each completely or not at all.
///
/// If writing fails, for example on a full disk, the record at which it failed is kept and written first next time.
/// So are the marked ones, which later records need. The others are lost.
struct RecordWriter {
  /// Nil while no file is open; see `drop`.
  var descriptor: Int32?
  /// The treatment of a record that was written in part.
  let partialRecordPolicy: PartialRecordPolicy
  /// The number of records written, without marked ones.
  private(set) var written = 0
  /// The octets before the first record.
  private var preamble: [UInt8]
  private var waiting = RecordBatch()
  /// Why the records in `waiting` were not written.
  private var reason = Errno.badFileDescriptor

  enum PartialRecordPolicy {
    /// The file belongs to this process: the partial record is cut off.
    case truncate
    /// Others may write to it too: the rest of the record is written first next time.
    case complete
  }

  /// - Parameter preamble: the octets before the first record.
  init(_ descriptor: Int32? = nil, _ partialRecordPolicy: PartialRecordPolicy, preamble: [UInt8] = []) {
    self.descriptor = descriptor
    self.partialRecordPolicy = partialRecordPolicy
    self.preamble = preamble
  }

  /// Keeps the parts of a failed batch that later records need; the rest is lost.
  mutating func drop(_ batch: RecordBatch, because error: Errno) -> WriteOutcome {
    keep(batch, from: batch.records.startIndex, error)
  }

  /// Tries again to write what was kept, and synchronises the file with the disk.
  mutating func end() -> WriteOutcome {
    var outcome = WriteOutcome()
    retry()
    if !waiting.isEmpty { outcome = WriteOutcome(lost: waiting.messages, error: reason) }
    waiting.empty()
    guard partialRecordPolicy == .truncate, let descriptor, fsync(descriptor) != 0 else { return outcome }
    // Not every file system supports fsync.
    let error = Errno.current
    if error != .invalidArgument, error != .notSupported { outcome.error = error }
    return outcome
  }
}

extension RecordWriter: BatchWriter {
  mutating func write(_ batch: RecordBatch, until isOver: () -> Bool) -> WriteOutcome {
    let preamble = preamble
    if !preamble.isEmpty { waiting.append(preamble.span, messages: 0, mark: .declaration) }
    self.preamble = []
    retry()
    guard waiting.isEmpty else { return keep(batch, from: batch.records.startIndex, reason) }
    let (end, error) = put(batch.octets[...])
    guard let error else {
      count(batch.records)
      return WriteOutcome()
    }
    let stopped = batch.records.firstIndex { $0.end > end } ?? batch.records.endIndex
    count(batch.records[..<stopped])
    let whole = stopped > 0 ? batch.records[stopped - 1].end : 0
    let next = end > whole && cut(back: end - whole) ? whole : end
    guard stopped < batch.records.endIndex else { return WriteOutcome() }
    let record = batch.records[stopped]
    waiting.append(batch.octets[next..<record.end].span, messages: record.messages, mark: record.mark)
    return keep(batch, from: stopped + 1, error)
  }

  mutating func finish(until isOver: () -> Bool) -> WriteOutcome { end() }

  /// Writes what was kept, as far as possible.
  private mutating func retry() {
    guard !waiting.isEmpty else { return }
    let (end, error) = put(waiting.octets[...])
    guard let error else {
      count(waiting.records)
      waiting.empty()
      return
    }
    reason = error
    guard end > 0, !cut(back: end) else { return }
    // Written octets cannot be removed.
    var rest = RecordBatch()
    var start = end
    for record in waiting.records {
      if record.end > end {
        rest.append(waiting.octets[start..<record.end].span, messages: record.messages, mark: record.mark)
        start = record.end
      } else {
        count([record])
      }
    }
    waiting = rest
  }

  private mutating func keep(_ batch: RecordBatch, from index: Int, _ error: Errno) -> WriteOutcome {
    reason = error
    var outcome = WriteOutcome()
    var start = index > 0 ? batch.records[index - 1].end : 0
    for record in batch.records[index...] {
      if record.mark != nil {
        waiting.append(batch.octets[start..<record.end].span, messages: record.messages, mark: record.mark)
      } else {
        outcome.lost += record.messages
        outcome.error = error
      }
      start = record.end
    }
    outcome.unacknowledged = waiting.messages
    // The reader has disconnected; there is no next time.
    if error == .brokenPipe { outcome.error = error }
    return outcome
  }

  private mutating func count(_ records: some Sequence<RecordBatch.Record>) {
    for record in records where record.mark == nil { written += 1 }
  }
}

// MARK: Octets

extension RecordWriter {
  /// The number of octets that were written, and the error that stopped it.
  private func put(_ octets: ArraySlice<UInt8>) -> (written: Int, error: Errno?) {
    guard let descriptor else { return (0, reason) }
    var written = 0
    while written < octets.count {
      // SAFETY: from `written` to the end of the buffer.
      let count = unsafe octets.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
      }
      guard count < 0 else {
        written += count
        continue
      }
      switch Errno.current {
      case .interrupted: continue
      case .resourceTemporarilyUnavailable:
        // Another process that shares the descriptor has made it non-blocking.
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // SAFETY: one entry, this call's own.
        unsafe _ = poll(&wait, 1, 100)
      case let error: return (written, error)
      }
    }
    return (written, nil)
  }

  /// Cuts the last octets off the file, if it belongs to this process; false if it does not or that failed.
  private func cut(back count: Int) -> Bool {
    guard partialRecordPolicy == .truncate, let descriptor else { return false }
    let end = lseek(descriptor, 0, SEEK_END)
    return end >= off_t(count) && ftruncate(descriptor, end - off_t(count)) == 0
  }
}
