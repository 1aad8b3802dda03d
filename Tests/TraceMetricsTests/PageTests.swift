import Bytes
import Correlation
import Foundation
import Lab
import Testing
import TraceModel
import TracePipeline

@testable import TraceMetrics

/// All metrics of one moment, and what the documentation says of them.
struct PageTests {
  /// A status in which every number is another one.
  private static let status: TraceStatus = {
    var status = TraceStatus(version: "1.2.3", tier: "trampoline", tap: "cgroup")
    status.ledger.seen = 1
    status.ledger.recognised = 2
    status.ledger.shipped = 3
    status.ledger.ringFull = 4
    status.ledger.shortened = 5
    status.ledger.noSocket = 6
    status.ledger.noOwner = 7
    status.ledger.messageCompleting = 8
    status.ledger.continuing = 9
    status.ledger.repeated = 10
    status.ledger.malformedPackets = 11
    status.ledger.unassembled = 12
    status.ledger.foreignPackets = 13
    status.ledger.messages = 14
    status.ledger.published = 15
    status.ledger.deduplicated = 16
    status.ledger.malformed = 17
    status.ledger.foreign = 18
    status.ledger.endedEarly = 19
    var ledger = SubscriberLedger()
    ledger.received = 20
    ledger.written = 21
    ledger.filtered = 22
    ledger.unwritten = 23
    status.outputs = [TraceStatus.Output("json:\"a\"\n", ledger, queued: 24)]
    status.programs = [TraceStatus.Program("tap_egress", nanoseconds: 25_000_000_000, runs: 26)]
    status.writes = TraceStatus.Writes(written: 27, skipped: 28, failed: 29)
    status.ledger.unstoredOwners = 30
    return status
  }()

  @Test func `every field of both ledgers is there, each once`() throws {
    let metrics = try MetricsCounts().read(Self.status)
    var numbers = metrics.samples.filter { $0.value != 0 && $0.name != "querent_build_info" }
      .filter { $0.name != "querent_lost_total" }.map(\.value)
    numbers.sort()
    let expected: [Double] = (1...30).map { Double($0) }
    #expect(numbers == expected)
    // A new field of a ledger has to be written too.
    #expect(Mirror(reflecting: Ledger()).children.count == 20)
    #expect(Mirror(reflecting: SubscriberLedger()).children.count == 4)
  }

  @Test func `what was lost is stated by stage`() throws {
    let metrics = try MetricsCounts().read(Self.status)
    #expect(
      metrics.counts("querent_lost_total", by: "stage") == ["ring": 4, "assembly": 12, "output": 23])
    #expect(
      metrics.samples.first { $0.name == "querent_output_messages_queued" }?.labels == [
        "output": "json:\"a\"\n"
      ])
  }

  @Test func `what is written are the families of the list, in its order`() throws {
    let metrics = try MetricsCounts([Talk(), Talk { $0.role = .server }]).read(Self.status)
    #expect(metrics.families.map(\.name) == MetricFamily.all.map(\.name))
    #expect(metrics.families.map(\.type) == MetricFamily.all.map(\.kind.rawValue))
    for family in MetricFamily.all {
      let samples = metrics.samples.filter { $0.name.hasPrefix(family.name) && $0.labels["le"] == nil }
      #expect(!samples.isEmpty, "\(family.name)")
      #expect(samples.allSatisfy { $0.labels.keys.sorted() == family.labels.sorted() }, "\(family.name)")
      // As the format's conventions ask.
      #expect(family.name.hasSuffix("_total") == (family.kind == .counter))
      #expect(!family.about.contains("\n") && !family.about.contains("\\"))
    }
  }

  @Test func `what the kernel does not count is absent, not 0`() throws {
    var status = Self.status
    status.programs = nil
    status.tier = nil
    let metrics = try MetricsCounts().read(status)
    #expect(!metrics.families.contains { $0.name.hasPrefix("querent_bpf") })
    #expect(
      metrics.samples.first { $0.name == "querent_build_info" }?.labels == [
        "version": "1.2.3", "tap": "cgroup",
      ])
  }

  @Test func `outputs of one name are one series`() {
    var ledger = SubscriberLedger()
    ledger.received = 3
    ledger.written = 2
    let merged = TraceStatus.Output.merged([
      .init("json", ledger, queued: 1), .init("json", ledger), .init("eve", ledger),
    ])
    #expect(merged.map(\.name) == ["json", "eve"])
    #expect(merged.map(\.ledger.received) == [6, 3] && merged.map(\.queued) == [1, 0])
  }

  @Test func `the table in Output.md is the list of families`() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Documentation/Output.md").standardized
    let text = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(text.firstRange(of: "<!-- metrics -->\n"))
    let end = try #require(text.firstRange(of: "<!-- /metrics -->"))
    guard ProcessInfo.processInfo.environment["RECORD"] != "1" else {
      let whole = text[..<start.upperBound] + MetricReference.markdown() + text[end.lowerBound...]
      return try String(whole).write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(text[start.upperBound..<end.lowerBound] == MetricReference.markdown())
  }
}
