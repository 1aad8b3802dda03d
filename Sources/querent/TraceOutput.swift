import CaptureFiles
import Formats
import HostSystem
import Tracing

/// One output of a trace: where it goes, and the subscriber that writes there.
final class TraceOutput {
  /// As the final report calls it.
  let name: String
  let subscriber: any WritingSubscriber
  private var target: OutputTarget
  private let sink: LateSink

  /// - Parameter rotation: where one file follows the other.
  init(
    _ name: String, _ format: Format, to target: OutputTarget, host: Host, show: ShowOptions,
    selection: Selection, rotation: Rotation?
  ) {
    self.name = name
    self.target = target
    sink = LateSink()
    if format == .pcapng {
      let writer = PcapngWriter(
        application: "querent \(Querent.version)", bootTime: host.bootTime, processes: show.processes)
      subscriber = PacketSubscriber(
        writer, host: host, to: sink, timeout: show.timeout.nanoseconds, selection: selection,
        rotation: rotation)
    } else {
      let encoder = format.encoder(host: host, for: target, names: show.names)
      subscriber = FormatSubscriber(encoder, to: sink, selection: selection, rotation: rotation)
    }
  }

  /// Writes records of an encoder, all of them.
  init(_ encoder: any Encoder, to target: OutputTarget) {
    name = "output"
    self.target = target
    sink = LateSink()
    subscriber = FormatSubscriber(encoder, to: sink)
  }

  /// Makes the file, if there is none, and starts the thread that writes.
  func open(_ overflowPolicy: OverflowPolicy) throws(Failure) {
    target = try target.made()
    sink.output = try target.open(overflowPolicy: overflowPolicy)
  }

  /// Empties a file that shall be overwritten.
  func empty() { target.empty() }

  /// Takes its file away again, if it was made here and nothing was written.
  func discard() { target.discard() }

  /// Waits until everything is written; gives what went wrong, reported already.
  func finish() -> Failure? {
    guard let output = sink.output else { return nil }
    let remainder = output.finish(within: 2000)
    subscriber.ledger.lose(remainder.messages)
    let failure = Failure(remainder, to: target)
    _ = failure?.leave()
    return failure
  }
}

/// A sink whose output is opened after its subscriber was made.
private final class LateSink: RecordSink {
  var output: OutputWriter?

  func write(_ octets: [UInt8], messages: UInt64, mark: RecordMark?) -> Bool {
    output?.write(octets, messages: messages, mark: mark.map(OutputWriter.Mark.init)) == .accepted
  }

  var isClosed: Bool { output?.isClosed ?? false }
}

extension OutputWriter.Mark {
  init(_ mark: RecordMark) {
    self =
      switch mark {
      case .opens(let name): .opens(name)
      case .declares: .declares
      case .closes: .closes
      }
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

  func empty() { for output in self { output.empty() } }

  func discard() { for output in self { output.discard() } }
}
