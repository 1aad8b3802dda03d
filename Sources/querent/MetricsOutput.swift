import HostSystem
import KernelProbe
import TraceMetrics
import TraceModel
import TracePipeline

/// The metrics of a trace: counts its exchanges, and has them written from time to time with everything that was counted
/// elsewhere.
final class MetricsOutput: TraceObserver {
  let subscriber: MetricsSubscriber
  let file: FileReplacer
  /// Nanoseconds between two versions.
  private let interval: Int64
  private var status = TraceStatus(version: Querent.version)
  private var outputs: [any TraceOutput] = []
  private var probe: Probe?
  /// On the boot clock; the first version is written at once.
  private var next: Int64 = 0

  /// Milliseconds for which the disk may take to write the last version.
  private static let diskTimeout = 60_000

  init(_ subscriber: MetricsSubscriber, to file: FileReplacer, every interval: Int64) {
    self.subscriber = subscriber
    self.file = file
    self.interval = interval
  }

  /// Starts the thread that writes.
  ///
  /// - Parameters:
  ///   - outputs: those whose ledgers are shown.
  ///   - probe: nil when files are read.
  func open(_ outputs: [any TraceOutput], _ probe: Probe? = nil, _ tap: ProbePlan.Tap? = nil) throws(Failure)
  {
    self.outputs = outputs
    self.probe = probe
    status.tier = probe?.report.tier.rawValue
    status.tap = tap?.kind
    do {
      try file.start()
    } catch {
      throw Failure(startingThread: error)
    }
  }

  var isDue: Bool { Clock.boot() >= next }

  func observe(_ ledger: Ledger) {
    next = Clock.boot() + interval
    let page = page(ledger)
    file.offer { page.write(to: &$0) }
  }

  /// Writes the final counts, when the outputs have finished; gives what went wrong, after it was printed.
  func finish(_ ledger: Ledger) -> Failure? {
    let page = page(ledger)
    let counts = file.finish(within: Self.diskTimeout) { page.write(to: &$0) }
    guard let error = counts.error else { return nil }
    let failure = Failure(
      "could not write the last metrics to \(file.path): \(error)", advice: "what is there is older",
      code: .unwritten)
    _ = failure.leave()
    return failure
  }

  /// What became of the versions, as far as something went wrong.
  var trouble: String? {
    let counts = file.counts
    guard counts.skipped > 0 || counts.failed > 0 else { return nil }
    return "\(counts.written) written, \(counts.skipped) skipped, \(counts.failed) failed"
  }

  private func page(_ ledger: Ledger) -> MetricsPage {
    status.ledger = ledger
    status.outputs = TraceStatus.Output.merged(outputs.map(\.status) + [.init("metrics", subscriber.ledger)])
    status.programs = probe?.runTimes()?.map {
      TraceStatus.Program($0.program, nanoseconds: $0.nanoseconds, runs: $0.runs)
    }
    let counts = file.counts
    status.writes = .init(written: counts.written, skipped: counts.skipped, failed: counts.failed)
    return MetricsPage(subscriber.counts, status)
  }
}

extension ProbePlan.Tap {
  /// The name of this kind, as in --tap.
  fileprivate var kind: String {
    switch self {
    case .cgroup: TapChoice.cgroup.rawValue
    case .interface: TapChoice.interface.rawValue
    }
  }
}
