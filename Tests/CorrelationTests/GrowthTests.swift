import TraceModel
import DNSWire
import PacketDecoding
import Testing

@testable import Correlation

/// What is held does not grow with what has passed.
struct GrowthTests {
  @Test(arguments: [2, 200])
  func `thirty thousand queries that nobody answers leave nothing behind`(timeout: Int64) throws {
    let query = Packet()
    let limit = 1000
    var correlator = Correlator(timeout: timeout * 1_000_000, limit: limit)
    var ledger = Ledger()
    var emitted = 0
    var most = 0
    // A hundred thousand a second, all under one id on one socket: at the shorter timeout two hundred
    // wait and the rest is remembered, at the longer one most end early.
    for index in 0..<30_000 {
      let observation = try query.changed {
        $0.client = Endpoint(address: IPAddress(v4: UInt32(index >> 8)), port: UInt16(index & 0xff))
        $0.nanoseconds = Int64(index) * 10_000
      }.observation()
      correlator.push(observation, ledger: &ledger) { _ in emitted += 1 }
      if index % 100 == 0 { most = max(most, correlator.held) }
    }
    #expect(most <= 8 * limit + 2048)
    #expect((ledger.endedEarly == 0) == (timeout == 2))
    correlator.advance(to: Timestamp(milliseconds: 1_000_000)) { _ in emitted += 1 }
    correlator.advance(to: Timestamp(milliseconds: 2_000_000)) { _ in emitted += 1 }
    #expect(correlator.held == 0)
    #expect(emitted == 30_000)
  }

  @Test func `of what nobody answered only the newest is remembered`() throws {
    let query = Packet()
    var correlator = Correlator(timeout: 1_000_000, mostRemembered: 50)
    var ledger = Ledger()
    var outcomes: [Outcome] = []
    func push(_ packet: Packet, client: UInt64, at milliseconds: Int64) throws {
      let packet = packet.changed {
        $0.cookie = client + 1
        $0.time = milliseconds
      }
      correlator.push(try packet.observation(), ledger: &ledger) {
        if case .exchange(let exchange) = $0 { outcomes.append(exchange.outcome) }
      }
    }
    for client in UInt64(0)..<200 { try push(query, client: client, at: 0) }
    for client in UInt64(0)..<200 { try push(query.answer(), client: client, at: 10) }
    #expect(outcomes.filter { $0 == .unanswered }.count == 200)
    #expect(outcomes.filter { $0 == .unsolicited }.count == 150)
    #expect(outcomes.suffix(50).allSatisfy { $0 == .late })
  }

  @Test func `answered exchanges do not pile up while a long timeout runs`() throws {
    let query = try Packet().observation()
    let answer = try Packet().answer().observation()
    var correlator = Correlator(timeout: 3_600_000_000_000)
    var ledger = Ledger()
    var most = 0
    for _ in 0..<5000 {
      correlator.push(query, ledger: &ledger) { _ in }
      correlator.push(answer, ledger: &ledger) { _ in }
      most = max(most, correlator.held)
    }
    #expect(most < 4096)
  }

  @Test func `deadlines come out in order, each once, and leave no room behind`() {
    var queue = DeadlineQueue()
    var out: [ExchangeID] = []
    for id in UInt64(0)..<50_000 {
      queue.add(ExchangeID(number: id), at: Timestamp(milliseconds: Int64(id)))
      if id % 2 == 0, let first = queue.popFirst(by: Timestamp(milliseconds: Int64(id))) { out.append(first) }
    }
    #expect(queue.popFirst(by: Timestamp(milliseconds: 24_999)) == nil)
    while let id = queue.popFirst(by: Timestamp(milliseconds: 50_000)) { out.append(id) }
    #expect(out.map(\.number) == Array(0..<50_000))
    #expect(queue.count == 0)
  }
}
