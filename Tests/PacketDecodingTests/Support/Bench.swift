import TraceModel
import PacketDecoding
import Testing

/// A dissector with its ledger and what came out of it; checks after every step that the ledger closes.
struct Bench: ~Copyable {
  var dissector: Dissector
  var ledger = Ledger()
  var payloads: [DNSPayload] = []

  init(limits: Limits = .init(), dnsPorts: PortSet = .standard) {
    dissector = Dissector(limits: limits, dnsPorts: dnsPorts)
  }

  var messages: [[UInt8]] { payloads.map(\.message) }

  mutating func push(_ capture: Capture, sourceLocation: SourceLocation = #_sourceLocation) {
    var completed: [DNSPayload] = []
    ledger.recognised += 1
    dissector.push(capture, ledger: &ledger) { completed.append($0) }
    payloads += completed
    if ledger.packetDifference != 0 {
      Issue.record("packets off by \(ledger.packetDifference)", sourceLocation: sourceLocation)
    }
  }

  mutating func push(_ captures: [Capture]) {
    for capture in captures { push(capture) }
  }

  mutating func advance(to seconds: Double) {
    var completed: [DNSPayload] = []
    dissector.advance(to: Timestamp(nanoseconds: Int64(seconds * 1e9)), ledger: &ledger) {
      completed.append($0)
    }
    payloads += completed
    #expect(ledger.packetDifference == 0)
  }

  mutating func finish(sourceLocation: SourceLocation = #_sourceLocation) {
    var completed: [DNSPayload] = []
    dissector.finish(ledger: &ledger) { completed.append($0) }
    payloads += completed
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

extension DNSPayload {
  var message: [UInt8] { Array(storage[range]) }

  func sharesArray(of capture: Capture) -> Bool {
    let storage = storage
    return storage.span.isIdentical(to: capture.bytes.span)
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
