import Correlation
import Formats
import Testing
import TraceModel
import TracePipeline

/// Lookups over unix sockets in the pipeline.
struct LookupPipelineTests {
  private static func packet(
    _ text: String, at milliseconds: Int64, _ direction: Direction, _ process: ObservedProcess
  ) -> Capture {
    Capture(
      bytes: text.isEmpty ? [] : Array(text.utf8) + [0],
      time: Timestamp(nanoseconds: milliseconds * 1_000_000),
      direction: direction, socketCookie: 9, recognition: .varlink, attribution: Attribution(process, .sender)
    )
  }

  private static func process(_ name: TaskName, _ pid: Int32) -> ObservedProcess {
    ObservedProcess(
      TaskSnapshot(
        identity: ProcessIdentity(pid: pid, startTime: 1), tid: pid, credentials: Credentials(uid: 0, gid: 0),
        name: name, threadName: name, source: .send))
  }

  private static let client = process("getent", 100)
  private static let resolver = process("systemd-resolve", 200)

  private static let call =
    #"{"method":"io.systemd.Resolve.ResolveHostname","parameters":{"name":"b.test","family":2}}"#
  private static let reply = #"{"parameters":{"addresses":[{"family":2,"address":[192,0,2,1]}],"flags":1}}"#

  /// A lookup, during which the resolver asks a server.
  private static var batch: PacketBatch {
    let upstream = [TestPacket.query(1, at: 3), TestPacket.answer(1, at: 4)].map { packet in
      var packet = packet
      packet.attribution = Attribution(resolver, .sender)
      return packet
    }
    return PacketBatch(
      [packet(call, at: 1, .egress, client), packet("", at: 2, .egress, resolver)] + upstream + [
        packet(reply, at: 5, .ingress, resolver)
      ])
  }

  private func run(_ subscribers: [any Subscriber]) -> Ledger {
    var pipeline = Pipeline(Pipeline.Configuration(dnsPorts: [53]), subscribers: subscribers)
    var source = ListSource([Self.batch])
    pipeline.run(&source) {}
    return pipeline.ledger
  }

  @Test func `a lookup and the resolver's query for it are related, and both ledgers balance`() throws {
    let sink = MemorySink()
    let subscriber = FormatSubscriber(KeyValueFormat(host: Host()), to: sink)
    let ledger = run([subscriber])
    #expect(ledger.balances)
    #expect(ledger.messages == 6 && ledger.deduplicated == 2 && ledger.published == 4)
    let lines = sink.records.joined().split(separator: "\n")
    try #require(lines.count == 4)
    #expect(lines[0].contains("COMM=systemd-resolve ") && lines[0].contains(" FOR_COMM=getent FOR_PID=100"))
    #expect(lines[2].hasPrefix("COMM=getent PID=100 TGID=100 TID=100 PROTO=UNIX LOOKUP=varlink "))
    #expect(lines[3].contains(" ANSWERED_FROM=upstream FORWARDED_TO=192.0.2."), "\(lines[3])")
    #expect(lines[3].hasSuffix(" DNS_RTYPE=A DNS_DATA=192.0.2.1"))
  }

  @Test func `packet formats omit lookups, and count them`() {
    let recorder = Recorder(takesPackets: true)
    let (sink, other) = (MemorySink(), MemorySink())
    let dnstap = FormatSubscriber(
      DnstapFormat(host: Host(), version: "test", framing: .framesOnly), to: sink)
    let all = FormatSubscriber(KeyValueFormat(host: Host()), to: other)
    let ledger = run([recorder, dnstap, all])
    #expect(ledger.balances)
    #expect(recorder.calls.filter { $0.hasPrefix("admit") } == ["admit 1", "admit 2"])
    #expect(recorder.numbers == [1, 2])
    #expect(recorder.results.count == 2)
    #expect(dnstap.ledger.filtered == 2 && dnstap.ledger.written == 2 && dnstap.ledger.difference == 0)
    #expect(all.ledger.written == 4)
  }
}
