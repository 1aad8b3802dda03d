import TraceModel
import Correlation
import DNSWire
import PacketDecoding
import Testing

/// A correlator with its exchanges and its ledger.
struct Bench: ~Copyable {
  var correlator: Correlator
  var ledger = Ledger()
  private var received = Received()
  private var reader = MessageReader()

  init(
    _ unit: Unit = .exchanges, timeout milliseconds: Int64 = 5000, limit: Int = 1000,
    searchDomains: [String] = []
  ) {
    correlator = Correlator(
      unit: unit, timeout: milliseconds * 1_000_000, limit: limit,
      searchDomains: searchDomains.compactMap { OwnedName($0) })
  }

  init(_ correlator: consuming Correlator) { self.correlator = correlator }

  mutating func push(_ packets: Packet...) throws { try push(packets) }

  mutating func push(_ packets: [Packet]) throws {
    for packet in packets {
      ledger.messages += 1
      let octets = try packet.octets()
      let context: InlineArray<1, _> = [packet.context(octets.count)]
      let payload = DNSPayload(octets.span, context.span)
      let index = try reader.read(payload)
      correlator.push(payload, index, reader, into: &received, ledger: &ledger)
    }
  }

  mutating func advance(to milliseconds: Int64) { advance(to: Timestamp(milliseconds: milliseconds)) }

  mutating func advance(to now: Timestamp) {
    correlator.advance(to: now, into: &received, ledger: &ledger)
  }

  mutating func finish() { correlator.finish(into: &received, ledger: &ledger) }

  var lookups: [Lookup] { received.lookups }

  /// The lookup at `index`, if it exists.
  func lookup(_ index: Int) throws -> Lookup { try #require(lookups.dropFirst(index).first) }

  /// All exchanges.
  var events: [StoredExchange] { received.exchanges }
  var exchanges: [StoredExchange] { events.filter { !$0.isMessage } }
  var messages: [StoredExchange] { events.filter(\.isMessage) }

  /// The exchange at `index`, if it exists: a test may fail but not trap.
  func exchange(_ index: Int) throws -> StoredExchange { try #require(exchanges.dropFirst(index).first) }

  func message(_ index: Int) throws -> StoredExchange { try #require(messages.dropFirst(index).first) }

  var outcomes: [Outcome] { exchanges.map(\.outcome) }
}

/// Stores the exchanges of a correlator, and counts them like a pipeline.
struct Received: ExchangeReceiver {
  private(set) var exchanges: [StoredExchange] = []
  private(set) var lookups: [Lookup] = []

  mutating func receive(_ exchange: borrowing Exchange, ledger: inout Ledger) {
    ledger.published += UInt64(exchange.messageCount)
    exchanges.append(StoredExchange(copying: exchange))
    if let lookup = exchange.lookup { lookups.append(lookup) }
  }
}

extension StoredExchange {
  /// The queried name.
  var name: String? { view.question?.qname.presentation(finalDot: false) }

  /// The queried type.
  var type: RecordType? { view.question?.qtype }

  var latency: Int64? { view.latency }

  /// Milliseconds.
  var delay: Int64? { latency.map { $0 / 1_000_000 } }

  var client: Endpoint? { view.client }
  var server: Endpoint? { view.server }

  /// The single message that is shown.
  var message: StoredDecodedMessage? { query ?? answer }
}
