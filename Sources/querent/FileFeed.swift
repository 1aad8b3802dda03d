import Correlation
import Formats
import HostSystem
import Synchronization
import Top
import TraceModel
import TracePipeline

/// Counts what is in capture files, from their start again whenever another filter is set or a group is opened.
final class FileFeed: TopFeed {
  private let files: [String]
  private let ports: PortOptions
  private let settings: TopSettings
  private let state: Mutex<State>

  private struct State: Sendable {
    var filter: Filter
    var focus: TopFocus?
    var reading: FileReading?
    var ended: @Sendable () -> Void = {}
  }

  init(_ files: [String], _ ports: PortOptions, _ settings: TopSettings) {
    self.files = files
    self.ports = ports
    self.settings = settings
    state = Mutex(State(filter: settings.filter))
  }

  /// Standard input can be read once: what is kept of it in memory must do.
  private var isRepeatable: Bool { !files.contains("-") }

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
    guard let focus else { return state.withLock { $0.reading }?.subscriber.close() ?? () }
    restartOr { $0.open(focus) }
  }

  /// All of a file is shown at any time.
  func clear() {}

  func model(_ request: TopRequest) -> TopModel {
    guard let reading = state.withLock({ $0.reading }) else { return TopModel() }
    return reading.model(
      request, name: files.map { $0 == "-" ? "standard input" : $0 }.joined(separator: " "))
  }

  func finish() throws(Failure) -> TraceReport {
    guard let reading = state.withLock({ $0.reading }) else {
      throw Failure("nothing was read", advice: "try again", code: .failed)
    }
    reading.stop()
    let report = try reading.outcome.get()
    if let failure = reading.failure { throw failure }
    return report
  }

  private func restartOr(_ change: (TopSubscriber) -> Void) {
    if isRepeatable, (try? restart()) != nil { return }
    if let reading = state.withLock({ $0.reading }) { change(reading.subscriber) }
  }

  private func restart() throws(Failure) {
    let (filter, focus, old, ended) = state.withLock { ($0.filter, $0.focus, $0.reading, $0.ended) }
    old?.stop()
    let reading = FileReading(files, ports, settings, filter, keepsRecent: !isRepeatable)
    if let focus { reading.subscriber.open(focus) }
    state.withLock { $0.reading = reading }
    try reading.start(ended: ended)
  }
}

/// One pass through the files.
private final class FileReading: Sendable {
  let subscriber: TopSubscriber
  let outcome = TraceOutcome()
  private let files: [String]
  private let ports: PortOptions
  private let show: ShowOptions
  private let interfaces = InterfaceNames()
  private let stopRequest = StopRequest()
  private let thread = Mutex<Thread?>(nil)
  private let ledger = RunningLedger()
  private let state = Mutex<(isReading: Bool, failure: Failure?)>((true, nil))

  init(
    _ files: [String], _ ports: PortOptions, _ settings: TopSettings, _ filter: Filter, keepsRecent: Bool
  ) {
    self.files = files
    self.ports = ports
    show = settings.show
    subscriber = TopSubscriber(
      .recorded, suffixes: settings.suffixes, host: Host(of: interfaces), names: settings.names,
      filter: filter, keepsRecent: keepsRecent)
  }

  var failure: Failure? { state.withLock { $0.failure } }

  func start(ended: @escaping @Sendable () -> Void) throws(Failure) {
    let started = try Thread.started { [self] in
      read()
      ended()
    }
    thread.withLock { $0 = started }
  }

  /// Ends it, and waits until it has ended.
  func stop() {
    stopRequest.request()
    thread.withLock { $0 }?.join()
  }

  func model(_ request: TopRequest, name: String) -> TopModel {
    var source = TopSource()
    source.kind = .recorded
    source.name = .printable(name)
    (source.isReading, source.failure) = state.withLock { ($0.isReading, $0.failure?.what) }
    source.noteLost(ledger.value, subscriber.ledger)
    source.failure = source.failure.map { .printable($0) }
    source.noteResident()
    return subscriber.model(request, source)
  }

  private func read() {
    var source = FileSource(
      files, interfaces: interfaces, arguments: .omitted, showsProgress: false, stop: stopRequest,
      report: { [self] failure in state.withLock { $0.failure = $0.failure ?? failure } })
    var pipeline = Pipeline(
      show.configuration(dnsPorts: ports.known, isAnyPort: ports.isAnyPort), subscribers: [subscriber])
    pipeline.run(&source, observers: [ledger]) {}
    ledger.observe(pipeline.ledger)
    outcome.set(.success(TraceReport(pipeline.ledger, [], and: ("top", subscriber.ledger))))
    state.withLock { $0.isReading = false }
  }
}
