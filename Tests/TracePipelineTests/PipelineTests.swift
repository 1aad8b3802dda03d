import TraceModel
import Correlation
import DNSWire
import Formats
import Testing
import TracePipeline

/// The pipeline alone, with packets as input.
struct PipelineTests {
  private let configuration = Pipeline.Configuration(dnsPorts: [53])

  /// Two answered queries and an unanswered one.
  private let batches = [
    PacketBatch([TestPacket.query(1, at: 0), TestPacket.query(2, at: 1)], now: nil),
    PacketBatch(
      [TestPacket.answer(1, at: 2), TestPacket.query(3, at: 3), TestPacket.answer(2, at: 4)],
      now: Timestamp(nanoseconds: 20_000_000_000)),
  ]

  private func run(_ subscribers: [any Subscriber], _ batches: [PacketBatch]? = nil) -> Ledger {
    var pipeline = Pipeline(configuration, subscribers: subscribers)
    var source = ListSource(batches ?? self.batches)
    pipeline.run(&source) {}
    return pipeline.ledger
  }

  @Test func `every subscriber receives every exchange once, and both ledgers balance`() {
    let recorders = [Recorder(), Recorder()]
    let ledger = run(recorders)
    for recorder in recorders {
      #expect(recorder.outcomes == [.answered, .answered, .unanswered])
      #expect(recorder.calls.first == "start" && recorder.calls.last == "finish")
      #expect(recorder.ledger.received == ledger.published)
      #expect(recorder.ledger.difference == 0)
    }
    #expect(ledger.messages == 5 && ledger.published == 5)
    #expect(ledger.balances)
  }

  @Test func `a subscriber that takes packets receives each before the exchange that it completes`() {
    let recorder = Recorder(takesPackets: true)
    _ = run([recorder])
    #expect(
      recorder.calls == [
        "start", "admit 1", "conclude", "admit 2", "conclude", "admit 3", "receive", "conclude", "admit 4",
        "conclude",
        "admit 5", "receive", "conclude", "receive", "finish",
      ])
    #expect(recorder.results.map { $0.completed } == (1...5).map { [[UInt64($0)]] })
    #expect(recorder.numbers == [1, 3, 2, 5, 4])
  }

  @Test func `for an incomplete packet it is reported whether a later one may complete it`() {
    let recorder = Recorder(takesPackets: true)
    var noise = TestPacket.query(1, at: 0)
    noise.bytes[20] = 0x99
    noise.bytes[22] = 0x99
    noise.header.recognition = .shape
    noise.bytes[30] = 0x7f
    _ = run([recorder], [PacketBatch([noise], now: nil)])
    #expect(recorder.results.map { $0.mayContinue } == [false])
    #expect(recorder.outcomes.isEmpty)
  }

  @Test func `a message that cannot be decoded is counted and reported`() {
    var reports: [String] = []
    var pipeline = Pipeline(configuration, subscribers: [Recorder()]) { error, _ in
      reports.append("\(error.reason)")
    }
    var source = ListSource([PacketBatch([TestPacket.malformed(at: 0)], now: nil)])
    pipeline.run(&source) {}
    #expect(reports.count == 1)
    #expect(pipeline.ledger.malformed == 1 && pipeline.ledger.balances)
  }

  @Test func `a subscriber that is slow, closed or done does not affect the others`() {
    let (slow, closed, whole) = (MemorySink(limit: 1), MemorySink(), MemorySink())
    closed.isClosed = true
    let subscribers = [
      FormatSubscriber(KeyValueFormat(host: Host()), to: slow),
      FormatSubscriber(KeyValueFormat(host: Host()), to: closed),
      FormatSubscriber(KeyValueFormat(host: Host()), to: whole),
      FormatSubscriber(KeyValueFormat(host: Host()), to: MemorySink(), selection: Selection(count: 1)),
    ]
    let ledger = run(subscribers)
    #expect(ledger.balances && ledger.published == 5)
    #expect(subscribers.map(\.ledger.difference) == [0, 0, 0, 0])
    #expect(subscribers.map(\.ledger.written) == [2, 0, 5, 2])
    #expect(subscribers.map(\.ledger.unwritten) == [3, 5, 0, 0])
    #expect(subscribers.map(\.ledger.filtered) == [0, 0, 0, 3])
    #expect(slow.records.count == 1 && whole.records.count == 3)
  }

  @Test func `the trace ends when the last subscriber is done, and no earlier`() {
    let sinks = [MemorySink(), MemorySink()]
    let subscribers = sinks.map { FormatSubscriber(KeyValueFormat(host: Host()), to: $0) }
    var pipeline = Pipeline(configuration, subscribers: subscribers)
    var states = [pipeline.isDone]
    for sink in sinks {
      sink.isClosed = true
      pipeline.askWhetherDone()
      states.append(pipeline.isDone)
    }
    #expect(states == [false, false, true])
  }

  @Test
  func `a subscriber that follows others neither keeps a trace going nor ends it, and alone it ends nothing`()
  {
    let sink = MemorySink()
    let shown = FormatSubscriber(KeyValueFormat(host: Host()), to: sink)
    let follower = Recorder(followsOthers: true)
    var pipeline = Pipeline(configuration, subscribers: [shown, follower])
    var states = [pipeline.isDone]
    sink.isClosed = true
    pipeline.askWhetherDone()
    states.append(pipeline.isDone)
    #expect(states == [false, true])
    let alone = Recorder(followsOthers: true)
    _ = run([alone])
    #expect(alone.outcomes == [.answered, .answered, .unanswered])
  }

  @Test func `each observer gets the counts while the trace runs, when it wants them`() {
    let (eager, idle) = (Observer(isDue: true), Observer(isDue: false))
    var pipeline = Pipeline(configuration, subscribers: [Recorder()])
    var source = ListSource(batches)
    pipeline.run(&source, observers: [eager, idle]) {}
    #expect(eager.messages == [2, 5] && idle.messages.isEmpty)
  }

  @Test func `a trace that cannot begin publishes nothing`() {
    struct Refusal: Error {}
    let recorder = Recorder()
    var pipeline = Pipeline(configuration, subscribers: [recorder])
    var source = ListSource(batches)
    #expect(throws: Refusal.self) {
      try pipeline.run(&source) { throw Refusal() }
    }
    #expect(recorder.calls.isEmpty)
  }

  @Test func `each subscriber has its own filter and count`() {
    var filter = Filter()
    filter.unanswered = true
    let (all, failed) = (MemorySink(), MemorySink())
    let subscribers = [
      FormatSubscriber(KeyValueFormat(host: Host()), to: all),
      FormatSubscriber(KeyValueFormat(host: Host()), to: failed, selection: Selection(filter)),
    ]
    _ = run(subscribers)
    #expect(all.records.count == 3 && failed.records.count == 1)
    #expect(subscribers[1].ledger.filtered == 4 && subscribers[1].ledger.written == 1)
  }

  @Test func `a format's properties of the host are plain values`() {
    for (label, value) in Mirror(reflecting: Host()).children {
      #expect(!"\(type(of: value))".contains("->"), "\(label ?? "")")
    }
  }
}
