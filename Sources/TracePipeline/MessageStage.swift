import TraceModel
import Correlation
package import DNSWire
package import PacketDecoding

/// Called for each message that could not be decoded, after it was counted.
package typealias MalformedReport = (_ error: WireError, _ context: MessageContext) -> Void

/// Decodes payloads, and passes the messages to pairing.
struct MessageStage: ~Copyable, PayloadReceiver {
  private var reader = MessageReader()
  private var proven = ProvenFlows()
  private var correlator: Correlator
  private(set) var publish: PublishStage
  private let reportMalformed: MalformedReport?
  /// For each message since `forgetCompleted`, the numbers of its packets.
  private(set) var completed: [PacketNumbers] = []
  private let namesPackets: Bool

  init(
    _ correlator: consuming Correlator, _ publish: PublishStage, reportMalformed: MalformedReport?,
    namesPackets: Bool
  ) {
    self.correlator = correlator
    self.publish = publish
    self.reportMalformed = reportMalformed
    self.namesPackets = namesPackets
  }

  /// Sets the time, and the octets of the packets in incomplete messages.
  mutating func begin(at now: Timestamp, heldElsewhere: Int) {
    publish.now = max(publish.now, now)
    correlator.heldElsewhere = heldElsewhere
  }

  func isProven(_ flow: Flow) -> Bool { proven.contains(flow) }

  mutating func receive(_ payload: borrowing DNSPayload, ledger: inout Ledger) {
    ledger.messages += 1
    if namesPackets, !payload.contexts[0].packets.isEmpty { completed.append(payload.contexts[0].packets) }
    // On a flow that has carried DNS every message is DNS; elsewhere its own octets must show it.
    let isTrusted = payload.contexts[0].recognition != .shape || proven.contains(payload.contexts[0].flow)
    do {
      let index = try reader.read(payload, trust: isTrusted ? .flow : .itself)
      if !isTrusted { proven.insert(payload.contexts[0].flow) }
      correlator.push(payload, index, reader, into: &publish, ledger: &ledger)
    } catch {
      guard isTrusted else {
        ledger.foreign += 1
        return
      }
      ledger.malformed += 1
      reportMalformed?(error, payload.contexts[0])
    }
  }

  mutating func forgetCompleted() { while completed.popLast() != nil {} }

  mutating func askWhetherDone() { publish.askWhetherDone() }

  mutating func advance(to now: Timestamp, ledger: inout Ledger) {
    correlator.advance(to: now, into: &publish, ledger: &ledger)
  }

  mutating func finish(ledger: inout Ledger) { correlator.finish(into: &publish, ledger: &ledger) }
}

/// Relates exchanges to each other, and passes each, borrowed, to the subscribers in turn.
struct PublishStage: ExchangeReceiver {
  let subscribers: [any Subscriber]
  /// Those that decide when the trace ends.
  private let deciding: [any Subscriber]
  /// Whether no subscriber wanted more exchanges when they were last asked.
  private(set) var isDone = false
  /// The latest time of a packet or of `advance`.
  var now = Timestamp(nanoseconds: .min)

  init(_ subscribers: [any Subscriber]) {
    self.subscribers = subscribers
    let others = subscribers.filter { !$0.followsOthers }
    deciding = others.isEmpty ? subscribers : others
  }

  mutating func askWhetherDone() { isDone = deciding.allSatisfy { $0.isDone } }

  mutating func receive(_ exchange: borrowing Exchange, ledger: inout Ledger) {
    ledger.published += UInt64(exchange.messageCount)
    for subscriber in subscribers { subscriber.receive(exchange, at: now) }
    askWhetherDone()
  }
}
