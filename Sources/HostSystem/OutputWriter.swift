import Glibc
package import SystemPackage
import Synchronization

/// Writes records from a thread of its own, so that a slow reader never holds up a live line.
///
/// At most `limit` octets wait; a record that finds no room is refused, or waits for it, and a record that
/// could not be written is counted.
package final class OutputWriter: Sendable {
  private struct State {
    var waiting = RecordBatch()
    /// What was written last, empty, for its room.
    var spare = RecordBatch()
    /// Messages in what is being written, or was and may not have been read.
    var inFlight: UInt64 = 0
    var unacknowledged: UInt64 = 0
    var isFinished = false
    var isEnded = false
    var lost: UInt64 = 0
    var error: Errno?
  }

  /// What stands before and behind the records.
  package enum Mark: Sendable {
    /// The first of a file; it has a name where files follow one another.
    case opens(String?)
    /// What later records of the file refer to.
    case declares
    /// The last of a file.
    case closes
  }

  /// What `write` says of a record.
  package enum WriteResult: Sendable { case accepted, full, closed }

  /// Microseconds for which records gather before they are written.
  private static let batchDelay: UInt32 = 5_000

  private let target: OutputTarget
  private let limit: Int
  private let overflowPolicy: OverflowPolicy
  private let state = Mutex(State())
  private let wake = BlockingQueue<Void>(capacity: 1)
  private let room = BlockingQueue<Void>(capacity: 1)
  private let done = BlockingQueue<Void>(capacity: 1)
  private let hasClosed = Atomic(false)

  /// - Parameters:
  ///   - limit: octets that may wait.
  package init(
    to target: OutputTarget, limit: Int = 8 << 20, overflowPolicy: OverflowPolicy = .refuse
  ) throws(Errno) {
    self.target = target
    self.limit = limit
    self.overflowPolicy = overflowPolicy
    _ = try Thread { [self] in run() }
  }

  /// Whether the reader has gone.
  package var isClosed: Bool { hasClosed.load(ordering: .acquiring) }

  /// Hands over one record that stands for `messages` messages. One with a mark is small, and always finds
  /// room.
  package func write(_ octets: [UInt8], messages: UInt64, mark: Mark? = nil) -> WriteResult {
    var result = offer(octets, messages, mark)
    guard case .wait(let isOver) = overflowPolicy else { return result }
    while result == .full, !isOver() {
      room.clear(within: 100)
      result = offer(octets, messages, mark)
    }
    return result
  }

  private func offer(_ octets: [UInt8], _ messages: UInt64, _ mark: Mark?) -> WriteResult {
    let (result, isFirst): (WriteResult, Bool) = state.withLock { state in
      if isClosed { return (.closed, false) }
      let isFirst = state.waiting.isEmpty
      // A record larger than the bound still passes when nothing else waits.
      guard isFirst || mark != nil || state.waiting.octets.count + octets.count <= limit else {
        return (.full, false)
      }
      state.waiting.append(octets[...], messages: messages, mark: mark)
      return (.accepted, isFirst)
    }
    // Where something waits already, the writer has been woken for it.
    if isFirst { _ = wake.offer(()) }
    return result
  }

  /// What became of the accepted records that were not written, after the end.
  package struct FinishResult: Sendable {
    /// Messages whose records never reached the reader.
    package var messages: UInt64
    /// Why the last failed write failed.
    package var error: Errno?
  }

  /// Milliseconds for which a disk may take what it was given.
  private static let diskTimeout = 60_000

  /// Writes what waits, for at most `milliseconds` if the reader does not take it; where `write` waits, those
  /// begin when it shall wait no longer.
  package func finish(within milliseconds: Int) -> FinishResult {
    state.withLock { $0.isFinished = true }
    _ = wake.offer(())
    if case .wait(let isOver) = overflowPolicy {
      while !state.withLock({ $0.isEnded }), !isOver() { done.wait(milliseconds: 100) }
    }
    done.wait(milliseconds: target.isOnDisk ? Self.diskTimeout : milliseconds)
    return state.withLock { state in
      let left = state.inFlight + state.unacknowledged + state.waiting.messages
      let isLate = !state.isEnded && target.isOnDisk
      return FinishResult(messages: state.lost + left, error: state.error ?? (isLate ? .timedOut : nil))
    }
  }

  private func run() {
    var sink: any BatchWriter =
      switch target {
      case .descriptor(let descriptor): RecordWriter(descriptor, .complete)
      case .file(let file):
        RecordWriter(file.descriptor, file.isRegular ? .truncate : .complete, preamble: file.separator)
      case .files(let series): series
      case .collector(let collector): CollectorWriter(collector)
      }
    while true {
      _ = wake.takeAll()
      // Many records become one write, and one waking of this thread.
      if !state.withLock({ $0.isFinished }) { usleep(Self.batchDelay) }
      while var batch = next() {
        _ = room.offer(())
        account(sink.write(batch, until: mayStopWaiting))
        batch.empty()
        state.withLock { $0.spare = batch }
      }
      if state.withLock({ $0.isFinished && $0.waiting.isEmpty }) { break }
    }
    account(sink.finish(until: mayStopWaiting))
    state.withLock { $0.isEnded = true }
    _ = done.offer(())
  }

  /// Whether nobody waits for a reader any longer.
  private func mayStopWaiting() -> Bool {
    guard state.withLock({ $0.isFinished }) else { return false }
    guard case .wait(let isOver) = overflowPolicy else { return true }
    return isOver()
  }

  private func next() -> RecordBatch? {
    state.withLock { state in
      guard !state.waiting.isEmpty else { return nil }
      let batch = state.waiting
      state.waiting = state.spare
      state.spare = RecordBatch()
      state.inFlight = batch.messages
      return batch
    }
  }

  private func account(_ outcome: WriteOutcome) {
    state.withLock { state in
      state.inFlight = 0
      state.unacknowledged = outcome.unacknowledged
      state.lost += outcome.lost
      state.error = outcome.error ?? state.error
    }
    if outcome.error == .brokenPipe { hasClosed.store(true, ordering: .releasing) }
  }
}
