package import TraceModel
package import Correlation
package import DNSWire
package import PacketDecoding

/// Packets in, exchanges out to the subscribers: dissect, decode, pair, relate, publish. No clock, no I/O.
///
/// It is a pure function of the packets and the times that it is given, on the thread of its caller.
package struct Pipeline: ~Copyable {
  package struct Configuration: Sendable {
    package var unit = Unit.exchanges
    /// Nanoseconds after which a query counts as unanswered.
    package var timeout: Int64 = 5_000_000_000
    /// What passes these is DNS, whatever it looks like.
    package var dnsPorts: Set<UInt16>
    /// Whether what looks like DNS counts on other ports too.
    package var isAnyPort = true

    package init(dnsPorts: Set<UInt16>) { self.dnsPorts = dnsPorts }
  }

  /// Called for each message that could not be decoded, after it was counted.
  package typealias MalformedReport = (_ error: WireError, _ payload: DNSPayload) -> Void

  private var dissector: Dissector
  private var correlator: Correlator
  private let subscribers: [any Subscriber]
  /// Those of `subscribers` that take the packets too.
  private let packetSubscribers: [any Subscriber]
  private let reportMalformed: MalformedReport?
  private var packetCount: UInt64 = 0
  /// The latest time of a packet or of `advance`.
  private var now = Timestamp(nanoseconds: .min)
  package internal(set) var ledger = Ledger()

  // Used again for each packet.
  private var payloads: [DNSPayload] = []
  private var events: [Event] = []
  private static let mostKept = 1024

  package init(
    _ configuration: Configuration, subscribers: [any Subscriber], reportMalformed: MalformedReport? = nil
  ) {
    dissector = Dissector(dnsPorts: PortSet(configuration.dnsPorts), isAnyPort: configuration.isAnyPort)
    correlator = Correlator(unit: configuration.unit, timeout: configuration.timeout)
    self.subscribers = subscribers
    packetSubscribers = subscribers.filter(\.takesPackets)
    self.reportMalformed = reportMalformed
  }

  /// Whether no subscriber wants anything more.
  package var isDone: Bool { subscribers.allSatisfy(\.isDone) }

  package func start() { for subscriber in subscribers { subscriber.start() } }

  /// Takes one packet; what it completes is published before this returns.
  package mutating func push(_ packet: borrowing Capture) {
    now = max(now, packet.time)
    guard !packetSubscribers.isEmpty else {
      return step { pipeline, payloads, _ in
        pipeline.dissector.push(packet, ledger: &pipeline.ledger) { payloads.append($0) }
      }
    }
    var packet = copy packet
    packetCount += 1
    packet.number = packetCount
    for subscriber in packetSubscribers { subscriber.admit(packet) }
    step { pipeline, payloads, _ in
      let before = pipeline.ledger
      pipeline.dissector.push(packet, ledger: &pipeline.ledger) { payloads.append($0) }
      let fate = PacketFate(
        completed: payloads.map(\.packets), mayContinue: pipeline.ledger.mayContinue(since: before))
      for subscriber in pipeline.packetSubscribers { subscriber.conclude(fate) }
    }
    for subscriber in packetSubscribers { subscriber.settle() }
  }

  /// Lets time pass: gaps close, exchanges time out.
  package mutating func advance(to now: Timestamp) {
    self.now = max(self.now, now)
    step { pipeline, payloads, _ in
      pipeline.dissector.advance(to: now, ledger: &pipeline.ledger) { payloads.append($0) }
    }
    step { pipeline, _, events in pipeline.correlator.advance(to: now) { events.append($0) } }
    for subscriber in subscribers { subscriber.advance(to: now) }
  }

  /// Publishes what still waits.
  package mutating func finish() {
    step { pipeline, payloads, _ in
      pipeline.dissector.finish(ledger: &pipeline.ledger) { payloads.append($0) }
    }
    step { pipeline, _, events in pipeline.correlator.finish { events.append($0) } }
    for subscriber in subscribers { subscriber.finish() }
  }
}

// MARK: Stages

extension Pipeline {
  private mutating func step(_ body: (inout Pipeline, inout [DNSPayload], inout [Event]) -> Void) {
    // Taken out for as long as they are used, and put back empty with their room.
    var payloads: [DNSPayload] = []
    var events: [Event] = []
    swap(&payloads, &self.payloads)
    swap(&events, &self.events)
    body(&self, &payloads, &events)
    correlator.heldElsewhere = dissector.cost
    // Each is taken out, not copied, so the first must be the last.
    if payloads.count > 1 { payloads.reverse() }
    while let payload = payloads.popLast() { decode(payload) { events.append($0) } }
    if events.count > 1 { events.reverse() }
    while let event = events.popLast() { publish(relate(event)) }
    if payloads.capacity > Self.mostKept { payloads = [] }
    if events.capacity > Self.mostKept { events = [] }
    swap(&payloads, &self.payloads)
    swap(&events, &self.events)
  }

  private mutating func decode(_ payload: DNSPayload, _ body: (Event) -> Void) {
    ledger.messages += 1
    // On a flow that has carried DNS everything is DNS; else a message has to convince by itself.
    let isTrusted = payload.recognition != .shape || dissector.isProven(payload.flow)
    do {
      let message = try DecodedMessage(payload, trust: isTrusted ? .flow : .itself)
      if !isTrusted { dissector.prove(payload.flow) }
      correlator.push(message, ledger: &ledger, body)
    } catch {
      guard isTrusted else {
        ledger.foreign += 1
        return
      }
      ledger.malformed += 1
      reportMalformed?(error, payload)
    }
  }

  /// Where exchanges will be related to one another. The local server's copy of a message is deduplicated in pairing.
  private func relate(_ event: Event) -> Event { event }

  private mutating func publish(_ event: Event) {
    ledger.published += UInt64(event.messageCount)
    for subscriber in subscribers { subscriber.receive(event, at: now) }
  }
}

extension Ledger {
  /// Whether the packet that was counted in between may hold a part of a message that others complete.
  fileprivate func mayContinue(since before: Ledger) -> Bool {
    let isEmpty = repeated != before.repeated || foreignPackets != before.foreignPackets
    return !isEmpty || continuing != before.continuing
  }
}
