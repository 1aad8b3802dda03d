import Bytes
import TraceModel
import PacketDecoding
import Testing

/// A dissector with its ledger and its payloads; checks after every step that the ledger balances.
struct Bench: ~Copyable {
  var dissector: Dissector
  var ledger = Ledger()
  private var received = Received()
  /// The counts of the packets when they were pushed.
  private(set) var outcomes: [PacketOutcome] = []

  init(limits: Limits = .init(), dnsPorts: PortSet = .standard) {
    dissector = Dissector(limits: limits, dnsPorts: dnsPorts)
  }

  var payloads: [Payload] { received.payloads }
  var messages: [[UInt8]] { payloads.map(\.message) }

  /// Marks a flow as one that has carried a valid message.
  mutating func prove(_ flow: Flow) { received.proven.insert(flow) }
  func isProven(_ flow: Flow) -> Bool { received.isProven(flow) }

  mutating func push(_ capture: Capture, sourceLocation: SourceLocation = #_sourceLocation) {
    ledger.recognised += 1
    received.packet = capture.bytes
    outcomes.append(dissector.push(capture.view, into: &received, ledger: &ledger))
    if ledger.packetDifference != 0 {
      Issue.record("packets off by \(ledger.packetDifference)", sourceLocation: sourceLocation)
    }
  }

  mutating func push(_ captures: [Capture]) {
    for capture in captures { push(capture) }
  }

  mutating func advance(to seconds: Double) {
    dissector.advance(to: Timestamp(nanoseconds: Int64(seconds * 1e9)), into: &received, ledger: &ledger)
    #expect(ledger.packetDifference == 0)
  }

  mutating func finish(sourceLocation: SourceLocation = #_sourceLocation) {
    dissector.finish(into: &received, ledger: &ledger)
    #expect(ledger.packetDifference == 0, sourceLocation: sourceLocation)
    #expect(dissector.heldOctets == 0, sourceLocation: sourceLocation)
    #expect(dissector.streamCount == 0, sourceLocation: sourceLocation)
    #expect(dissector.datagramCount == 0, sourceLocation: sourceLocation)
  }

  /// The packet counts in the order message-completing, continuing, repeated, malformed, unassembled, foreign.
  var counts: [UInt64] {
    [
      ledger.messageCompleting, ledger.continuing, ledger.repeated, ledger.malformedPackets,
      ledger.unassembled, ledger.foreignPackets,
    ]
  }
}

/// A payload that was delivered, copied.
@dynamicMemberLookup
struct Payload {
  let message: [UInt8]
  let context: MessageContext
  /// Whether it was in the packet that was pushed last.
  let isInPacket: Bool

  subscript<Value>(dynamicMember path: KeyPath<MessageContext, Value>) -> Value { context[keyPath: path] }
}

/// Stores the payloads of a dissector.
struct Received: PayloadReceiver {
  var payloads: [Payload] = []
  var proven = ProvenFlows()
  var packet: [UInt8] = []

  func isProven(_ flow: Flow) -> Bool { proven.contains(flow) }

  mutating func receive(_ payload: borrowing DNSPayload, ledger: inout Ledger) {
    var message: [UInt8] = []
    message.append(contentsOf: payload.octets)
    payloads.append(
      Payload(
        message: message, context: payload.contexts[0],
        isInPacket: packet.span.indices(of: payload.octets) != nil))
  }
}

/// SplitMix64: small, fast, and the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
