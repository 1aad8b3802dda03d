import CaptureFiles
import Correlation
import Formats
import History
import HostSystem
import TraceMetrics
import SystemPackage
import TracePipeline

/// One output of a trace, and the subscriber that writes to it.
protocol TraceOutput: AnyObject {
  /// Its name in the final report.
  var name: String { get }
  var subscriber: any WritingSubscriber { get }
  /// Creates its file, if there is none; called again, it does nothing.
  func create() throws(Failure)
  /// What writing takes after `create`.
  func allow(in sandbox: inout Sandbox)
  /// Starts the thread that writes, after `create`.
  func start(_ overflowPolicy: OverflowPolicy) throws(Failure)
  /// Removes earlier contents, if that was requested: the first record follows.
  func empty()
  /// Selects by another filter from now on, if it has none of its own.
  func select(_ filter: Filter)
  /// Goes on in the file that has its name now, if its own has been renamed.
  func reopen()
  /// Removes what `open` has created: nothing was written.
  func discard()
  /// Messages of its ledger's `written` that were lost since, and those that still wait; none after `finish`.
  var outstanding: (lost: UInt64, queued: UInt64) { get }
  /// Waits until everything is written; returns the error, after printing it.
  func finish() -> Failure?
}

extension TraceOutput {
  /// The counts of its messages until now, on the pipeline's thread.
  var status: TraceStatus.Output {
    var ledger = subscriber.ledger
    let (lost, queued) = outstanding
    ledger.lose(lost)
    ledger.written -= queued
    return TraceStatus.Output(name, ledger, queued: queued)
  }
}

/// An output of records: the target, and the subscriber that writes to it.
final class RecordsOutput: TraceOutput {
  /// Its name in the final report.
  let name: String
  let subscriber: any WritingSubscriber
  private(set) var target: OutputTarget
  private let writer = OutputWriter()
  /// Whether it has a filter of its own.
  private let hasOwnFilter: Bool
  private var isFinished = false

  /// - Parameters:
  ///   - rotation: nil for a single file.
  ///   - changing: names the host where the source has exchanges of several; nil when it is `host` for all.
  init(
    _ name: String, _ format: Format, to target: OutputTarget, host: Host, show: ShowOptions,
    selection: Selection, hasOwnFilter: Bool = false, rotation: Rotation?, changing: CurrentHost? = nil
  ) {
    self.name = name
    self.hasOwnFilter = hasOwnFilter
    self.target = target
    if format == .pcapng {
      let pcapng = PcapngWriter(
        application: "querent \(Querent.version)", bootTime: host.bootTime, processes: show.processes)
      subscriber = PacketSubscriber(
        pcapng, host: host, to: writer, timeout: show.timeout.nanoseconds, selection: selection,
        rotation: rotation)
    } else {
      let (names, unit) = (show.names, show.unit)
      let encoder: any Encoder =
        if let changing {
          HostedEncoder(changing) { format.encoder(host: $0, for: target, names: names, unit: unit) }
        } else {
          format.encoder(host: host, for: target, names: names, unit: unit)
        }
      subscriber = FormatSubscriber(encoder, to: writer, selection: selection, rotation: rotation)
    }
  }

  /// Writes all records of an encoder.
  init(_ encoder: any Encoder, to target: OutputTarget) {
    name = "output"
    hasOwnFilter = false
    self.target = target
    subscriber = FormatSubscriber(encoder, to: writer)
  }

  func create() throws(Failure) { target = try target.created() }

  func start(_ overflowPolicy: OverflowPolicy) throws(Failure) {
    do throws(Errno) {
      try writer.start(target, overflowPolicy: overflowPolicy)
    } catch {
      throw Failure(startingThread: error)
    }
  }

  // With --overwrite.
  func empty() { target.empty() }

  func select(_ filter: Filter) { if !hasOwnFilter { subscriber.select(filter) } }

  func reopen() {
    guard case .file(let file) = target, file.isRenamed else { return }
    subscriber.reopen()
  }

  // Its file, if it was created here.
  func discard() { target.discard() }

  var outstanding: (lost: UInt64, queued: UInt64) { isFinished ? (0, 0) : writer.outstanding }

  // Prints the error that it returns.
  func finish() -> Failure? {
    let result = writer.finish(within: 2000)
    subscriber.ledger.lose(result.messages)
    isFinished = true
    let failure = Failure(result, to: target)
    _ = failure?.leave()
    return failure
  }
}

extension [any TraceOutput] {
  /// Creates the files of all, or of none.
  func create() throws(Failure) {
    do throws(Failure) {
      for output in self { try output.create() }
    } catch {
      discard()
      throw error
    }
  }

  /// Creates the files and starts the threads of all, or of none.
  func open(_ overflowPolicy: OverflowPolicy) throws(Failure) {
    try create()
    do throws(Failure) {
      for output in self { try output.start(overflowPolicy) }
    } catch {
      discard()
      throw error
    }
  }

  func subscribers(with metrics: MetricsOutput?) -> [any Subscriber] {
    map(\.subscriber) + [metrics?.subscriber].compactMap { $0 }
  }

  func empty() { for output in self { output.empty() } }

  func discard() { for output in self { output.discard() } }
}
