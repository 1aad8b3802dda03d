import Correlation
import TraceModel
import DNSWire
import Testing

/// A resolver that forks for each TCP connection: its own socket takes the query, and the child asks and answers.
struct ForkingResolverTests {
  /// What pid 42 asks the resolver, pid 53.
  let question = Packet().changed {
    $0.client = Endpoint("127.0.0.1", 40000)
    $0.server = Endpoint("127.0.0.53", 53)
    $0.transport = .tcp
  }

  /// What its child, pid 60, asks.
  let upstream = Packet().changed {
    $0.id = 900
    $0.client = Endpoint("192.0.2.10", 50000)
    $0.server = Endpoint("198.51.100.53", 53)
    $0.cookie = 5000
    $0.pid = 60
    $0.parent = 53
    $0.time = 1
  }

  func both(_ query: Packet, cookie: UInt64 = 2000) -> [Packet] { [query, query.copy(cookie: cookie)] }

  func answered(_ query: Packet, cookie: UInt64 = 2000, by pid: Int32 = 60) -> [Packet] {
    let answer = query.answer(after: 20)
    return [answer.copy(cookie: cookie, pid: pid), answer]
  }

  @Test func `a query that the child of a resolver sends serves the client of its connection`() throws {
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(upstream, upstream.answer(after: 5))
    try bench.push(answered(question))
    let sent = try #require(try bench.exchange(0).chain)
    #expect(sent.onBehalfOf.map { $0.process?.task.identity.pid } == [42])
    #expect(sent.onBehalfOf.map(\.evidence) == [.inferred])
    let asked = try #require(try bench.exchange(1).chain)
    #expect(asked.answeredFrom == .upstream)
    #expect(asked.forwarded.map { $0.process?.task.identity.pid } == [60])
    #expect(asked.forwarded.map(\.server) == [upstream.server])
    // The thread that answers is the one that asked.
    #expect(asked.forwarded.map(\.evidence) == [.proven])
  }

  @Test func `each child serves one client, though several ask the same`() throws {
    let second = question.changed {
      $0.client.port = 40001
      $0.cookie = 1001
      $0.pid = 43
    }
    let another = upstream.changed {
      $0.id = 901
      $0.client.port = 50001
      $0.cookie = 5001
      $0.pid = 61
      $0.time = 2
    }
    var bench = Bench()
    try bench.push(both(question) + both(second, cookie: 2001) + [upstream, another])
    try bench.push(upstream.answer(after: 5), another.answer(after: 5))
    try bench.push(answered(question))
    try bench.push(answered(second, cookie: 2001, by: 61))
    #expect(try bench.exchange(0).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [42])
    #expect(try bench.exchange(1).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [43])
    #expect(try bench.exchange(2).chain?.forwarded.map(\.evidence) == [.proven])
    #expect(try bench.exchange(3).chain?.forwarded.map(\.evidence) == [.proven])
  }

  @Test func `what a child was told the resolver has in its cache`() throws {
    let later = question.changed {
      $0.client.port = 40002
      $0.cookie = 1002
      $0.time = 100
    }
    var bench = Bench()
    try bench.push(both(question) + [upstream, upstream.answer(after: 5)] + answered(question))
    try bench.push(both(later, cookie: 2002) + answered(later, cookie: 2002, by: 62))
    #expect(try bench.exchange(2).chain?.answeredFrom == .cache)
  }

  @Test func `a child that executes another program, or whose parent received a datagram, serves nobody`()
    throws
  {
    let datagram = question.changed { $0.transport = .udp }
    for (received, sent) in [(question, upstream.changed { $0.executions = 1 }), (datagram, upstream)] {
      var bench = Bench()
      try bench.push(both(received) + [sent, sent.answer(after: 5)])
      #expect(try bench.exchange(0).chain == nil)
    }
  }

  @Test func `a process that is older than the one with its parent's pid is not its child`() throws {
    var bench = Bench()
    try bench.push(both(question))
    let other = upstream.changed { $0.started = 0 }
    try bench.push(other, other.answer(after: 5))
    #expect(try bench.exchange(0).chain == nil)
  }
}
