import TraceModel
import Correlation
import DNSWire
import Testing

/// A correlator with what it said and what it counted.
struct Bench {
  var correlator: Correlator
  var ledger = Ledger()
  var events: [Event] = []

  init(_ unit: Unit = .exchanges, timeout milliseconds: Int64 = 5000, limit: Int = 1000) {
    correlator = Correlator(unit: unit, timeout: milliseconds * 1_000_000, limit: limit)
  }

  mutating func push(_ packets: Packet...) throws { try push(packets) }

  mutating func push(_ packets: [Packet]) throws {
    for packet in packets {
      let observation = try packet.observation()
      ledger.messages += 1
      var new: [Event] = []
      correlator.push(observation, ledger: &ledger) { new.append($0) }
      count(new)
    }
  }

  mutating func advance(to milliseconds: Int64) {
    var new: [Event] = []
    correlator.advance(to: Timestamp(milliseconds: milliseconds)) { new.append($0) }
    count(new)
  }

  mutating func finish() {
    var new: [Event] = []
    correlator.finish { new.append($0) }
    count(new)
  }

  private mutating func count(_ new: [Event]) {
    events += new
    for event in new {
      switch event {
      case .exchange(let exchange): ledger.published += UInt64(exchange.messageCount)
      case .message: ledger.published += 1
      }
    }
  }

  var exchanges: [Exchange] {
    events.compactMap { if case .exchange(let exchange) = $0 { exchange } else { nil } }
  }

  /// The exchange at `index`, if there are so many: a test may fail but not trap.
  func exchange(_ index: Int) throws -> Exchange { try #require(exchanges.dropFirst(index).first) }

  func message(_ index: Int) throws -> (observation: DecodedMessage, role: Exchange.Role) {
    try #require(messages.dropFirst(index).first)
  }

  var outcomes: [Outcome] { exchanges.map(\.outcome) }

  var messages: [(observation: DecodedMessage, role: Exchange.Role)] {
    events.compactMap {
      if case .message(let observation, let role) = $0 { (observation, role) } else { nil }
    }
  }
}

extension Exchange {
  /// The name asked for, for short.
  var name: String? {
    let asking = asking
    return asking?.view.question?.qname.presentation(finalDot: false)
  }

  /// The type asked for.
  var type: RecordType? {
    let asking = asking
    return asking?.view.question?.qtype
  }

  /// Milliseconds.
  var delay: Int64? { latency.map { $0 / 1_000_000 } }
}
