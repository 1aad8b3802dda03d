import TraceModel
import Correlation
import DNSWire
import Testing

/// The outcomes of exchanges other than answered.
struct EndingTests {
  let query = Packet()

  @Test func `a query is unanswered at the timeout, not a nanosecond earlier`() throws {
    var bench = Bench()
    try bench.push(query)
    bench.advance(to: Timestamp(nanoseconds: 4_999_999_999))
    #expect(bench.events.isEmpty)
    bench.advance(to: 5000)
    #expect(bench.outcomes == [.unanswered])
    #expect(try bench.exchange(0).messageCount == 1)
    #expect(try bench.exchange(0).latency == nil)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `an answer just before the timeout is in time`() throws {
    var bench = Bench()
    try bench.push(query, query.answer(after: 4999))
    #expect(bench.outcomes == [.answered])
  }

  @Test(arguments: [true, false])
  func `an answer after the timeout is shown as late, whether or not the time was advanced`(told: Bool) throws
  {
    var bench = Bench()
    try bench.push(query)
    if told { bench.advance(to: 5500) }
    try bench.push(query.answer(after: 6000))
    #expect(bench.outcomes == [.unanswered, .late])
    let late = try bench.exchange(1)
    #expect(late.messageCount == 1)
    #expect(late.delay == 6000)
    #expect(late.attribution.pid == 42)
    bench.finish()
    #expect(bench.outcomes.count == 2)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `an answer after 30 more seconds is unsolicited`() throws {
    var bench = Bench()
    try bench.push(query)
    bench.advance(to: 5000)
    bench.advance(to: 35_000)
    try bench.push(query.answer(after: 36_000))
    #expect(bench.outcomes == [.unanswered, .unsolicited])
  }

  @Test func `a query that is sent again is one exchange, with the latency from the first transmission`()
    throws
  {
    var bench = Bench()
    try bench.push(query, query.changed { $0.time = 1000 }, query.changed { $0.time = 3000 })
    #expect(bench.events.isEmpty)
    try bench.push(query.answer(after: 3010))
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).retries == 2)
    #expect(try bench.exchange(0).messageCount == 4)
    #expect(try bench.exchange(0).delay == 3010)
    bench.finish()
    #expect(bench.events.count == 1)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `an unanswered query has the number of its retries`() throws {
    var bench = Bench()
    try bench.push(query, query.changed { $0.time = 1000 })
    bench.advance(to: 5000)
    #expect(bench.outcomes == [.unanswered])
    #expect(try bench.exchange(0).retries == 1)
    #expect(try bench.exchange(0).messageCount == 2)
  }

  @Test func `a query sent again after its timeout is a new exchange, which gets the answer`() throws {
    var bench = Bench()
    let again = query.changed { $0.time = 6000 }
    try bench.push(query, again, again.answer(after: 20))
    #expect(bench.outcomes == [.unanswered, .answered])
    #expect(try bench.exchange(1).delay == 20)
  }

  @Test func `a second answer to a query that was sent twice is a repeated one`() throws {
    var bench = Bench()
    try bench.push(query, query.changed { $0.time = 1000 })
    try bench.push(query.answer(after: 1010), query.answer(after: 1020))
    #expect(bench.outcomes == [.answered, .repeated])
    #expect(bench.exchanges.map(\.messageCount) == [3, 1])
    bench.advance(to: 60_000)
    #expect(bench.outcomes.count == 2)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `a second answer to a query that was sent once is unsolicited`() throws {
    // A forged answer that arrives after the real one looks like this.
    var bench = Bench()
    try bench.push(query, query.answer(after: 10), query.answer(after: 11))
    #expect(bench.outcomes == [.answered, .unsolicited])
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `an answer without a query is shown alone`() throws {
    var bench = Bench()
    try bench.push(query.answer())
    let exchange = try #require(bench.exchanges.first)
    #expect(exchange.outcome == .unsolicited)
    #expect(exchange.query == nil)
    #expect(exchange.messageCount == 1)
    #expect(exchange.role == .client)
    #expect(exchange.attribution.pid == 42)
    #expect(exchange.client == query.client)
  }

  @Test func `queries that still wait at the end are pending, in the order in which they were sent`() throws {
    var bench = Bench()
    try bench.push(
      (0..<20).map { index in
        query.changed {
          $0.id = UInt16(index)
          $0.time = Int64(index)
        }
      })
    bench.finish()
    #expect(bench.outcomes == Array(repeating: .pending, count: 20))
    #expect(bench.exchanges.map { $0.query?.message.header.id } == (0..<20).map { UInt16($0) })
    bench.finish()
    #expect(bench.events.count == 20)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `a timeout of zero works`() throws {
    var bench = Bench(timeout: 0)
    try bench.push(query)
    bench.advance(to: 0)
    #expect(bench.outcomes == [.unanswered])
  }

  @Test func `beyond the bound the query that has waited longest is shown as pending`() throws {
    var bench = Bench(limit: 2)
    let queries = (0..<3).map { id in query.changed { $0.id = UInt16(id) } }
    try bench.push(queries)
    #expect(bench.ledger.endedEarly == 1)
    #expect(bench.outcomes == [.pending])
    try bench.push(queries[1].answer(), queries[2].answer())
    #expect(bench.exchanges.map { $0.query?.message.header.id } == [0, 1, 2])
    #expect(bench.outcomes == [.pending, .answered, .answered])
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `the bound is in octets, and includes those that streams hold`() throws {
    let queries = (0..<100).map { id in query.changed { $0.id = UInt16(id) } }
    func pending(heldElsewhere: Int) throws -> UInt64 {
      var bench = Bench(Correlator(mostOctets: 48 << 10))
      bench.correlator.heldElsewhere = heldElsewhere
      try bench.push(queries)
      return bench.ledger.endedEarly
    }
    let few = try pending(heldElsewhere: 0)
    #expect((20...60).contains(few))
    #expect(try pending(heldElsewhere: 24 << 10) > few + 20)
    #expect(try pending(heldElsewhere: 1 << 20) == 99)
  }

  @Test func `a new query replaces one that is only remembered`() throws {
    var bench = Bench(limit: 2)
    try bench.push(query.changed { $0.id = 1 }, query.changed { $0.id = 2 })
    bench.advance(to: 5000)
    let late = (UInt16(3)...4).map { id in
      query.changed {
        $0.id = id
        $0.time = 5001
      }
    }
    try bench.push(late)
    #expect(bench.ledger.endedEarly == 0)
    try bench.push(late.map { $0.answer() })
    #expect(bench.outcomes == [.unanswered, .unanswered, .answered, .answered])
    #expect(bench.ledger.messageDifference == 0)
  }
}
