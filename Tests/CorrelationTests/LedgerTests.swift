import TraceModel
import Correlation
import DNSWire
import Testing

/// Every message is in exactly one count, for any input.
struct LedgerTests {
  /// SplitMix64, so that a failure can be reproduced.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = state
      word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
      return word ^ word >> 31
    }
  }

  /// Few ids, names, sockets and addresses, so that they are often the same.
  private func packet(at time: Int64, _ random: inout Generator) -> Packet {
    Packet().changed {
      $0.id = .random(in: 0...3, using: &random)
      $0.name = ["a.example", "b.example", nil].randomElement(using: &random) ?? nil
      $0.type = [.a, .aaaa].randomElement(using: &random) ?? .a
      // Only an answer may come without its question.
      $0.isResponse = $0.name == nil || .random(using: &random)
      $0.records = $0.isResponse && .random(using: &random) ? ["a.example"] : []
      let addresses = ["127.0.0.1", "192.0.2.1", "192.0.2.2"]
      $0.client = Endpoint(addresses.randomElement(using: &random) ?? "", .random(in: 1...3, using: &random))
      $0.server = Endpoint(addresses.randomElement(using: &random) ?? "", 53)
      $0.transport = .random(using: &random) ? .udp : .tcp
      $0.side = .random(using: &random) ? .client : .server
      $0.cookie = .random(in: 0...3, using: &random)
      $0.namespace = .random(in: 1...2, using: &random)
      $0.interface = .random(in: 0...2, using: &random)
      $0.pid = .random(using: &random) ? 42 : nil
      // Processors' clocks differ a little.
      $0.time = max(0, time + .random(in: -20...20, using: &random))
    }
  }

  @Test(arguments: [Unit.exchanges, .messages], [4, 60, 10_000])
  func `messages are published or deduplicated, and nothing else`(unit: Unit, limit: Int) throws {
    for seed in UInt64(1)...8 {
      var random = Generator(state: seed)
      var bench = Bench(unit, timeout: .random(in: 0...400, using: &random), limit: limit)
      var time: Int64 = 0
      for _ in 0..<500 {
        time += .random(in: 0...60, using: &random)
        let packet = packet(at: time, &random)
        try bench.push(packet)
        if .random(in: 0..<3, using: &random) == 0 { try bench.push(packet.copy(cookie: 9)) }
        if .random(in: 0..<3, using: &random) == 0 { try bench.push(packet.answer(after: 1)) }
        if .random(in: 0..<8, using: &random) == 0 { bench.advance(to: time) }
      }
      bench.finish()
      let ledger = bench.ledger
      #expect(
        ledger.messages == ledger.published + ledger.deduplicated, "seed \(seed): \(ledger)")
      #expect(ledger.published > 0 && ledger.deduplicated > 0, "seed \(seed)")
      if unit == .exchanges {
        #expect(bench.exchanges.allSatisfy { $0.messageCount >= 1 && $0.message != nil })
        #expect(
          bench.exchanges.allSatisfy { ($0.answer == nil) == [.unanswered, .pending].contains($0.outcome) })
        #expect(bench.exchanges.allSatisfy { ($0.query == nil) == ($0.outcome == .unsolicited) })
      } else {
        #expect(bench.exchanges.isEmpty)
      }
    }
  }

  @Test func `every outcome of an exchange occurs among random packets`() throws {
    var random = Generator(state: 1)
    var bench = Bench(timeout: 200)
    var seen: Set<Outcome> = []
    for step in 0..<5000 {
      try bench.push(packet(at: Int64(step) * 10, &random))
    }
    bench.finish()
    seen.formUnion(bench.outcomes)
    #expect(seen == Set(Outcome.allCases))
  }
}
