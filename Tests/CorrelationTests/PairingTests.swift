import TraceModel
import Correlation
import DNSWire
import Testing

/// The pairing of answers with queries.
struct PairingTests {
  let query = Packet()

  @Test func `a query and its answer become one exchange`() throws {
    var bench = Bench()
    try bench.push(query)
    #expect(bench.events.isEmpty)
    try bench.push(query.answer(after: 12))
    let exchange = try #require(bench.exchanges.first)
    #expect(bench.events.count == 1)
    #expect(exchange.outcome == .answered)
    #expect(exchange.role == .client)
    #expect(exchange.delay == 12)
    #expect(exchange.messageCount == 2)
    #expect(exchange.retries == 0)
    #expect(exchange.attribution.pid == 42)
    #expect(exchange.answeredBy == nil)
    #expect(exchange.client == query.client && exchange.server == query.server)
    bench.finish()
    #expect(bench.events.count == 1)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `two sockets with one id keep their own answers`() throws {
    let other = query.changed {
      $0.cookie = 1001
      $0.client.port = 40001
      $0.pid = 43
    }
    var bench = Bench()
    try bench.push(query, other, other.answer(after: 5), query.answer(after: 9))
    #expect(bench.exchanges.map(\.attribution.pid) == [43, 42])
    #expect(bench.exchanges.map(\.delay) == [5, 9])
  }

  @Test func `two sockets with one id and one address keep their own answers`() throws {
    // Two namespaces may hold the same addresses.
    let other = query.changed {
      $0.cookie = 1001
      $0.namespace = 2
      $0.pid = 43
    }
    var bench = Bench()
    try bench.push(query, other, query.answer(after: 5), other.answer(after: 9))
    #expect(bench.exchanges.map(\.attribution.pid) == [42, 43])
  }

  @Test func `two questions with one id on one socket keep their own answers`() throws {
    let other = query.changed { $0.type = .aaaa }
    var bench = Bench()
    try bench.push(query, other, query.answer(after: 5), other.answer(after: 9))
    #expect(bench.exchanges.map(\.type) == [.a, .aaaa])
    #expect(bench.exchanges.map(\.delay) == [5, 9])
    #expect(bench.outcomes == [.answered, .answered])
  }

  @Test func `a query is paired with its answer case-insensitively`() throws {
    var bench = Bench()
    try bench.push(query.changed { $0.name = "wWw.ExAmPlE.com" }, query.answer())
    #expect(bench.outcomes == [.answered])
  }

  @Test(arguments: Difference.allCases)
  func `an answer with another socket, id or question is unsolicited`(difference: Difference) throws {
    var bench = Bench()
    try bench.push(query, query.answer().changed(difference.make))
    #expect(bench.outcomes == [.unsolicited])
    bench.finish()
    #expect(bench.outcomes == [.unsolicited, .pending])
    #expect(bench.ledger.messageDifference == 0)
  }

  enum Difference: CaseIterable {
    case id, name, type, socket, transport

    func make(in packet: inout Packet) {
      switch self {
      case .id: packet.id += 1
      case .name: packet.name = "www.example.net"
      case .type: packet.type = .aaaa
      case .socket: packet.cookie += 1
      case .transport: packet.transport = .tcp
      }
    }
  }

  @Test func `a query is paired with its answer despite address translation`() throws {
    let translated = query.changed { $0.server = Endpoint("10.96.0.10", 53) }
    var bench = Bench()
    try bench.push(translated, query.answer())
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).server == translated.server)
  }

  @Test func `without a socket, a query is not paired with another server's answer`() throws {
    var bench = Bench()
    try bench.push(
      query.changed { $0.cookie = 0 },
      query.answer().changed {
        $0.cookie = 0
        $0.server = Endpoint("198.51.100.54", 53)
      })
    #expect(bench.outcomes == [.unsolicited])
  }

  @Test func `a socket that queries two servers keeps their answers separate`() throws {
    let second = query.changed { $0.server = Endpoint("198.51.100.54", 53) }
    var bench = Bench()
    try bench.push(query, second, query.answer(after: 5), second.answer(after: 9))
    #expect(bench.exchanges.map(\.server) == [query.server, second.server])
    #expect(bench.exchanges.map { $0.answer?.view.server } == [query.server, second.server])
  }

  @Test func `a capture file without sockets pairs by addresses`() throws {
    let query = query.changed {
      $0.cookie = 0
      $0.pid = nil
    }
    let other = query.changed { $0.client.port = 40001 }
    var bench = Bench()
    try bench.push(query, other, other.answer(after: 3), query.answer(after: 4))
    #expect(bench.exchanges.map(\.client?.port) == [40001, 40000])
    #expect(bench.outcomes == [.answered, .answered])
    #expect(try bench.exchange(0).attribution.owner == nil)
  }

  @Test func `a capture file without directions still shows the client`() throws {
    let query = query.changed { $0.cookie = 0 }
    // Both seen as egress.
    var bench = Bench()
    try bench.push(query, query.answer().changed { $0.side = .server })
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).role == .client)
  }

  @Test func `one TCP connection may have many open questions, answered in any order`() throws {
    let queries = (0..<50).map { index in
      query.changed {
        $0.transport = .tcp
        $0.id = UInt16(index)
        $0.name = "host\(index).example.com"
      }
    }
    var bench = Bench()
    try bench.push(queries)
    try bench.push(queries.reversed().map { $0.answer(after: 20) })
    #expect(bench.exchanges.map(\.name) == queries.reversed().map(\.name))
    #expect(bench.outcomes.allSatisfy { $0 == .answered })
  }

  @Test func `an answer without a question is paired with the query of its id`() throws {
    // The answer of a server that cannot parse the query.
    var bench = Bench()
    try bench.push(query, query.answer(code: .formatError).changed { $0.name = nil })
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).name == "www.example.com")
  }

  @Test func `an answer without a question but with records is paired with the query of their name`() throws {
    let other = query.changed { $0.name = "mail.example.com" }
    var bench = Bench()
    try bench.push(
      query, other,
      query.answer().changed {
        $0.name = nil
        $0.records = ["www.example.com"]
      })
    #expect(bench.exchanges.map(\.name) == ["www.example.com"])
    try bench.push(
      query.answer().changed {
        $0.name = nil
        $0.records = ["ftp.example.com"]
      })
    #expect(bench.outcomes == [.answered, .unsolicited])
  }

  @Test func `an answer on a busy socket finds its query among thousands of the same id`() throws {
    // A local server's socket receives from every host, and hosts may choose any id.
    let queries = (0..<4000).map { index in
      query.changed {
        $0.side = .server
        $0.client = Endpoint("203.0.113.\(index % 250)", UInt16(1024 + index))
      }
    }
    var bench = Bench(limit: 10_000)
    try bench.push(queries)
    try bench.push(queries.map { $0.answer(after: 100) })
    #expect(bench.outcomes.count == 4000)
    #expect(bench.outcomes.allSatisfy { $0 == .answered })
    #expect(bench.exchanges.map(\.client) == queries.map(\.client))
  }
}
