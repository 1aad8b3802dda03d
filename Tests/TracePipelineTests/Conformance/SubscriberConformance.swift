import Formats
import HostSystem
import Lab
import RecordSinks
import TraceModel
import TracePipeline

/// The requirements for every subscriber that writes, with any sink: the suite that each `SubscriberCase` runs.
enum SubscriberConformance {
  struct Check: Sendable {
    let text: String
    let holds: @Sendable (SinkCondition, Outcome) -> Bool

    init(_ text: String, _ holds: @escaping @Sendable (SinkCondition, Outcome) -> Bool) {
      self.text = text
      self.holds = holds
    }
  }

  /// The results of a trace with two subscribers of one kind: one writes to the sink under test, the other to memory.
  struct Outcome: Sendable {
    var trace = Ledger()
    var ledger = SubscriberLedger()
    var other = SubscriberLedger()
    /// What the reader received, file by file.
    var files: [[UInt8]] = []
    var otherFiles: [[UInt8]] = []
    /// The output of a single subscriber, in memory.
    var expected: [[UInt8]] = []
  }

  static let checks = [
    Check("the ledger balances: received is written, filtered or unwritten") {
      $1.ledger.difference == 0 && $1.trace.balances
    },
    Check("it receives every message of the trace") { $1.ledger.received == $1.trace.published },
    Check("messages beyond its count are filtered") { condition, outcome in
      // A refused record does not use up the count.
      condition == .reads
        ? outcome.ledger.filtered == outcome.other.filtered
        : outcome.ledger.filtered <= outcome.other.filtered
    },
    Check("a reader that reads gets everything, octet for octet") { condition, outcome in
      condition != .reads || outcome.ledger.unwritten == 0 && outcome.files == outcome.expected
    },
    Check("messages that the reader does not receive are unwritten") { condition, outcome in
      condition == .reads || outcome.ledger.unwritten > 0
    },
    Check("it does not affect another subscriber") { _, outcome in
      outcome.other.difference == 0 && outcome.other.unwritten == 0 && outcome.otherFiles == outcome.expected
    },
  ]

  /// Exchanges of two messages each.
  private static let exchanges = 600
  /// How many of them a subscriber writes.
  private static let count = 500
  /// The number after which a reader may disconnect.
  private static let early = 20

  static func run(
    _ subscriberCase: SubscriberCase, _ sinkCase: SinkCase, _ condition: SinkCondition, _ folder: String
  ) throws -> Outcome {
    let open = try sinkCase.open(condition, folder, .refuse)
    let memory = MemorySink()
    func subscriber(_ sink: any RecordSink) -> any WritingSubscriber {
      subscriberCase.make(
        sink, Selection(count: count),
        sinkCase.isSeries ? Rotation([.octets(20_000)], names: sinkCase.series(folder), after: 0) : nil,
        sinkCase.mayReconnect ? .framesOnly : .complete)
    }
    let (tested, other) = (subscriber(open.sink), subscriber(memory))
    var outcome = Outcome()
    outcome.trace = try trace([tested, other]) { if condition == .leaves { try open.leave() } }
    tested.ledger.lose(open.finish().messages)
    outcome.ledger = tested.ledger
    outcome.other = other.ledger
    outcome.files = try open.files()
    outcome.otherFiles = memory.files
    let alone = MemorySink()
    _ = try trace([subscriber(alone)]) {}
    outcome.expected = alone.files
    return outcome
  }

  /// The requirements that an outcome violates.
  static func broken(_ condition: SinkCondition, _ outcome: Outcome) -> [String] {
    checks.filter { !$0.holds(condition, outcome) }.map(\.text)
  }

  private static func trace(_ subscribers: [any Subscriber], _ leave: () throws -> Void) throws -> Ledger {
    var pipeline = Pipeline(Pipeline.Configuration(dnsPorts: [53]), subscribers: subscribers)
    pipeline.start()
    for number in 0..<exchanges {
      if number == early { try leave() }
      let (id, time) = (UInt8(number % 250), Int64(number) * 10)
      pipeline.push(TestPacket.query(id, at: time).view)
      pipeline.push(TestPacket.answer(id, at: time + 2).view)
    }
    pipeline.finish()
    var ledger = pipeline.ledger
    ledger.seen = UInt64(exchanges) * 2
    ledger.recognised = ledger.seen
    return ledger
  }
}
