/// Checks messages, one after the other, and keeps where the records of the last one lie.
///
/// Its room grows to the most records that a message had (16 octets each, some 6,000 at most) and is used again, so that
/// a message costs no allocation.
package struct MessageReader: ~Copyable {
  private var refs: [RecordRef] = []

  package init() {}

  /// Checks a message, without the length prefix of DNS over TCP, from its first to its last octet (RFC 1035 §4.1).
  ///
  /// What was read before is forgotten, even when this throws.
  package mutating func read(
    _ octets: Span<UInt8>, extent: MessageExtent = .whole, dialect: MessageDialect = .unicast
  ) throws(WireError) -> MessageIndex {
    refs.removeAll(keepingCapacity: true)
    var checker = try MessageChecker(octets, extent: extent, dialect: dialect)
    return try checker.check(addingTo: &refs)
  }

  /// The message that was read last. Both arguments must be that message's.
  @_lifetime(copy octets, borrow self)
  package func view(of octets: Span<UInt8>, _ index: MessageIndex) -> MessageView {
    MessageView(octets, refs: refs.span, index: index)
  }

  /// Hands the references over to who keeps the message.
  consuming func takeRefs() -> [RecordRef] { refs }
}
