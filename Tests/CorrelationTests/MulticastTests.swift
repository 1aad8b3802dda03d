import TraceModel
import Correlation
import DNSWire
import PacketDecoding
import Testing

/// Multicast DNS (RFC 6762): id 0, no questions in answers, and every host receives everything.
struct MulticastTests {
  let query = Packet().changed {
    $0.id = 0
    $0.name = "printer.local"
    $0.client = Endpoint("192.0.2.10", 5353)
    $0.server = Endpoint("224.0.0.251", 5353)
  }

  /// A responder's answer to the group, or by unicast to the querier.
  private func response(to destination: Endpoint, _ name: String = "printer.local") -> Packet {
    query.changed {
      $0.isResponse = true
      $0.name = nil
      $0.records = [name]
      $0.server = Endpoint("192.0.2.77", 5353)
      $0.client = destination
      $0.time = 30
    }
  }

  @Test(arguments: [Endpoint("224.0.0.251", 5353), Endpoint("192.0.2.10", 5353)])
  func `a responder's answer goes to the query of its name`(destination: Endpoint) throws {
    var bench = Bench()
    try bench.push(query, response(to: destination))
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).name == "printer.local")
  }

  @Test func `an announcement is unsolicited`() throws {
    var bench = Bench()
    try bench.push(query, response(to: query.server, "scanner.local"))
    #expect(bench.outcomes == [.unsolicited])
  }

  @Test func `a query that the kernel loops back to its own socket was not sent again`() throws {
    var bench = Bench()
    try bench.push(query, query.copy(cookie: query.cookie, pid: 42))
    #expect(bench.ledger.deduplicated == 1)
    try bench.push(response(to: query.server))
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).retries == 0)
    #expect(try bench.exchange(0).role == .client)
    bench.finish()
    #expect(bench.outcomes.count == 1)
    #expect(bench.ledger.messageDifference == 0)
  }

  @Test func `another host's query and a third host's answer are not a pair`() throws {
    let overheard = query.changed {
      $0.client = Endpoint("192.0.2.20", 5353)
      $0.side = .server
    }
    var bench = Bench()
    try bench.push(overheard, response(to: query.server))
    #expect(bench.outcomes == [.unsolicited])
  }

  @Test func `another host's query and our answer are a pair`() throws {
    let overheard = query.changed {
      $0.client = Endpoint("192.0.2.20", 5353)
      $0.side = .server
    }
    var bench = Bench()
    try bench.push(overheard, response(to: query.server).changed { $0.side = .server })
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).role == .server)
  }

  /// A resolver that supports only DNS queries the group from its own port; the responder answers it as a server
  /// would (RFC 6762 §6.7).
  @Test func `a legacy query and its unicast answer are a pair`() throws {
    let legacy = query.changed {
      $0.id = 4711
      $0.client = Endpoint("192.0.2.10", 40000)
    }
    let answer = legacy.changed {
      $0.isResponse = true
      $0.records = ["printer.local"]
      $0.server = Endpoint("192.0.2.77", 5353)
      $0.time = 30
    }
    var bench = Bench()
    try bench.push(legacy, answer)
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).query?.context.service == .mdns)
    #expect(try bench.exchange(0).answer?.context.service == .dns)
  }

  @Test func `a query to a unicast server on port 5353 is plain DNS`() throws {
    let asked = query.changed {
      $0.id = 4711
      $0.client = Endpoint("192.0.2.10", 40000)
      $0.server = Endpoint("192.0.2.53", 5353)
    }
    var bench = Bench()
    try bench.push(asked, asked.answer())
    #expect(bench.outcomes == [.answered])
    #expect(try bench.exchange(0).query?.context.service == .dns)
    let exchange = try bench.exchange(0)
    let wantsUnicastResponse = exchange.view.question?.wantsUnicastResponse
    #expect(wantsUnicastResponse == false)
  }
}
