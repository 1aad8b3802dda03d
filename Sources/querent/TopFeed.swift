import Correlation
import DNSWire
import Formats
import HostSystem
import Synchronization
import Top
import TraceModel
import Tracing

/// Where `querent top` has its counts from: the kernel, files, and later the history.
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

extension TopSource {
  /// Octets that this process takes in memory now.
  mutating func noteResident() { resident = CurrentProcess.residentOctets }
}
