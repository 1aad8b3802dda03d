package import HostSystem
import SQLite
import Synchronization
package import SystemPackage
import TraceModel

/// Queues exchanges, and writes them to a history from a thread of its own.
package final class HistoryWriter: Sendable {
  private struct State {
    var lost: UInt64 = 0
    /// Messages that were taken and not yet written.
    var inFlight: UInt64 = 0
    /// Those of them that no transaction has yet.
    var queued: UInt64 = 0
    var policy = OverflowPolicy.refuse
    var isStarted = false
    var isEnded = false
    var problem: HistoryProblem?
  }

  private typealias Element = (batch: ExchangeBatch, day: Day)

  /// Batches that may be queued.
  private static let mostQueued = 32
  /// Messages that may be in them, unless one batch has more: some 4 MiB.
  private static let mostMessages: UInt64 = 12_288

  private let queue = BlockingQueue<Element>(capacity: HistoryWriter.mostQueued)
  /// The queue has been taken.
  private let room = BlockingQueue<Void>(capacity: 1)
  private let done = BlockingQueue<Void>(capacity: 1)
  private let state = Mutex(State())
  private let say: @Sendable (String) -> Void

  /// - Parameter say: prints one line, the first time that writing fails and when it works again.
  package init(say: @escaping @Sendable (String) -> Void) { self.say = say }

  /// Starts the thread that writes; to be called once.
  package func start(
    _ directory: GuardedDirectory, _ trace: TraceIdentity, _ retention: Retention,
    overflowPolicy: OverflowPolicy
  ) throws(Errno) {
    state.withLock { $0.policy = overflowPolicy }
    _ = try Thread { [self] in run(directory, trace, retention) }
    state.withLock { $0.isStarted = true }
  }

  /// Throws unless a history can be written in a directory.
  package static func check(_ directory: GuardedDirectory) throws(HistoryProblem) {
    do throws(Errno) {
      try directory.create(RollUp.fileName)
    } catch {
      throw HistoryProblem(error, directory.path)
    }
    do throws(SchemaError) {
      // Who may only read the directory could not open what is left of it otherwise, until something is written.
      try RollUp(directory.path(RollUp.fileName)).settle()
    } catch {
      throw HistoryProblem(error)
    }
  }

  /// Hands over a batch; false when there is no room for it, and it stays with the caller.
  func offer(_ batch: ExchangeBatch, _ day: Day) -> Bool {
    let messages = batch.messages
    return state.withLock { state in
      guard state.queued == 0 || state.queued + messages <= Self.mostMessages, queue.offer((batch, day))
      else {
        return false
      }
      state.queued += messages
      state.inFlight += messages
      return true
    }
  }

  /// The same; where the policy says so, it waits for room.
  func offerPatiently(_ batch: ExchangeBatch, _ day: Day) -> Bool {
    while !offer(batch, day) {
      guard case .wait(let isOver) = state.withLock({ $0.policy }), !isOver() else { return false }
      room.clear(within: 100)
    }
    return true
  }

  /// The same for the last batch of all, which waits for a while whatever the policy says.
  func offerLast(_ batch: ExchangeBatch, _ day: Day) -> Bool {
    for _ in 0..<Self.patience / 100 {
      if offer(batch, day) { return true }
      if case .wait(let isOver) = state.withLock({ $0.policy }), isOver() { return false }
      room.clear(within: 100)
    }
    return false
  }

  /// What became of what was handed over, in messages that are lost; and why the last that failed did.
  /// Accepted messages that are not known to be stored: the lost ones, and those that are queued.
  package var outstanding: (lost: UInt64, queued: UInt64) { state.withLock { ($0.lost, $0.inFlight) } }

  package struct FinishResult: Sendable {
    package var messages: UInt64
    package var problem: HistoryProblem?
  }

  /// Writes what is queued. To be called once, after the last exchange.
  package func finish() -> FinishResult {
    queue.close()
    if state.withLock({ $0.isStarted && !$0.isEnded }) { done.wait(milliseconds: Self.patience) }
    return state.withLock { state in
      FinishResult(messages: state.lost + state.inFlight, problem: state.problem)
    }
  }

  /// Milliseconds for which a disk may take to write what is queued at the end.
  private static let patience = 60_000

  private func run(_ directory: GuardedDirectory, _ trace: TraceIdentity, _ retention: Retention) {
    var store = HistoryStore(directory, trace, retention)
    var isFailing = false
    while let elements = take(store.isSumPending) {
      if elements.isEmpty { store.sumUp() }
      for element in elements {
        let outcome = store.write(element.batch, of: element.day)
        state.withLock { $0.queued -= element.batch.messages }
        account(outcome, &isFailing)
        _ = room.offer(())
      }
    }
    account(store.finish(), &isFailing)
    state.withLock { $0.isEnded = true }
    _ = done.offer(())
  }

  /// What is queued, or nothing when the roll-up has waited a second for it; nil at the end.
  private func take(_ isSumPending: Bool) -> [Element]? {
    guard isSumPending else { return queue.takeAll() }
    return queue.takeAll(within: 1000)
  }

  private func account(_ outcome: HistoryStore.Outcome, _ isFailing: inout Bool) {
    state.withLock { state in
      state.lost += outcome.lost
      state.inFlight -= outcome.written + outcome.lost
      state.problem = outcome.problem ?? state.problem
    }
    if let problem = outcome.problem {
      if !isFailing { say("the history cannot be written: \(problem); what is lost is counted") }
      isFailing = true
    } else if isFailing, outcome.written > 0 {
      say("the history is written again")
      isFailing = false
    }
  }
}
