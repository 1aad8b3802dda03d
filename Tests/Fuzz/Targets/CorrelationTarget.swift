import TraceModel
import Correlation
import DNSWire
import PacketDecoding

func fuzzCorrelation(_ octets: [UInt8]) {
  var supply = Supply(octets)
  let settings = supply.octet()
  var conversation = Conversation(
    settings & 1 == 0 ? .exchanges : .messages, timeout: Int64(settings >> 1 & 7) * 100_000_000,
    limit: settings & 0x10 == 0 ? 1000 : 3, mostRemembered: settings & 0x20 == 0 ? 100 : 2)
  while !supply.isEmpty {
    let choice = supply.octet()
    switch choice & 7 {
    case 0: conversation.advance(by: Int64(supply.short()) * 10_000_000)
    // Clocks that are set, and arbitrary times in files.
    case 1: conversation.time = Timestamp(nanoseconds: Int64(bitPattern: supply.quad()))
    default:
      conversation.time = conversation.time.advanced(byNanoseconds: Int64(choice >> 3) * 20_000_000)
      conversation.push(&supply)
    }
  }
  conversation.finish()
}

/// A correlator whose invariants are checked after every step.
struct Conversation: ~Copyable {
  private var correlator: Correlator
  private var reader = MessageReader()
  private var ledger = Ledger()
  private var received: CheckedExchanges
  var time = Timestamp(nanoseconds: 1_795_341_813_000_000_000)

  init(_ unit: Unit, timeout: Int64, limit: Int = 1000, mostRemembered: Int = 100) {
    received = CheckedExchanges(unit: unit)
    correlator = Correlator(unit: unit, timeout: timeout, limit: limit, mostRemembered: mostRemembered)
  }

  /// Its exchanges.
  var exchanges: [StoredExchange] { received.exchanges }

  mutating func push(
    _ message: [UInt8], _ flow: Flow, _ direction: Direction, cookie: UInt64, interface: UInt32,
    namespace: UInt32, _ attribution: Attribution, missing: Int = 0, recognition: Recognition = .port
  ) {
    ledger.messages += 1
    let context: InlineArray<1, _> = [
      MessageContext(
        flow: flow, length: message.count + missing, time: time, direction: direction, socketCookie: cookie,
        interfaceIndex: interface, networkNamespace: namespace, recognition: recognition,
        attribution: attribution,
        missing: missing)
    ]
    let payload = DNSPayload(message.span, context.span)
    guard let index = try? reader.read(payload, trust: recognition == .shape ? .itself : .flow) else {
      ledger.malformed += 1
      return
    }
    correlator.push(payload, index, reader, into: &received, ledger: &ledger)
    check()
  }

  mutating func advance(by nanoseconds: Int64) {
    time = time.advanced(byNanoseconds: nanoseconds)
    correlator.advance(to: time, into: &received, ledger: &ledger)
    check()
  }

  mutating func finish() {
    correlator.finish(into: &received, ledger: &ledger)
    check()
    precondition(ledger.messageDifference == 0, "the ledger does not balance: \(ledger)")
  }

  private func check() {
    precondition(
      ledger.published + ledger.deduplicated + ledger.malformed <= ledger.messages,
      "more messages than were pushed")
  }
}

/// Checks each exchange, and stores it.
private struct CheckedExchanges: ExchangeReceiver {
  let unit: Unit
  private(set) var exchanges: [StoredExchange] = []

  init(unit: Unit) { self.unit = unit }

  mutating func receive(_ exchange: borrowing Exchange, ledger: inout Ledger) {
    precondition(exchange.messageCount > 0)
    if exchange.isMessage {
      precondition(unit == .messages)
    } else {
      precondition(
        (exchange.answer == nil) == exchange.outcome.isWithoutAnswer, "an outcome without an answer has one")
      precondition(
        (exchange.query == nil) == (exchange.outcome == .unsolicited), "an outcome without a query has one")
    }
    ledger.published += UInt64(exchange.messageCount)
    exchanges.append(StoredExchange(copying: exchange))
  }
}

extension Conversation {
  /// Pushes a message that the supply selects, with few names, ids and sockets, so that they are often the same.
  mutating func push(_ supply: inout Supply) {
    let (what, who, whose) = (supply.octet(), supply.octet(), supply.octet())
    let names = [OwnedName("a.example"), OwnedName("b.example"), OwnedName("A.example"), nil]
    let isResponse = what & 1 != 0
    var builder = MessageBuilder(
      header: Header(id: UInt16(what >> 1 & 3), flags: isResponse ? 0x8180 : 0x0100))
    if what & 8 != 0 { builder.header.responseCode = .nameError }
    if let name = names[Int(what >> 4 & 3)] {
      builder.questions = [.init(qname: name, qtype: what & 0x40 == 0 ? .a : .aaaa)]
      if isResponse, what & 0x80 != 0 {
        builder.answers = [.init(name: name, type: .a, ttl: 60, rdata: .a(0xc000_0207))]
      }
    }
    let addresses = [IPAddress(v4: 0x7f00_0001), IPAddress(v4: 0xc000_0201), IPAddress(v6High: 1, low: 2)]
    let client = Endpoint(address: addresses[Int(who & 3) % 3], port: 40_000 + UInt16(who >> 2 & 1))
    let server = Endpoint(address: addresses[Int(who >> 3 & 3) % 3], port: who & 0x20 == 0 ? 53 : 5353)
    let transports: [Transport] = [.udp, .tcp, .udpLite, .udp]
    let flow = Flow(transport: transports[Int(who >> 6)], source: client, destination: server)
    let directions: [Direction] = [.egress, .ingress, .unspecified, .egress]
    let owner = TaskSnapshot(
      identity: ProcessIdentity(pid: Int32(whose >> 6), startTime: 1), tid: 1,
      credentials: Credentials(uid: 0, gid: 0), name: "test", threadName: "test", source: .send)
    push(
      builder.build(), isResponse ? flow.reversed : flow, directions[Int(whose & 3)],
      cookie: UInt64(whose >> 2 & 3), interface: UInt32(whose >> 4 & 1), namespace: UInt32(whose >> 5 & 1),
      whose >> 6 == 0 ? .notRecorded : Attribution(owner: owner, method: .owner))
  }
}

extension Supply {
  mutating func quad() -> UInt64 {
    var word: UInt64 = 0
    for _ in 0..<8 { word = word << 8 | UInt64(octet()) }
    return word
  }
}
