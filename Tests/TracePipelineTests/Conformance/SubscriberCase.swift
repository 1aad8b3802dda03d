import CaptureFiles
import Formats
import RecordSinks
import Testing
import TraceModel
import TracePipeline

/// A kind of subscriber that writes, and how a test creates one.
struct SubscriberCase: Sendable, CustomTestStringConvertible {
  let name: String
  let make: @Sendable (any RecordSink, Selection, Rotation?, DnstapFormat.Framing) -> any WritingSubscriber

  var testDescription: String { name }

  /// Whether it can write to a sink: a collector accepts frames only.
  func suits(_ sink: SinkCase) -> Bool { !sink.mayReconnect || name == "dnstap" }

  static let all =
    [
      format("table") { _ in TableFormat(host: Host(), width: nil, style: .plain) },
      format("keyvalue") { _ in KeyValueFormat(host: Host()) },
      format("json") { _ in JSONFormat(host: Host()) },
      format("eve") { _ in EVEFormat(host: Host()) },
      format("dnstap") { DnstapFormat(host: Host(), version: "test", framing: $0) },
    ] + [packets]

  private static func format(
    _ name: String, _ encoder: @escaping @Sendable (DnstapFormat.Framing) -> any Encoder
  ) -> SubscriberCase {
    SubscriberCase(name: name) { sink, selection, rotation, framing in
      FormatSubscriber(encoder(framing), to: sink, selection: selection, rotation: rotation)
    }
  }

  private static let packets = SubscriberCase(name: "pcapng") { sink, selection, rotation, _ in
    PacketSubscriber(
      PcapngWriter(application: "test", bootTime: Timestamp(nanoseconds: 0)), host: Host(), to: sink,
      timeout: 5_000_000_000, selection: selection, rotation: rotation)
  }
}
