import CaptureFiles
import Formats
import HostSystem
import Metrics
import SystemPackage
import Tracing

/// One output of a trace: the target, and the subscriber that writes to it.
final class TraceOutput {
  /// Its name in the final report.
  let name: String
  let subscriber: any WritingSubscriber
  private var target: OutputTarget
  private let writer = OutputWriter()
  private var isFinished = false

  /// - Parameter rotation: nil for a single file.
  init(
    _ name: String, _ format: Format, to target: OutputTarget, host: Host, show: ShowOptions,
    selection: Selection, rotation: Rotation?
  ) {
    self.name = name
    self.target = target
    if format == .pcapng {
      let pcapng = PcapngWriter(
        application: "querent \(Querent.version)", bootTime: host.bootTime, processes: show.processes)
      subscriber = PacketSubscriber(
        pcapng, host: host, to: writer, timeout: show.timeout.nanoseconds, selection: selection,
        rotation: rotation)
    } else {
      let encoder = format.encoder(host: host, for: target, names: show.names, unit: show.unit)
      subscriber = FormatSubscriber(encoder, to: writer, selection: selection, rotation: rotation)
    }
  }

  /// Writes records of an encoder, all of them.
  init(_ encoder: any Encoder, to target: OutputTarget) {
    name = "output"
    self.target = target
    subscriber = FormatSubscriber(encoder, to: writer)
  }

  /// Creates the file, if there is none, and starts the thread that writes.
  func open(_ overflowPolicy: OverflowPolicy) throws(Failure) {
    target = try target.created()
    do throws(Errno) {
      try writer.start(target, overflowPolicy: overflowPolicy)
    } catch {
      throw Failure(startingThread: error)
    }
  }

  /// Empties the file with --overwrite.
  func empty() { target.empty() }

  /// Removes its file, if it was created here and nothing was written.
  func discard() { target.discard() }

  /// What became of its messages so far, on the pipeline's thread.
  var status: TraceStatus.Output {
    var ledger = subscriber.ledger
    guard !isFinished else { return TraceStatus.Output(name, ledger) }
    let (lost, queued) = writer.outstanding
    ledger.lose(lost)
    ledger.written -= queued
    return TraceStatus.Output(name, ledger, queued: queued)
  }

  /// Waits until everything is written; gives what went wrong, after it was printed.
  func finish() -> Failure? {
    let result = writer.finish(within: 2000)
    subscriber.ledger.lose(result.messages)
    isFinished = true
    let failure = Failure(result, to: target)
    _ = failure?.leave()
    return failure
  }
}

extension [TraceOutput] {
  /// Opens all, or none.
  func open(_ overflowPolicy: OverflowPolicy) throws(Failure) {
    do throws(Failure) {
      for output in self { try output.open(overflowPolicy) }
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
