/// Every count of what a trace saw and lost, and the two sums that must come out even.
///
/// The first sum is in packets, from the kernel's recognition to a parsed payload. The second is in DNS messages, from a
/// payload to a published exchange; what becomes of these is in the ledger of each subscriber. Each packet and each message
/// ends in exactly one count on the right-hand side.
package struct Ledger: Hashable, Sendable {
  // In the kernel, in packets.
  package var seen: UInt64 = 0
  package var recognised: UInt64 = 0
  package var shipped: UInt64 = 0
  package var ringFull: UInt64 = 0
  package var shortened: UInt64 = 0
  package var noSocket: UInt64 = 0
  package var noOwner: UInt64 = 0

  // In user space, in packets.
  /// Held the last octet of at least one message.
  package var messageCompleting: UInt64 = 0
  /// TCP payload or an IP fragment that is held, or was, as a part of a message that another packet completed.
  package var continuing: UInt64 = 0
  /// DNSPayload that had been seen before, or no payload at all.
  package var repeated: UInt64 = 0
  /// Headers that contradict themselves or end early, and empty frames on TCP.
  package var malformedPackets: UInt64 = 0
  /// TCP payload or an IP fragment let go: a bound was reached, a gap never closed, or the middle of
  /// a message came with no beginning.
  package var unassembled: UInt64 = 0
  /// Another protocol, a stream that turned out to carry something else, or on an unknown port a
  /// datagram that does not look like DNS.
  package var foreignPackets: UInt64 = 0

  // In user space, in messages.
  package var messages: UInt64 = 0
  /// Messages of the exchanges (or, with `--messages`, messages) that the subscribers received.
  package var published: UInt64 = 0
  /// The other socket's copy of a message on the same host.
  package var deduplicated: UInt64 = 0
  /// Looked like DNS by port and could not be decoded.
  package var malformed: UInt64 = 0
  /// Looked like DNS by shape and was not.
  package var foreign: UInt64 = 0

  /// Exchanges that were shown before their timeout as `pending`, because the table of open exchanges was full. Their
  /// messages are among those above.
  package var endedEarly: UInt64 = 0

  package init() {}

  /// Recognised packets that no count explains; 0 when the ledger closes.
  package var packetDifference: Int64 {
    Self.difference(
      recognised,
      [ringFull, messageCompleting, continuing, repeated, malformedPackets, unassembled, foreignPackets])
  }

  /// Messages that no count explains; 0 when the ledger closes.
  package var messageDifference: Int64 {
    Self.difference(messages, [published, deduplicated, malformed, foreign])
  }

  /// Wraps, since a ledger of one interval may take back what an earlier one counted: there
  /// `continuing` can be less than nothing, and the difference still comes out right.
  private static func difference(_ total: UInt64, _ parts: [UInt64]) -> Int64 {
    Int64(bitPattern: total &- parts.reduce(0, &+))
  }

  package var closes: Bool { packetDifference == 0 && messageDifference == 0 }

  /// Packets that were DNS and whose messages nobody received.
  package var lost: UInt64 { ringFull &+ unassembled }
}
