import Glibc

/// Writes records to one descriptor, so that each is there as a whole or not at all.
///
/// Where writing stops, on a full disk for one, the record at which it stopped is kept and goes first next time, and so
/// are those that later ones need: what stands before and behind the records, and what they refer to. The others
/// are lost.
struct RecordWriter {
  /// Nil while there is none; see `drop`.
  var descriptor: Int32?
  /// What becomes of the start of a record whose end found no room.
  let partialRecordPolicy: PartialRecordPolicy
  /// Records written, without those that have a mark.
  private(set) var written = 0
  /// What goes before the first record.
  private var lead: [UInt8]
  private var waiting = RecordBatch()
  /// Why `waiting` waits: an errno.
  private var reason: Int32 = 0

  enum PartialRecordPolicy {
    /// The file is ours: its end is cut off.
    case truncate
    /// It may be others' too: its rest goes first next time.
    case complete
  }

  /// - Parameter lead: octets that go before the first record.
  init(_ descriptor: Int32? = nil, _ partialRecordPolicy: PartialRecordPolicy, lead: [UInt8] = []) {
    self.descriptor = descriptor
    self.partialRecordPolicy = partialRecordPolicy
    self.lead = lead
  }

  /// Keeps what later records need of a batch that can't be written, because of an errno; the rest is lost.
  mutating func drop(_ batch: RecordBatch, because errno: Int32) -> WriteOutcome {
    keep(batch, from: batch.records.startIndex, errno)
  }

  /// Tries once more to write what was kept, and makes sure that all is on the disk.
  mutating func end() -> WriteOutcome {
    var outcome = WriteOutcome()
    retry()
    if !waiting.isEmpty { outcome = WriteOutcome(lost: waiting.messages, problem: reason) }
    waiting.empty()
    guard partialRecordPolicy == .truncate, let descriptor, fsync(descriptor) != 0 else { return outcome }
    // Not every file system can.
    if errno != EINVAL, errno != ENOTSUP { outcome.problem = errno }
    return outcome
  }
}

extension RecordWriter: BatchWriter {
  mutating func write(_ batch: RecordBatch, until isOver: () -> Bool) -> WriteOutcome {
    if !lead.isEmpty { waiting.append(lead[...], messages: 0, mark: .declares) }
    lead = []
    retry()
    guard waiting.isEmpty else { return keep(batch, from: batch.records.startIndex, reason) }
    let (end, problem) = put(batch.octets[...])
    guard problem != 0 else {
      count(batch.records)
      return WriteOutcome()
    }
    let stopped = batch.records.firstIndex { $0.end > end } ?? batch.records.endIndex
    count(batch.records[..<stopped])
    let whole = stopped > 0 ? batch.records[stopped - 1].end : 0
    let next = end > whole && cut(back: end - whole) ? whole : end
    guard stopped < batch.records.endIndex else { return WriteOutcome() }
    let record = batch.records[stopped]
    waiting.append(batch.octets[next..<record.end], messages: record.messages, mark: record.mark)
    return keep(batch, from: stopped + 1, problem)
  }

  mutating func finish(until isOver: () -> Bool) -> WriteOutcome { end() }

  /// Writes what waits, as far as it goes.
  private mutating func retry() {
    guard !waiting.isEmpty else { return }
    let (end, problem) = put(waiting.octets[...])
    guard problem != 0 else {
      count(waiting.records)
      waiting.empty()
      return
    }
    reason = problem
    guard end > 0, !cut(back: end) else { return }
    // What is written stays so.
    var rest = RecordBatch()
    var start = end
    for record in waiting.records {
      if record.end > end {
        rest.append(waiting.octets[start..<record.end], messages: record.messages, mark: record.mark)
        start = record.end
      } else {
        count([record])
      }
    }
    waiting = rest
  }

  private mutating func keep(_ batch: RecordBatch, from index: Int, _ errno: Int32) -> WriteOutcome {
    reason = errno
    var outcome = WriteOutcome()
    var start = index > 0 ? batch.records[index - 1].end : 0
    for record in batch.records[index...] {
      if record.mark != nil {
        waiting.append(batch.octets[start..<record.end], messages: record.messages, mark: record.mark)
      } else {
        outcome.lost += record.messages
        outcome.problem = errno
      }
      start = record.end
    }
    outcome.unacknowledged = waiting.messages
    // Nobody reads any more; there is no next time.
    if errno == EPIPE { outcome.problem = errno }
    return outcome
  }

  private mutating func count(_ records: some Sequence<RecordBatch.Record>) {
    for record in records where record.mark == nil { written += 1 }
  }
}

// MARK: Octets

extension RecordWriter {
  /// How many octets could be written, and the errno if not all.
  private func put(_ octets: ArraySlice<UInt8>) -> (written: Int, problem: Int32) {
    guard let descriptor else { return (0, reason) }
    var written = 0
    while written < octets.count {
      // SAFETY: from `written` to the end of the buffer.
      let count = unsafe octets.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
      }
      if count >= 0 {
        written += count
      } else if errno == EAGAIN {
        // Whoever shares the descriptor has set it so.
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // SAFETY: one entry, this call's own.
        unsafe _ = poll(&wait, 1, 100)
      } else if errno != EINTR {
        return (written, errno)
      }
    }
    return (written, 0)
  }

  /// Takes the last octets out of the file again, if it is ours; whether that was done.
  private func cut(back count: Int) -> Bool {
    guard partialRecordPolicy == .truncate, let descriptor else { return false }
    let end = lseek(descriptor, 0, SEEK_END)
    return end >= off_t(count) && ftruncate(descriptor, end - off_t(count)) == 0
  }
}
