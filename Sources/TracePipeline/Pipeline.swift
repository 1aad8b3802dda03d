package import TraceModel
package import Correlation
package import DNSWire
import LocalLookups
import PacketDecoding

/// Takes packets, passes exchanges to the subscribers: dissect, decode, pair, relate, publish. No clock, no I/O.
///
/// It is a pure function of the packets and times that it receives, and runs on its caller's thread. Each stage borrows
/// packets, messages and exchanges from the previous one.
package struct Pipeline: ~Copyable {
  package struct Configuration: Sendable {
    package var unit = Unit.exchanges
    /// Nanoseconds after which a query counts as unanswered.
    package var timeout: Int64 = 5_000_000_000
    /// Traffic on these ports is DNS, whatever its shape.
    package var dnsPorts: Set<UInt16>
    /// Whether messages with the shape of DNS count on other ports too.
    package var isAnyPort = true
    /// The search list of the traced host; see `Correlator`.
    package var searchDomains: [OwnedName] = []

    package init(dnsPorts: Set<UInt16>) { self.dnsPorts = dnsPorts }
  }

  private var dissector: Dissector
  private var lookups = LocalLookupTable()
  private var messages: MessageStage
  /// The subscribers that take packets too.
  private let packetSubscribers: [any Subscriber]
  private var packetCount: UInt64 = 0
  package internal(set) var ledger = Ledger()

  package init(
    _ configuration: Configuration, subscribers: [any Subscriber], reportMalformed: MalformedReport? = nil
  ) {
    dissector = Dissector(dnsPorts: PortSet(configuration.dnsPorts), isAnyPort: configuration.isAnyPort)
    packetSubscribers = subscribers.filter(\.takesPackets)
    messages = MessageStage(
      Correlator(
        unit: configuration.unit, timeout: configuration.timeout, searchDomains: configuration.searchDomains),
      PublishStage(subscribers),
      reportMalformed: reportMalformed, namesPackets: !packetSubscribers.isEmpty)
  }

  /// Whether no subscriber wants more exchanges. It changes after an exchange, or when the subscribers are asked.
  package var isDone: Bool { messages.publish.isDone }

  /// Asks the subscribers, whose readers may have disconnected.
  package mutating func askWhetherDone() { messages.askWhetherDone() }

  package func start() { for subscriber in messages.publish.subscribers { subscriber.start() } }

  /// Takes one packet, and publishes what it completes before it returns.
  package mutating func push(_ packet: consuming PacketView) {
    messages.begin(at: packet.header.time, heldElsewhere: heldElsewhere)
    if packet.header.recognition.isLocalLookup {
      lookups.push(packet, into: &messages, ledger: &ledger)
      return
    }
    guard !packetSubscribers.isEmpty else {
      _ = dissector.push(packet, into: &messages, ledger: &ledger)
      return
    }
    packetCount += 1
    packet.header.number = packetCount
    for subscriber in packetSubscribers { subscriber.admit(packet) }
    let outcome = dissector.push(packet, into: &messages, ledger: &ledger)
    conclude(outcome)
  }

  /// Advances the time: gaps are given up, exchanges time out.
  package mutating func advance(to now: Timestamp) {
    messages.begin(at: now, heldElsewhere: heldElsewhere)
    dissector.advance(to: now, into: &messages, ledger: &ledger)
    lookups.advance(to: now, ledger: &ledger)
    messages.advance(to: now, ledger: &ledger)
    concludeLate()
    for subscriber in messages.publish.subscribers { subscriber.advance(to: now) }
  }

  /// Publishes the exchanges that still wait.
  package mutating func finish() {
    dissector.finish(into: &messages, ledger: &ledger)
    lookups.finish(ledger: &ledger)
    messages.finish(ledger: &ledger)
    concludeLate()
    for subscriber in messages.publish.subscribers { subscriber.finish() }
  }

  /// The octets of the packets in incomplete messages.
  private var heldElsewhere: Int { dissector.cost + lookups.cost }

  /// Reports the packets of messages that waited for gaps to be filled.
  private mutating func concludeLate() {
    if !messages.completed.isEmpty { conclude(nil) }
  }

  private mutating func conclude(_ outcome: PacketOutcome?) {
    for subscriber in packetSubscribers {
      subscriber.conclude(PacketResult(completed: messages.completed.span, outcome: outcome))
    }
    messages.forgetCompleted()
  }
}
