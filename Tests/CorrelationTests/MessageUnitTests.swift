import TraceModel
import Correlation
import DNSWire
import Testing

/// `--messages`: each message separately, when it passes.
struct MessageUnitTests {
  let query = Packet()

  @Test func `each message is shown once and at once`() throws {
    var bench = Bench(.messages)
    try bench.push(query)
    #expect(bench.messages.count == 1)
    try bench.push(query.changed { $0.time = 5 }, query.answer())
    bench.finish()
    #expect(bench.messages.map { $0.message?.message.header.isResponse } == [false, false, true])
    #expect(bench.messages.map(\.role) == [.client, .client, .client])
    #expect(bench.exchanges.isEmpty)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `a local server's copies are not shown`() throws {
    let query = query.changed { $0.server = Endpoint("127.0.0.53", 53) }
    var bench = Bench(.messages)
    try bench.push(query, query.copy(), query.answer().copy(), query.answer())
    #expect(bench.messages.count == 2)
    #expect(bench.messages.map(\.attribution.pid) == [42, 42])
    #expect(bench.ledger.deduplicated == 2)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `an answer takes the process of its query`() throws {
    var bench = Bench(.messages)
    try bench.push(query, query.answer().changed { $0.pid = 99 })
    #expect(try bench.message(1).attribution.pid == 42)
    #expect(try bench.message(1).attribution.method == .paired)
  }

  @Test func `the timeout and the end show nothing more`() throws {
    var bench = Bench(.messages)
    try bench.push(query, query.changed { $0.id = 8 })
    bench.advance(to: 5000)
    bench.finish()
    #expect(bench.messages.count == 2)
    #expect(bench.exchanges.isEmpty)
  }

  @Test func `a full table loses no message`() throws {
    var bench = Bench(.messages, limit: 1)
    try bench.push((0..<10).map { id in query.changed { $0.id = id } })
    #expect(bench.messages.count == 10)
    #expect(bench.ledger.endedEarly == 9)
    #expect(bench.ledger.messageDifference == 0)
  }
}
