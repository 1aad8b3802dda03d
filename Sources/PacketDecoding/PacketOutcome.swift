import TraceModel

/// The one count of the ledger that a packet ends in.
package enum PacketOutcome: Sendable {
  case messageCompleting, continuing, repeated, malformed, unassembled, foreign
}

extension Ledger {
  /// Counts what became of one datagram or segment that came in `packets` packets, and returns it.
  @discardableResult
  package mutating func count(_ outcome: PacketOutcome, packets: Int) -> PacketOutcome {
    let packets = UInt64(truncatingIfNeeded: packets)
    switch outcome {
    case .messageCompleting:
      messageCompleting &+= 1
      continuing &+= packets &- 1
    case .continuing: continuing &+= packets
    case .repeated: repeated &+= packets
    case .malformed: malformedPackets &+= packets
    case .unassembled: unassembled &+= packets
    case .foreign: foreignPackets &+= packets
    }
    return outcome
  }

  /// Counts packets anew that were taken for `continuing` when they were accepted.
  package mutating func recount(_ outcome: PacketOutcome, packets: Int) {
    // Wrapping: a caller may add up one ledger per interval, and only the sum has to be right.
    continuing &-= UInt64(truncatingIfNeeded: packets)
    count(outcome, packets: packets)
  }
}
