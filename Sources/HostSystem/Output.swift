import Glibc
import Synchronization

/// Writes records to a descriptor from a thread of its own, so that a slow reader never holds up a live line.
///
/// At most `limit` octets wait; a record that finds no room is refused, or waits for it, and a record that
/// could not be written is counted.
package final class Output: Sendable {
  private struct State {
    var waiting: [UInt8] = []
    /// Where each waiting record ends, and how many messages it stands for.
    var records: [(end: Int, messages: UInt64)] = []
    var inFlight: UInt64 = 0
    var isFinished = false
    var isEnded = false
    var isBroken = false
    var failed: UInt64 = 0
    var problem: Int32 = 0
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

  private let descriptor: Int32
  private let limit: Int
  private let pressure: Pressure
  private let state = Mutex(State())
  private let wake = Mailbox<Void>(capacity: 1)
  private let room = Mailbox<Void>(capacity: 1)
  private let done = Mailbox<Void>(capacity: 1)
  private let closed: @Sendable () -> Void

  /// - Parameters:
  ///   - descriptor: open for writing; not closed here.
  ///   - limit: octets that may wait.
  ///   - closed: called once, from the writing thread, when the reader has gone.
  package init(
    descriptor: Int32, limit: Int = 8 << 20, pressure: Pressure = .refuse,
    closed: @escaping @Sendable () -> Void
  ) {
    self.descriptor = descriptor
    self.limit = limit
    self.pressure = pressure
    self.closed = closed
    _ = Worker { [self] in run() }
  }

  /// Hands over one record that stands for `messages` messages.
  package func write(_ octets: [UInt8], messages: UInt64) -> Verdict {
    var verdict = offer(octets, messages)
    guard case .wait(let isOver) = pressure else { return verdict }
    while verdict == .full, !isOver() {
      room.clear(within: 100)
      verdict = offer(octets, messages)
    }
    return verdict
  }

  private func offer(_ octets: [UInt8], _ messages: UInt64) -> Verdict {
    let (verdict, isFirst): (Verdict, Bool) = state.withLock { state in
      if state.isBroken { return (.closed, false) }
      let isFirst = state.waiting.isEmpty
      // A record larger than the bound still passes when nothing else waits.
      guard isFirst || state.waiting.count + octets.count <= limit else { return (.full, false) }
      state.waiting += octets
      state.records.append((state.waiting.count, messages))
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

  /// Writes what waits, for at most `milliseconds` if the reader does not take it; where `write` waits, those
  /// begin when it shall wait no longer.
  package func finish(within milliseconds: Int) -> Remainder {
    state.withLock { $0.isFinished = true }
    _ = wake.offer(())
    if case .wait(let isOver) = pressure {
      while !state.withLock({ $0.isEnded }), !isOver() { done.wait(milliseconds: 100) }
    }
    done.wait(milliseconds: milliseconds)
    return state.withLock { state in
      let left = state.records.reduce(state.inFlight) { $0 + $1.messages }
      return Remainder(messages: state.failed + left, errno: state.problem)
    }
  }

  private func run() {
    while true {
      _ = wake.takeAll()
      while let (octets, records) = next() {
        _ = room.offer(())
        write(octets, records)
      }
      if state.withLock({ $0.isFinished && $0.waiting.isEmpty }) { break }
    }
    state.withLock { $0.isEnded = true }
    _ = done.offer(())
  }

  private func next() -> ([UInt8], [(end: Int, messages: UInt64)])? {
    state.withLock { state in
      guard !state.waiting.isEmpty else { return nil }
      defer {
        state.waiting = []
        state.records = []
      }
      state.inFlight = state.records.reduce(0) { $0 + $1.messages }
      return (state.waiting, state.records)
    }
  }

  private func write(_ octets: [UInt8], _ records: [(end: Int, messages: UInt64)]) {
    var written = 0
    var problem: Int32 = 0
    while written < octets.count {
      // SAFETY: from `written` to the end of the buffer.
      let count = unsafe octets.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      if count < 0 {
        problem = errno
        break
      }
      written += count
    }
    let lost = records.lazy.filter { $0.end > written }.reduce(UInt64(0)) { $0 + $1.messages }
    let broke = state.withLock { state in
      state.inFlight = 0
      state.failed += lost
      if problem != 0 { state.problem = problem }
      guard problem == EPIPE, !state.isBroken else { return false }
      state.isBroken = true
      return true
    }
    if broke { closed() }
  }
}
