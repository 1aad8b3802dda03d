import TraceModel
import Correlation
import DNSWire
import Testing

/// Both ends on this host: one exchange, with both processes.
struct LocalServerTests {
  let query = Packet().changed {
    $0.client = Endpoint("127.0.0.1", 40000)
    $0.server = Endpoint("127.0.0.53", 53)
  }

  /// The four packets in the order of the kernel.
  private func passage(_ query: Packet, _ copy: (Packet) -> Packet) -> [Packet] {
    [query, copy(query), copy(query.answer()), query.answer()]
  }

  @Test func `the server's copies are deduplicated, and its process is shown with the client's`() throws {
    var bench = Bench()
    try bench.push(passage(query) { $0.copy() })
    let exchange = try #require(bench.exchanges.first)
    #expect(bench.events.count == 1)
    #expect(exchange.outcome == .answered)
    #expect(exchange.role == .client)
    #expect(exchange.attribution.pid == 42)
    #expect(exchange.answeredBy?.pid == 53)
    #expect(exchange.messageCount == 2)
    #expect(bench.ledger.deduplicated == 2)
    bench.finish()
    #expect(bench.events.count == 1)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test
  func `a query in the handshake reaches the listener, and its answer is sent from the connection's socket`()
    throws
  {
    let stream = query.changed { $0.transport = .tcp }
    var bench = Bench()
    try bench.push(stream, stream.copy(cookie: 2000), stream.answer().copy(cookie: 2001), stream.answer())
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).answeredBy?.pid == 53)
    #expect(bench.ledger.deduplicated == 2)
  }

  @Test func `a server in another namespace is deduplicated too if the addresses match`() throws {
    let query = Packet().changed { $0.server = Endpoint("10.0.0.1", 53) }
    var bench = Bench()
    try bench.push(passage(query) { $0.copy(namespace: 2) })
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).answeredBy?.pid == 53)
    #expect(bench.ledger.deduplicated == 2)
  }

  @Test func `the loopback addresses of two namespaces are never mixed`() throws {
    let there = query.changed {
      $0.cookie = 3000
      $0.namespace = 2
      $0.pid = 43
    }
    var bench = Bench()
    try bench.push(
      query, there, there.copy(cookie: 4000, pid: 54), there.copy(cookie: 4000, pid: 54).answer(),
      there.answer(), query.copy(), query.copy().answer(), query.answer())
    #expect(bench.exchanges.map(\.attribution.pid) == [43, 42])
    #expect(bench.exchanges.map { $0.answeredBy?.pid } == [54, 53])
    #expect(bench.ledger.deduplicated == 4)
  }

  @Test func `a loopback query that was sent only in another namespace is not deduplicated`() throws {
    var bench = Bench()
    try bench.push(query, query.copy(namespace: 2))
    bench.finish()
    #expect(bench.exchanges.map(\.role) == [.client, .server])
    #expect(bench.ledger.deduplicated == 0)
  }

  @Test func `two questions with one id are two exchanges at a local server`() throws {
    let other = query.changed { $0.type = .aaaa }
    var bench = Bench()
    try bench.push(query, other, query.copy(), other.copy(), query.copy().answer(), other.copy().answer())
    try bench.push(query.answer(), other.answer())
    #expect(bench.exchanges.map(\.type) == [.a, .aaaa])
    #expect(bench.exchanges.map { $0.answeredBy?.pid } == [53, 53])
    #expect(bench.ledger.deduplicated == 4)
  }

  @Test func `a query that is sent again is deduplicated again`() throws {
    let again = query.changed { $0.time = 1000 }
    var bench = Bench()
    try bench.push(query, query.copy(), again, again.copy(), again.copy().answer(), again.answer())
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).retries == 1)
    #expect(try bench.exchange(0).answeredBy?.pid == 53)
    #expect(bench.ledger.deduplicated == 3)
    bench.finish()
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `a local server that does not answer gives one unanswered exchange, not two`() throws {
    var bench = Bench()
    try bench.push(query, query.copy())
    bench.advance(to: 5000)
    bench.advance(to: 60_000)
    #expect(bench.outcomes == [.unanswered])
    #expect(try bench.exchange(0).role == .client)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `a local server that answers late gives one late answer, not two`() throws {
    var bench = Bench()
    let answer = query.answer(after: 6000)
    try bench.push(query, query.copy(), answer.copy(), answer)
    #expect(bench.outcomes == [.unanswered, .late])
    #expect(try bench.exchange(1).answeredBy?.pid == 53)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `another host's query is shown with the server that answers it`() throws {
    let asked = Packet().changed {
      $0.side = .server
      $0.pid = nil
    }
    var bench = Bench()
    try bench.push(asked, asked.answer().changed { $0.pid = 53 })
    let exchange = try #require(bench.exchanges.first)
    #expect(exchange.role == .server)
    #expect(exchange.outcome == .answered)
    #expect(exchange.attribution.pid == 53)
    #expect(exchange.attribution.method == .paired)
    #expect(exchange.answeredBy == nil)
  }

  @Test func `another host's unanswered query is shown with the owner of the socket`() throws {
    var bench = Bench()
    try bench.push(Packet().changed { $0.side = .server })
    bench.advance(to: 5000)
    #expect(bench.outcomes == [.unanswered])
    #expect(try bench.exchange(0).role == .server)
    #expect(try bench.exchange(0).attribution.method == .owner)
  }

  @Test func `a query without a process has that of the process that received the answer`() throws {
    var bench = Bench()
    try bench.push(Packet().changed { $0.pid = nil }, Packet().answer())
    #expect(try bench.exchange(0).attribution.pid == 42)
    #expect(try bench.exchange(0).attribution.method == .paired)
  }

  @Test func `the query's own record is preferred to the process of the answer`() throws {
    var bench = Bench()
    try bench.push(Packet(), Packet().answer().changed { $0.pid = 99 })
    #expect(try bench.exchange(0).attribution.pid == 42)
    #expect(try bench.exchange(0).attribution.method == .owner)
  }

  @Test func `no process is named if none is known`() throws {
    var bench = Bench()
    try bench.push(Packet().changed { $0.pid = nil }, Packet().answer().changed { $0.pid = nil })
    #expect(try bench.exchange(0).attribution.owner == nil)
    #expect(try bench.exchange(0).attribution.method == .none(.noSocket))
  }
}
