import TraceModel
@testable import Correlation
import DNSWire
import Testing

/// Earlier queries of a resolver, and queries that outlive a client's exchange.
extension ChainTests {
  @Test func `a query that outlives the client's exchange still names the client`() throws {
    let unanswered = upstream.changed {
      $0.id = 904
      $0.server = Endpoint("203.0.113.53", 53)
    }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(unanswered, upstream, upstream.answer(after: 5))
    try bench.push(both(question.answer()))
    bench.advance(to: 20_000)
    let ended = try #require(bench.exchanges.last)
    #expect(ended.server == unanswered.server)
    #expect(ended.outcome == .unanswered)
    #expect(ended.chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [42])
    #expect(ended.chain?.onBehalfOf.map(\.evidence) == [.proven])
  }

  @Test func `a query that outlives a client that asked twice still names the client`() throws {
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(upstream)
    try bench.push(both(question.changed { $0.time = 1000 }))
    try bench.push(both(question.answer(after: 2000, code: .serverFailure)))
    bench.advance(to: 20_000)
    let ended = try #require(bench.exchanges.last)
    #expect(ended.outcome == .unanswered)
    #expect(ended.chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [42])
  }

  @Test func `behind two resolvers, clients that joined the first one's query are named too`() throws {
    let between = upstream.changed {
      $0.client = Endpoint("127.0.0.1", 50000)
      $0.server = Endpoint("127.0.0.54", 53)
    }
    let last = upstream.changed {
      $0.id = 902
      $0.cookie = 6000
      $0.pid = 54
      $0.time = 3
    }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(between, between.copy(cookie: 5001, pid: 54))
    try bench.push(both(second.changed { $0.time = 2 }))
    try bench.push(last, last.answer(after: 4))
    #expect(try bench.exchange(0).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [53, 42, 43])
    #expect(try bench.exchange(0).chain?.onBehalfOf.map(\.depth) == [0, 1, 1])
  }

  @Test
  func `each of many clients that wait for one query is related to it, and those not listed are counted`()
    throws
  {
    let waiting = (0..<200).map { number in
      question.changed {
        $0.client.port = UInt16(30_000 + number)
        $0.cookie = UInt64(7000 + number)
        $0.pid = Int32(1000 + number)
      }
    }
    var bench = Bench()
    // Half of them before the query, half while it is open.
    try bench.push(waiting.prefix(100).flatMap(both))
    try bench.push(upstream)
    try bench.push(waiting.suffix(100).flatMap { both($0.changed { $0.time = 2 }) })
    try bench.push(upstream.answer(after: 5))
    for query in waiting { try bench.push(both(query.answer())) }
    let sent = try #require(try bench.exchange(0).chain)
    #expect(sent.onBehalfOf.count == 64)
    #expect(sent.omitted == 136)
    let asked = bench.exchanges.dropFirst().map(\.chain)
    #expect(asked.count == 200)
    #expect(asked.allSatisfy { $0?.answeredFrom == .upstream && $0?.forwarded.count == 1 })
  }

  @Test
  func `a query for the target of a cached alias is related to the client that asks for the alias`()
    throws
  {
    let target = upstream.changed {
      $0.id = 905
      $0.name = "cdn.example.net"
      $0.time = 1001
    }
    let again = second.changed { $0.time = 1000 }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(upstream, upstream.answer(after: 5).changed { $0.alias = "cdn.example.net" })
    try bench.push(both(question.answer()))
    try bench.push(both(again))
    try bench.push(target, target.answer())
    try bench.push(both(again.answer(after: 20)))
    #expect(try bench.exchange(2).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [43])
    #expect(try bench.exchange(2).chain?.onBehalfOf.map(\.evidence) == [.inferred])
    #expect(
      try bench.exchange(3).chain?.forwarded.map { $0.question?.name.description } == ["cdn.example.net."])
    #expect(try bench.exchange(3).chain?.answeredFrom == .upstream)
  }

  @Test
  func
    `if a process sends a query for each client, each query is related to the client that has waited longest`()
    throws
  {
    func asks(_ name: String) -> [Packet] {
      [42, 43, 44].map { pid in
        question.changed {
          $0.name = name
          $0.client.port = UInt16(30_000 + pid)
          $0.cookie = UInt64(7000 + pid)
          $0.pid = Int32(pid)
        }
      }
    }
    func sends(_ name: String) -> [Packet] {
      (1...3).map { number in
        upstream.changed {
          $0.name = name
          $0.id = UInt16(900 + number)
          $0.time = Int64(number)
        }
      }
    }
    var bench = Bench()
    for name in ["www.example.com", "mail.example.com"] {
      try bench.push(asks(name).flatMap(both) + sends(name) + sends(name).map { $0.answer(after: 20) })
      try bench.push(asks(name).flatMap { both($0.answer(after: 40)) })
    }
    let sent = bench.exchanges.filter { $0.attribution.pid == 53 }.map {
      $0.chain?.onBehalfOf.map { $0.process?.task.identity.pid }
    }
    // The second query shows that it does.
    #expect(sent == [[44, 43, 42], [42], [43], [42], [43], [44]])
    #expect(bench.exchanges.suffix(3).allSatisfy { $0.chain?.forwarded.count == 1 })
  }

  @Test func `a query sent while another client waits for the same question is not proven for any client`()
    throws
  {
    let again = upstream.changed {
      $0.id = 906
      $0.time = 3
    }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(upstream)
    try bench.push(both(second.changed { $0.time = 2 }))
    try bench.push(again, again.answer())
    #expect(try bench.exchange(0).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [43])
    #expect(try bench.exchange(0).chain?.onBehalfOf.map(\.evidence) == [.inferred])
  }

  @Test func `a client that is gone is not named for a query that is sent later for another`() throws {
    let late = second.changed { $0.time = 8000 }
    let sent = upstream.changed { $0.time = 8001 }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(both(late))
    try bench.push(sent, sent.answer())
    try bench.push(both(late.answer(after: 20)))
    #expect(try bench.exchange(1).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [43])
  }

  @Test func `a client that is gone is named for a query that no other client waits for`() throws {
    let sent = upstream.changed { $0.time = 8001 }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(sent, sent.answer())
    #expect(try bench.exchange(1).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [42])
    #expect(try bench.exchange(1).chain?.onBehalfOf.map(\.evidence) == [.inferred])
  }

  @Test func `a client that asks again still waits`() throws {
    let sent = upstream.changed { $0.time = 8001 }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(both(question.changed { $0.time = 4900 }))
    try bench.push(sent, sent.answer())
    #expect(try bench.exchange(1).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [42])
  }

  @Test func `an authoritative answer to a question that was forwarded before is from the cache`() throws {
    let authoritative = question.answer().changed { $0.isAuthoritative = true }
    var bench = Bench()
    try bench.push(both(question) + [upstream, upstream.answer(after: 5)] + both(authoritative))
    try bench.push(both(second) + both(second.answer().changed { $0.isAuthoritative = true }))
    let other = second.changed { $0.name = "router.lan" }
    try bench.push(both(other) + both(other.answer().changed { $0.isAuthoritative = true }))
    #expect(bench.exchanges.map { $0.chain?.answeredFrom } == [nil, .upstream, .cache, .local])
  }

  @Test func `a client without an answer shows the queries of the second of two resolvers`() throws {
    let between = upstream.changed {
      $0.client = Endpoint("127.0.0.1", 50000)
      $0.server = Endpoint("127.0.0.54", 53)
    }
    let last = upstream.changed {
      $0.id = 902
      $0.cookie = 6000
      $0.pid = 54
      $0.time = 2
    }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(between, between.copy(cookie: 5001, pid: 54))
    try bench.push(last)
    bench.advance(to: 20_000)
    let asked = try #require(bench.exchanges.first { $0.attribution.pid == 42 })
    #expect(asked.chain?.forwarded.map(\.server) == [between.server, last.server])
  }
}
