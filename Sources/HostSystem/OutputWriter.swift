import Glibc
package import RecordSinks
import Synchronization
package import SystemPackage

/// Queues records, and writes them on its own thread, so that a slow reader does not block the caller.
///
/// At most `limit` octets are queued. A record that does not fit is refused or waits (`OverflowPolicy`); a record
/// that was accepted and could not be written is counted.
package final class OutputWriter: RecordSink, Sendable {
  private struct State {
    /// Nil before `start`.
    var target: OutputTarget?
    var overflowPolicy = OverflowPolicy.refuse
    var queue = RecordBatch()
    /// The last batch that was written, emptied, for its capacity.
    var spare = RecordBatch()
    /// Messages in the batch that is being written.
    var inFlight: UInt64 = 0
    /// Messages that were sent and may not have been read.
    var unacknowledged: UInt64 = 0
    /// Set by `finish`.
    var isFinished = false
    /// Set by the thread when it has written everything.
    var isEnded = false
    var lost: UInt64 = 0
    var error: Errno?
  }

  /// Microseconds during which records are collected before they are written.
  private static let batchDelay: UInt32 = 5_000
  /// Milliseconds in which a disk must write the rest of the queue at the end.
  private static let diskTimeout = 60_000

  private let limit: Int
  private let state = Mutex(State())
  /// The queue is no longer empty, or is closed.
  private let wake = BlockingQueue<Void>(capacity: 1)
  /// The queue has been taken.
  private let room = BlockingQueue<Void>(capacity: 1)
  private let done = BlockingQueue<Void>(capacity: 1)
  private let hasClosed = Atomic(false)

  /// - Parameter limit: octets that may be queued.
  package init(limit: Int = 8 << 20) { self.limit = limit }

  /// Starts the thread that writes; to be called once.
  package func start(_ target: OutputTarget, overflowPolicy: OverflowPolicy) throws(Errno) {
    _ = try Thread { [self] in run(target) }
    state.withLock { state in
      state.target = target
      state.overflowPolicy = overflowPolicy
    }
  }

  package var isClosed: Bool { hasClosed.load(ordering: .acquiring) }

  /// Queues one record that consists of `messages` messages. A record with a mark is small, and always fits.
  /// None is accepted after `finish`.
  package func write(_ octets: Span<UInt8>, messages: UInt64, mark: RecordMark? = nil) -> Bool {
    var (result, policy) = offer(octets, messages, mark)
    guard case .wait(let isOver) = policy else { return result == .accepted }
    while result == .full, !isOver() {
      room.clear(within: 100)
      (result, policy) = offer(octets, messages, mark)
    }
    return result == .accepted
  }

  /// The accepted records that were not written.
  package struct FinishResult: Sendable {
    /// Messages whose records never reached the reader.
    package var messages: UInt64
    /// The error of the last failed write.
    package var error: Errno?
  }

  /// Accepted messages that are not known to be written: the lost ones, and those that are queued or not acknowledged.
  package var outstanding: (lost: UInt64, queued: UInt64) {
    state.withLock { ($0.lost, $0.inFlight + $0.unacknowledged + $0.queue.messages) }
  }

  /// Writes the queue, for at most `milliseconds` if the reader does not read. With `OverflowPolicy.wait`
  /// that time starts when the policy's closure returns true. To be called once, after the last `write`.
  package func finish(within milliseconds: Int) -> FinishResult {
    let (target, policy) = state.withLock { state in
      state.isFinished = true
      return (state.target, state.overflowPolicy)
    }
    if let target {
      _ = wake.offer(())
      if case .wait(let isOver) = policy {
        while !state.withLock({ $0.isEnded }), !isOver() { done.wait(milliseconds: 100) }
      }
      done.wait(milliseconds: target.isOnDisk ? Self.diskTimeout : milliseconds)
    }
    return state.withLock { state in
      let left = state.inFlight + state.unacknowledged + state.queue.messages
      let isLate = !state.isEnded && target?.isOnDisk == true
      return FinishResult(messages: state.lost + left, error: state.error ?? (isLate ? .timedOut : nil))
    }
  }
}

// MARK: The caller's side

extension OutputWriter {
  private enum WriteResult { case accepted, full, closed }

  private func offer(
    _ octets: Span<UInt8>, _ messages: UInt64, _ mark: RecordMark?
  ) -> (WriteResult, OverflowPolicy) {
    let (result, policy, isFirst): (WriteResult, OverflowPolicy, Bool) = state.withLock { state in
      if isClosed || state.isFinished { return (.closed, state.overflowPolicy, false) }
      let isFirst = state.queue.isEmpty
      // A record larger than the limit is accepted if nothing else is queued.
      guard isFirst || mark != nil || state.queue.octets.count + octets.count <= limit else {
        return (.full, state.overflowPolicy, false)
      }
      if isFirst { state.queue.reserve(limit) }
      state.queue.append(octets, messages: messages, mark: mark)
      return (.accepted, state.overflowPolicy, isFirst)
    }
    // The first record has woken the writer already.
    if isFirst { _ = wake.offer(()) }
    return (result, policy)
  }
}

// MARK: The writer's side

extension OutputWriter {
  private func run(_ target: OutputTarget) {
    var writer = target.writer
    while true {
      _ = wake.takeAll()
      // Many records become one write, and wake this thread once.
      if !state.withLock({ $0.isFinished }) { usleep(Self.batchDelay) }
      while var batch = next() {
        _ = room.offer(())
        account(writer.write(batch, until: mayStopWaiting))
        batch.empty()
        state.withLock { $0.spare = batch }
      }
      if state.withLock({ $0.isFinished && $0.queue.isEmpty }) { break }
    }
    account(writer.finish(until: mayStopWaiting))
    state.withLock { $0.isEnded = true }
    _ = done.offer(())
  }

  /// Whether it stops waiting for a reader that does not read.
  private func mayStopWaiting() -> Bool {
    let (isFinished, policy) = state.withLock { ($0.isFinished, $0.overflowPolicy) }
    guard isFinished, case .wait(let isOver) = policy else { return isFinished }
    return isOver()
  }

  private func next() -> RecordBatch? {
    state.withLock { state in
      guard !state.queue.isEmpty else { return nil }
      let batch = state.queue
      state.queue = state.spare
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
