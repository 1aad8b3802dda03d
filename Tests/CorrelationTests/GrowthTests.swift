import TraceModel
import DNSWire
import PacketDecoding
import Testing

@testable import Correlation

/// The memory does not grow with the number of exchanges that have ended.
struct GrowthTests {
  @Test(arguments: [2, 200])
  func `thirty thousand unanswered queries leave no entries`(timeout: Int64) throws {
    let query = Packet()
    let limit = 1000
    var bench = Bench(Correlator(timeout: timeout * 1_000_000, limit: limit))
    var most = 0
    // A hundred thousand a second, all with one id on one socket: at the shorter timeout two hundred
    // wait and the others are remembered, at the longer one most end early.
    for index in 0..<30_000 {
      try bench.push(
        query.changed {
          $0.client = Endpoint(address: IPAddress(v4: UInt32(index >> 8)), port: UInt16(index & 0xff))
          $0.nanoseconds = Int64(index) * 10_000
        })
      if index % 100 == 0 { most = max(most, bench.correlator.held) }
    }
    #expect(most <= 8 * limit + 2048)
    #expect((bench.ledger.endedEarly == 0) == (timeout == 2))
    bench.advance(to: 1_000_000)
    bench.advance(to: 2_000_000)
    #expect(bench.correlator.held == 0)
    #expect(bench.events.count == 30_000)
  }

  @Test func `only the newest unanswered queries are remembered`() throws {
    let query = Packet()
    var bench = Bench(Correlator(timeout: 1_000_000, mostRemembered: 50))
    func packet(_ packet: Packet, client: UInt64, at milliseconds: Int64) -> Packet {
      packet.changed {
        $0.cookie = client + 1
        $0.time = milliseconds
      }
    }
    for client in UInt64(0)..<200 { try bench.push(packet(query, client: client, at: 0)) }
    for client in UInt64(0)..<200 { try bench.push(packet(query.answer(), client: client, at: 10)) }
    let outcomes = bench.outcomes
    #expect(outcomes.filter { $0 == .unanswered }.count == 200)
    #expect(outcomes.filter { $0 == .unsolicited }.count == 150)
    #expect(outcomes.suffix(50).allSatisfy { $0 == .late })
  }

  @Test func `answered exchanges do not accumulate during a long timeout`() throws {
    let query = Packet()
    var bench = Bench(Correlator(timeout: 3_600_000_000_000))
    var most = 0
    for _ in 0..<5000 {
      try bench.push(query, query.answer())
      most = max(most, bench.correlator.held)
    }
    #expect(most < 4096)
  }

  @Test func `deadlines expire in order, each once, and their memory is freed`() {
    var queue = DeadlineQueue()
    var out: [ExchangeID] = []
    for id in UInt64(0)..<50_000 {
      queue.add(ExchangeID(slot: 0, number: id), at: Timestamp(milliseconds: Int64(id)))
      if id % 2 == 0, let first = queue.popFirst(by: Timestamp(milliseconds: Int64(id))) { out.append(first) }
    }
    #expect(queue.popFirst(by: Timestamp(milliseconds: 24_999)) == nil)
    while let id = queue.popFirst(by: Timestamp(milliseconds: 50_000)) { out.append(id) }
    #expect(out.map(\.number) == Array(0..<50_000))
    #expect(queue.count == 0)
  }
}
