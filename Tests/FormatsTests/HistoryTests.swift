import Bytes
import Correlation
import Formats
import Foundation
import History
import HostSystem
import Testing
import TraceModel
import TracePipeline

/// The exchanges that every format is shown with, stored and read again.
struct HistoryTests {
  private static let encoders: [@Sendable (Formats.Host) -> any Formats.Encoder] = [
    { JSONFormat(host: $0) }, { EVEFormat(host: $0) }, { KeyValueFormat(host: $0) },
    { DnstapFormat(host: $0, version: "test", framing: .complete) },
  ]

  @Test(arguments: encoders.indices)
  func `what was stored is written as it would have been at once:`(format: Int) throws {
    // A message by itself is none, as --history says.
    let examples = try Fixture().examples.filter { !$0.record.exchange.isMessage }
    let folder = FileManager.default.temporaryDirectory.appending(path: "querent-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let directory = try GuardedDirectory(creating: folder.path, readableBy: "")
    let writer = HistoryWriter { _ in }
    let subscriber = HistorySubscriber(to: writer, interfaces: Fixture.host.interfaces)
    try writer.start(
      directory,
      TraceIdentity(host: Fixture.host, version: "test", started: Timestamp(nanoseconds: 0)), Retention(),
      overflowPolicy: .wait { false })
    let host = CurrentHost(Formats.Host())
    let (before, after) = (
      Writing(Self.encoders[format](Fixture.host)), Writing(HostedEncoder(host, Self.encoders[format]))
    )
    for example in examples {
      subscriber.receive(example.record.exchange.view, at: Timestamp(nanoseconds: 0))
      before.receive(example.record.exchange.view, at: Timestamp(nanoseconds: 0))
    }
    subscriber.finish()
    #expect(writer.finish().messages == 0)
    var replay = HistoryReplay([after], unit: .exchanges, host: host)
    try replay.run(
      HistoryReader(directory), HistoryQuery(), clockOffsets: Fixture.host.clockOffsets
    ) { false }
    #expect(before.records.count > 20)
    #expect(after.records.count == before.records.count)
    for (place, (before, after)) in zip(before.records, after.records).enumerated() {
      #expect(before == after, "record \(place)")
    }
    #expect(replay.ledger.published == before.ledger.received && replay.ledger.balances)
  }
}

/// Keeps what an encoder makes of each exchange.
private final class Writing: Subscriber {
  private var encoder: any Formats.Encoder
  private(set) var records: [String] = []
  private(set) var ledger = SubscriberLedger()

  init(_ encoder: any Formats.Encoder) { self.encoder = encoder }

  func receive(_ exchange: borrowing Exchange, at now: Timestamp) {
    ledger.received += UInt64(exchange.messageCount)
    guard encoder.takesLookups || !exchange.isLocalLookup else { return }
    var output = ByteWriter()
    encoder.encode(exchange, sequence: UInt64(records.count + 1), to: &output)
    records.append(output.text())
  }
}
