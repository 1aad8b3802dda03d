import TraceModel
import Correlation
import DNSWire
import Testing

/// Packets that were seen on interfaces, without a socket.
struct InterfaceTests {
  /// A query that no local process is known to have sent, on the first interface that it passes.
  let query = Packet().changed {
    $0.cookie = 0
    $0.pid = nil
    $0.side = .server
    $0.interface = 2
  }

  private func on(_ interface: UInt32, _ packet: Packet) -> Packet {
    packet.changed {
      $0.interface = interface
      $0.side = interface == 2 ? .server : .client
    }
  }

  @Test func `a query that is forwarded from one interface to another is one exchange`() throws {
    var bench = Bench()
    try bench.push(query, on(3, query), on(3, query.answer()), on(2, query.answer()))
    #expect(bench.outcomes == [.answered])
    #expect(bench.exchanges[0].retries == 0)
    #expect(bench.exchanges[0].attribution.pid == nil)
    #expect(bench.ledger.deduplicated == 2)
    bench.finish()
    #expect(bench.ledger.messageDifference == 0)
    #expect(bench.events.count == 1)
  }

  @Test func `a query that is sent again on the same interface is a retry, and its copies are not`() throws {
    var bench = Bench()
    try bench.push(query, on(3, query), query, on(3, query), on(3, query.answer()))
    #expect(bench.outcomes == [.answered])
    #expect(bench.exchanges[0].retries == 1)
    #expect(bench.ledger.deduplicated == 2)
    #expect(bench.exchanges[0].messageCount == 3)
  }

  @Test func `the same question later is another exchange`() throws {
    var bench = Bench()
    let later = query.changed { $0.time = 6000 }
    try bench.push(query, on(3, query), on(3, query.answer()))
    bench.advance(to: 5500)
    try bench.push(later, on(3, later), on(3, later.answer()), on(2, later.answer()))
    #expect(bench.outcomes == [.answered, .answered])
  }

  /// On loopback, where each packet is seen once.
  private let local = Packet().changed {
    $0.cookie = 0
    $0.interface = 1
    $0.client = Endpoint("127.0.0.1", 40000)
    $0.server = Endpoint("127.0.0.1", 53)
  }

  @Test func `the local server that sends an answer is never taken for the client`() throws {
    let query = local.changed { $0.pid = nil }
    let answer = query.answer().changed {
      $0.side = .server
      $0.pid = 53
    }
    var bench = Bench()
    try bench.push(query, answer)
    #expect(bench.exchanges.map(\.attribution.pid) == [nil])
    #expect(bench.exchanges.map(\.answeredBy?.pid) == [53])
    var messages = Bench(.messages)
    try messages.push(query, answer)
    #expect(messages.messages.map(\.role) == [.client, .client])
    #expect(messages.messages.map(\.attribution.pid) == [nil, nil])
  }

  @Test func `on loopback the server's packet shows the process that answered`() throws {
    let query = local
    let answer = query.answer().changed {
      $0.side = .server
      $0.pid = 53
    }
    var bench = Bench()
    try bench.push(query, answer)
    #expect(bench.outcomes == [.answered])
    #expect(bench.exchanges[0].role == .client)
    #expect(bench.exchanges[0].attribution.pid == 42)
    #expect(bench.exchanges[0].answeredBy?.pid == 53)
  }
}
