/// All counts of what a trace saw and lost, and the two sums that must balance.
///
/// The first sum is in packets, from the kernel's recognition to a parsed payload. The second is in DNS messages, from a
/// payload to a published exchange; the ledger of each subscriber counts what it does with them. Each packet and each
/// message is in exactly one count on the right-hand side.
package struct Ledger: Hashable, Sendable {
  // In the kernel, in packets.
  package var seen: UInt64 = 0
  package var recognised: UInt64 = 0
  package var shipped: UInt64 = 0
  package var ringFull: UInt64 = 0
  package var shortened: UInt64 = 0
  package var noSocket: UInt64 = 0
  package var noOwner: UInt64 = 0
  /// Times that the kernel had no memory to store which process uses a socket; its packets may be without an owner.
  package var unstoredOwners: UInt64 = 0

  // In user space, in packets.
  /// The packet held the last octet of at least one message.
  package var messageCompleting: UInt64 = 0
  /// TCP payload or an IP fragment that is, or was, a part of a message that another packet completes.
  package var continuing: UInt64 = 0
  /// Payload that had been seen before, or no payload.
  package var repeated: UInt64 = 0
  /// Headers that contradict each other or are truncated, and empty frames on TCP.
  package var malformedPackets: UInt64 = 0
  /// TCP payload or an IP fragment that was dropped: a bound was reached, a gap was not filled, or the start of
  /// the message is missing.
  package var unassembled: UInt64 = 0
  /// Another protocol, a stream whose later octets are not DNS, or a datagram on an unknown port that does not
  /// look like DNS.
  package var foreignPackets: UInt64 = 0

  // In user space, in messages.
  package var messages: UInt64 = 0
  /// Messages of the exchanges (or, with `--messages`, messages) that the subscribers received.
  package var published: UInt64 = 0
  /// The second copy of a message, at the other socket on the same host.
  package var deduplicated: UInt64 = 0
  /// Classified by port, and could not be decoded.
  package var malformed: UInt64 = 0
  /// Classified by shape, and not DNS.
  package var foreign: UInt64 = 0

  /// Exchanges that were shown before their timeout as `pending`, because the table of open exchanges was full. Their
  /// messages are among those above.
  package var endedEarly: UInt64 = 0

  package init() {}

  /// Recognised packets that no count explains; 0 if the ledger balances.
  package var packetDifference: Int64 {
    Self.difference(
      recognised,
      [ringFull, messageCompleting, continuing, repeated, malformedPackets, unassembled, foreignPackets])
  }

  /// Messages that no count explains; 0 if the ledger balances.
  package var messageDifference: Int64 {
    Self.difference(messages, [published, deduplicated, malformed, foreign])
  }

  /// Wraps, because the ledger of an interval may subtract what an earlier one counted: its
  /// `continuing` can be negative, and the difference is still correct.
  private static func difference(_ total: UInt64, _ parts: [UInt64]) -> Int64 {
    Int64(bitPattern: total &- parts.reduce(0, &+))
  }

  package var balances: Bool { packetDifference == 0 && messageDifference == 0 }

  /// Packets that were DNS, and whose messages no subscriber received.
  package var lost: UInt64 { ringFull &+ unassembled }
}
