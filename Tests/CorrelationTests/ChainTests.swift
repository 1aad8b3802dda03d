import TraceModel
@testable import Correlation
import DNSWire
import Testing

/// A resolver on this host: its clients and its servers.
struct ChainTests {
  /// The query of pid 42 to the resolver, pid 53.
  let question = Packet().changed {
    $0.client = Endpoint("127.0.0.1", 40000)
    $0.server = Endpoint("127.0.0.53", 53)
  }

  /// The resolver's query.
  let upstream = Packet().changed {
    $0.id = 900
    $0.client = Endpoint("192.0.2.10", 50000)
    $0.server = Endpoint("198.51.100.53", 53)
    $0.cookie = 5000
    $0.pid = 53
    $0.time = 1
  }

  /// Another process with the same question.
  var second: Packet {
    question.changed {
      $0.client.port = 40001
      $0.id = 8
      $0.cookie = 1001
      $0.pid = 43
    }
  }

  /// A query at both sockets, or its answer.
  func both(_ packet: Packet) -> [Packet] {
    packet.isResponse ? [packet.copy(), packet] : [packet, packet.copy()]
  }

  @Test func `a query and the one that a resolver sends for it name each other`() throws {
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(upstream, upstream.answer(after: 5))
    try bench.push(both(question.answer()))
    let sent = try #require(try bench.exchange(0).chain)
    let asked = try #require(try bench.exchange(1).chain)
    #expect(sent.onBehalfOf.map { $0.process?.task.identity.pid } == [42])
    #expect(sent.onBehalfOf.map(\.client) == [question.client])
    #expect(sent.onBehalfOf.map(\.evidence) == [.proven])
    #expect(asked.answeredFrom == .upstream)
    let query = try #require(asked.forwarded.first)
    #expect(asked.forwarded.count == 1)
    #expect(query.server == upstream.server)
    #expect(query.process?.task.identity.pid == 53)
    #expect(query.latency == 5_000_000)
    #expect(query.responseCode == .noError)
    #expect(query.question == nil)
    #expect(query.evidence == .proven)
  }

  @Test func `all clients that wait for one query are named, also those that asked while it was open`() throws
  {
    let late = second.changed { $0.time = 2 }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(upstream)
    try bench.push(both(late))
    try bench.push(upstream.answer(after: 5))
    try bench.push(both(question.answer()))
    try bench.push(both(late.answer()))
    #expect(try bench.exchange(0).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [42, 43])
    #expect(try bench.exchange(0).chain?.onBehalfOf.map(\.evidence) == [.proven, .coalesced])
    #expect(try bench.exchange(1).chain?.forwarded.map(\.evidence) == [.proven])
    #expect(try bench.exchange(2).chain?.forwarded.map(\.evidence) == [.coalesced])
  }

  @Test func `clients that wait for the same question share the query sent for it`() throws {
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(both(second))
    try bench.push(upstream, upstream.answer(after: 5))
    #expect(try bench.exchange(0).chain?.onBehalfOf.map(\.evidence) == [.coalesced, .coalesced])
  }

  @Test func `an answer without a query sent is from the cache of a process that sends them`() throws {
    let recursive = question.answer().changed { $0.recursionAvailable = true }
    var bench = Bench()
    try bench.push(both(question) + both(recursive))
    #expect(try bench.exchange(0).chain == nil, "nothing shows that it is a resolver")
    try bench.push(both(question) + [upstream, upstream.answer()] + both(recursive))
    try bench.push(both(second) + both(second.answer().changed { $0.recursionAvailable = true }))
    #expect(try bench.exchange(2).chain?.answeredFrom == .upstream)
    #expect(try bench.exchange(3).chain?.answeredFrom == .cache)
    #expect(try bench.exchange(3).chain?.forwarded.isEmpty == true)
  }

  @Test func `an authoritative answer is from the server's own data`() throws {
    var bench = Bench()
    try bench.push(both(question) + both(question.answer().changed { $0.isAuthoritative = true }))
    #expect(try bench.exchange(0).chain?.answeredFrom == .local)
  }

  @Test func `a query that the process sends for no client is not related`() throws {
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(both(question.answer()))
    let own = upstream.changed { $0.time = 50 }
    try bench.push(own, own.answer())
    #expect(try bench.exchange(1).chain == nil)
    // While one waits: another name.
    try bench.push(both(question.changed { $0.time = 70 }))
    let other = upstream.changed {
      $0.name = "other.example.net"
      $0.time = 71
    }
    try bench.push(other, other.answer())
    #expect(try bench.exchange(2).chain == nil)
  }

  @Test func `another process's query for the same name is not the resolver's`() throws {
    var bench = Bench()
    try bench.push(both(question))
    let other = upstream.changed { $0.pid = 54 }
    try bench.push(other, other.answer())
    #expect(try bench.exchange(0).chain == nil)
  }

  @Test(arguments: ["example.com", "com", "www.example.com.corp.example"])
  func `a query for a name between the root and the client's, or with a search domain, is inferred`(
    name: String
  )
    throws
  {
    let step = upstream.changed {
      $0.name = name
      $0.type = .ns
    }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(step, step.answer())
    try bench.push(both(question.answer()))
    #expect(try bench.exchange(0).chain?.onBehalfOf.map(\.evidence) == [.inferred])
    let query = try #require(try bench.exchange(1).chain?.forwarded.first)
    #expect(query.question?.name.description == name + ".")
    #expect(query.question?.type == .ns)
  }

  @Test func `a name that may be an ancestor of several clients' names is not related`() throws {
    let step = upstream.changed { $0.name = "com" }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(both(second.changed { $0.name = "mail.example.com" }))
    try bench.push(step, step.answer())
    #expect(try bench.exchange(0).chain == nil)
  }

  @Test func `a query for the target of an alias is related to the client that asked for the alias`() throws {
    let target = upstream.changed {
      $0.id = 901
      $0.name = "cdn.example.net"
      $0.time = 10
    }
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(upstream, upstream.answer(after: 5).changed { $0.alias = "cdn.example.net" })
    try bench.push(target, target.answer())
    try bench.push(both(question.answer()))
    #expect(try bench.exchange(1).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [42])
    #expect(
      try bench.exchange(2).chain?.forwarded.map { $0.question?.name.description } == [
        nil, "cdn.example.net.",
      ])
  }

  @Test func `a chain of two resolvers is followed to the program at the start and the server at the end`()
    throws
  {
    // The first resolver's query to the second, pid 54.
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
    try bench.push(last, last.answer(after: 4))
    let answer = between.answer(after: 6)
    try bench.push(answer.copy(cookie: 5001, pid: 54), answer)
    try bench.push(both(question.answer()))
    #expect(try bench.exchange(0).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [53, 42])
    #expect(try bench.exchange(1).chain?.onBehalfOf.map { $0.process?.task.identity.pid } == [42])
    #expect(try bench.exchange(1).chain?.forwarded.map(\.server) == [last.server])
    #expect(try bench.exchange(2).chain?.forwarded.map(\.server) == [between.server, last.server])
    #expect(try bench.exchange(2).chain?.forwarded.map { $0.process?.task.identity.pid } == [53, 54])
  }

  @Test func `a client without an answer shows the resolver's queries`() throws {
    var bench = Bench()
    try bench.push(both(question))
    try bench.push(upstream)
    let again = upstream.changed {
      $0.id = 903
      $0.server = Endpoint("203.0.113.53", 53)
      $0.time = 2000
    }
    try bench.push(again)
    bench.advance(to: 20_000)
    let asked = try #require(bench.exchanges.first { $0.attribution.pid == 42 })
    #expect(asked.outcome == .unanswered)
    #expect(asked.chain?.forwarded.map(\.server) == [upstream.server, again.server])
    #expect(asked.chain?.forwarded.allSatisfy { $0.latency == nil && $0.responseCode == nil } == true)
    #expect(asked.chain?.answeredFrom == nil)
    #expect(
      bench.exchanges.filter { $0.attribution.pid == 53 }.map { $0.chain?.onBehalfOf.count } == [1, 1])
  }

  @Test func `a client on another host is named by its address`() throws {
    let remote = Packet().changed {
      $0.side = .server
      $0.pid = 53
      $0.cookie = 2000
    }
    var bench = Bench()
    try bench.push(remote, upstream, upstream.answer(), remote.answer(after: 20))
    let client = try #require(try bench.exchange(0).chain?.onBehalfOf.first)
    #expect(client.process == nil)
    #expect(client.client == remote.client)
    #expect(try bench.exchange(1).chain?.forwarded.map(\.server) == [upstream.server])
  }

  @Test func `memory is freed when exchanges end`() throws {
    var bench = Bench(timeout: 100)
    for round in 0..<200 {
      let query = question.changed {
        $0.id = UInt16(round)
        $0.time = Int64(round)
      }
      try bench.push(both(query))
      let sent = upstream.changed {
        $0.id = UInt16(round)
        $0.time = Int64(round)
      }
      try bench.push(sent)
      if round.isMultiple(of: 2) { try bench.push([sent.answer(after: 0)] + both(query.answer(after: 0))) }
    }
    bench.advance(to: 100_000)
    bench.advance(to: 200_000)
    #expect(bench.correlator.held == 0)
  }
}
