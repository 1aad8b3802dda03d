import Glibc
import Synchronization

/// Writes records from a thread of its own, so that a slow reader never holds up a live line.
///
/// At most `limit` octets wait; a record that finds no room is refused, or waits for it, and a record that
/// could not be written is counted.
package final class Output: Sendable {
  private struct State {
    var waiting = Batch()
    /// What was written last, empty, for its room.
    var spare = Batch()
    /// Messages in what is being written, or was and may not have been read.
    var inFlight: UInt64 = 0
    var underWay: UInt64 = 0
    var isFinished = false
    var isEnded = false
    var lost: UInt64 = 0
    var problem: Int32 = 0
  }

  /// Where the octets go.
  package enum Target: Sendable {
    /// Open for writing, and perhaps others' too; not closed here.
    case descriptor(Int32)
    case file(OutputFile)
    case files(FileSeries)
    case collector(Collector)
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
  package enum Verdict: Sendable { case accepted, full, closed }

  /// What becomes of a record that finds no room.
  package enum Pressure: Sendable {
    /// It is refused: a live line can't wait.
    case refuse
    /// The caller waits for room until this says that it shall not.
    case wait(until: @Sendable () -> Bool)
  }

  /// Microseconds for which records gather before they are written.
  private static let gathering: UInt32 = 5_000

  private let target: Target
  private let limit: Int
  private let pressure: Pressure
  private let state = Mutex(State())
  private let wake = BlockingQueue<Void>(capacity: 1)
  private let room = BlockingQueue<Void>(capacity: 1)
  private let done = BlockingQueue<Void>(capacity: 1)
  private let hasBroken = Atomic(false)

  /// - Parameters:
  ///   - limit: octets that may wait.
  package init(
    to target: Target, limit: Int = 8 << 20, pressure: Pressure = .refuse
  ) throws(Thread.StartError) {
    self.target = target
    self.limit = limit
    self.pressure = pressure
    _ = try Thread { [self] in run() }
  }

  /// Whether the reader has gone.
  package var isBroken: Bool { hasBroken.load(ordering: .acquiring) }

  /// Hands over one record that stands for `messages` messages. One with a mark is small, and always finds
  /// room.
  package func write(_ octets: [UInt8], messages: UInt64, mark: Mark? = nil) -> Verdict {
    var verdict = offer(octets, messages, mark)
    guard case .wait(let isOver) = pressure else { return verdict }
    while verdict == .full, !isOver() {
      room.clear(within: 100)
      verdict = offer(octets, messages, mark)
    }
    return verdict
  }

  private func offer(_ octets: [UInt8], _ messages: UInt64, _ mark: Mark?) -> Verdict {
    let (verdict, isFirst): (Verdict, Bool) = state.withLock { state in
      if isBroken { return (.closed, false) }
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
    return verdict
  }

  /// What became of the accepted records that were not written, after the end.
  package struct Remainder: Sendable {
    /// Messages whose records never reached the reader.
    package var messages: UInt64
    /// The errno of the last failed write, or 0.
    package var errno: Int32
  }

  /// Milliseconds for which a disk may take what it was given.
  private static let diskPatience = 60_000

  /// Writes what waits, for at most `milliseconds` if the reader does not take it; where `write` waits, those
  /// begin when it shall wait no longer.
  package func finish(within milliseconds: Int) -> Remainder {
    state.withLock { $0.isFinished = true }
    _ = wake.offer(())
    if case .wait(let isOver) = pressure {
      while !state.withLock({ $0.isEnded }), !isOver() { done.wait(milliseconds: 100) }
    }
    done.wait(milliseconds: target.isOnDisk ? Self.diskPatience : milliseconds)
    return state.withLock { state in
      let left = state.inFlight + state.underWay + state.waiting.messages
      let problem = state.problem == 0 && !state.isEnded && target.isOnDisk ? ETIMEDOUT : state.problem
      return Remainder(messages: state.lost + left, errno: problem)
    }
  }

  private func run() {
    var sink: any Sink =
      switch target {
      case .descriptor(let descriptor): RecordWriter(descriptor, .complete)
      case .file(let file):
        RecordWriter(file.descriptor, file.isRegular ? .cutBack : .complete, lead: file.joint)
      case .files(let series): series
      case .collector(let collector): CollectorSink(collector)
      }
    while true {
      _ = wake.takeAll()
      // Many records become one write, and one waking of this thread.
      if !state.withLock({ $0.isFinished }) { usleep(Self.gathering) }
      while var batch = next() {
        _ = room.offer(())
        settle(sink.write(batch, until: mustEnd))
        batch.empty()
        state.withLock { $0.spare = batch }
      }
      if state.withLock({ $0.isFinished && $0.waiting.isEmpty }) { break }
    }
    settle(sink.finish(until: mustEnd))
    state.withLock { $0.isEnded = true }
    _ = done.offer(())
  }

  /// Whether nobody waits for a reader any longer.
  private func mustEnd() -> Bool {
    guard state.withLock({ $0.isFinished }) else { return false }
    guard case .wait(let isOver) = pressure else { return true }
    return isOver()
  }

  private func next() -> Batch? {
    state.withLock { state in
      guard !state.waiting.isEmpty else { return nil }
      let batch = state.waiting
      state.waiting = state.spare
      state.spare = Batch()
      state.inFlight = batch.messages
      return batch
    }
  }

  private func settle(_ delivery: Delivery) {
    state.withLock { state in
      state.inFlight = 0
      state.underWay = delivery.underWay
      state.lost += delivery.lost
      if delivery.problem != 0 { state.problem = delivery.problem }
    }
    if delivery.problem == EPIPE { hasBroken.store(true, ordering: .releasing) }
  }
}

extension Output.Target {
  /// Whether it has no reader that could keep it waiting.
  fileprivate var isOnDisk: Bool {
    switch self {
    case .file(let file): file.isRegular
    case .files: true
    case .descriptor, .collector: false
    }
  }
}
