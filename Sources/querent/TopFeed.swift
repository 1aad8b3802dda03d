import Correlation
import DNSWire
import Formats
import HostSystem
import Synchronization
import Top
import TraceModel
import TracePipeline

/// Where `querent top` has its counts from: the kernel, files or a history.
protocol TopFeed: AnyObject, Sendable {
  /// Starts counting on a thread of its own, which calls `ended` at the end.
  func start(ended: @escaping @Sendable () -> Void) throws(Failure)
  func model(_ request: TopRequest) -> TopModel
  /// Counts from nothing again with another filter.
  func set(_ filter: Filter)
  /// Counts what is shown of a group that was opened, too; nil closes it.
  func open(_ focus: TopFocus?)
  /// Counts from nothing again.
  func clear()
  /// Ends counting; gives the ledgers, and what went wrong.
  func finish() throws(Failure) -> TraceReport
}

/// What the feeds take from the command line.
struct TopSettings: Sendable {
  let show: ShowOptions
  let filter: Filter
  let suffixes: PublicSuffixList
  let names: TableFormat.Names
}

/// The outcome of a trace on another thread.
final class TraceOutcome: Sendable {
  private let result = Mutex<Result<TraceReport, Failure>?>(nil)

  func set(_ result: Result<TraceReport, Failure>) { self.result.withLock { $0 = result } }

  func get() throws(Failure) -> TraceReport {
    guard let result = result.withLock({ $0 }) else {
      throw Failure("the trace has not begun", advice: "try again", code: .failed)
    }
    return try result.get()
  }
}

/// The counts of a trace while it runs, for another thread.
final class RunningLedger: TraceObserver, Sendable {
  private let state = Mutex<(ledger: Ledger?, next: Int64)>((nil, 0))

  /// Nanoseconds from one reading to the next.
  private static let interval: Int64 = 250_000_000

  /// Nil before the first reading.
  var value: Ledger? { state.withLock { $0.ledger } }

  var isDue: Bool { state.withLock { Clock.boot() >= $0.next } }

  func observe(_ ledger: Ledger) { state.withLock { $0 = (ledger, Clock.boot() + Self.interval) } }
}

extension TopSource {
  /// Octets that this process takes in memory now.
  mutating func noteResident() { resident = CurrentProcess.residentOctets }

  /// What was lost before the counts, and in them; nil while that is not known.
  mutating func noteLost(_ ledger: Ledger?, _ own: SubscriberLedger) {
    lost = ledger.map { $0.lost + own.unwritten }
  }
}
