import Correlation
import Formats
import HostSystem
import Synchronization
import Top
import TraceModel
import TracePipeline

/// Counts what was recorded, in files or in a history, from its start again whenever another filter is set or a group is opened.
final class RecordedFeed: TopFeed {
  private let recording: any Recording
  private let settings: TopSettings
  private let state: Mutex<State>

  private struct State: Sendable {
    var filter: Filter
    var focus: TopFocus?
    var pass: Pass?
    var ended: @Sendable () -> Void = {}
  }

  init(_ recording: any Recording, _ settings: TopSettings) {
    self.recording = recording
    self.settings = settings
    state = Mutex(State(filter: settings.filter))
  }

  func start(ended: @escaping @Sendable () -> Void) throws(Failure) {
    state.withLock { $0.ended = ended }
    try restart()
  }

  func set(_ filter: Filter) {
    state.withLock { $0.filter = filter }
    restartOr { $0.set(filter) }
  }

  func open(_ focus: TopFocus?) {
    state.withLock { $0.focus = focus }
    guard let focus else { return state.withLock { $0.pass }?.subscriber.close() ?? () }
    restartOr { $0.open(focus) }
  }

  /// All of a recording is shown at any time.
  func clear() {}

  func model(_ request: TopRequest) -> TopModel {
    state.withLock { $0.pass }?.model(request) ?? TopModel()
  }

  func finish() throws(Failure) -> TraceReport {
    guard let pass = state.withLock({ $0.pass }) else {
      throw Failure("nothing was read", advice: "try again", code: .failed)
    }
    pass.stop()
    let report = try pass.outcome.get()
    if let failure = pass.failure { throw failure }
    return report
  }

  /// What can be read once is counted from what is kept of it in memory.
  private func restartOr(_ change: (TopSubscriber) -> Void) {
    if recording.isRepeatable, (try? restart()) != nil { return }
    if let pass = state.withLock({ $0.pass }) { change(pass.subscriber) }
  }

  private func restart() throws(Failure) {
    let (filter, focus, old, ended) = state.withLock { ($0.filter, $0.focus, $0.pass, $0.ended) }
    old?.stop()
    let pass = Pass(recording, settings, filter)
    if let focus { pass.subscriber.open(focus) }
    state.withLock { $0.pass = pass }
    try pass.start(ended: ended)
  }
}

/// Exchanges that were recorded.
protocol Recording: Sendable {
  var name: String { get }
  /// Whether it can be read more than once.
  var isRepeatable: Bool { get }
  /// Gives all of it to a subscriber, until the end or the request to stop; the result is the pipeline's counts.
  func read(
    into subscriber: TopSubscriber, _ host: Host, counts: RunningLedger, stop: StopRequest,
    report: @escaping (Failure) -> Void
  ) -> Ledger
}

/// One pass through a recording.
private final class Pass: Sendable {
  let subscriber: TopSubscriber
  let outcome = TraceOutcome()
  private let recording: any Recording
  private let host = Host(of: InterfaceNames())
  private let stopRequest = StopRequest()
  private let thread = Mutex<Thread?>(nil)
  private let counts = RunningLedger()
  private let state = Mutex<(isReading: Bool, failure: Failure?)>((true, nil))

  init(_ recording: any Recording, _ settings: TopSettings, _ filter: Filter) {
    self.recording = recording
    subscriber = TopSubscriber(
      .recorded, suffixes: settings.suffixes, host: host, names: settings.names, filter: filter,
      keepsRecent: !recording.isRepeatable)
  }

  var failure: Failure? { state.withLock { $0.failure } }

  func start(ended: @escaping @Sendable () -> Void) throws(Failure) {
    let started = try Thread.started { [self] in
      let ledger = recording.read(into: subscriber, host, counts: counts, stop: stopRequest) {
        [self] failure in
        state.withLock { $0.failure = $0.failure ?? failure }
      }
      counts.observe(ledger)
      outcome.set(.success(TraceReport(ledger, [], and: ("top", subscriber.ledger))))
      state.withLock { $0.isReading = false }
      ended()
    }
    thread.withLock { $0 = started }
  }

  /// Ends it, and waits until it has ended.
  func stop() {
    stopRequest.request()
    thread.withLock { $0 }?.join()
  }

  func model(_ request: TopRequest) -> TopModel {
    var source = TopSource()
    source.kind = .recorded
    source.name = .printable(recording.name)
    (source.isReading, source.failure) = state.withLock { ($0.isReading, $0.failure?.what) }
    source.failure = source.failure.map { .printable($0) }
    source.noteLost(counts.value, subscriber.ledger)
    source.noteResident()
    return subscriber.model(request, source)
  }
}
