import TraceModel

/// The count of a packet in the ledger.
package enum PacketOutcome: Sendable {
  case messageCompleting, continuing, repeated, malformed, unassembled, foreign
}

extension Ledger {
  /// Counts the outcome of one datagram or segment from `packets` packets, and returns it.
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

  /// Changes the count of packets that were counted as `continuing`.
  package mutating func recount(_ outcome: PacketOutcome, packets: Int) {
    // Wrapping: a caller may add up one ledger per interval, and only the sum must be correct.
    continuing &-= UInt64(truncatingIfNeeded: packets)
    count(outcome, packets: packets)
  }
}
