/// Checks messages, one after the other, and keeps where the records of the last one lie.
///
/// Its room grows to the most records that a message could have had (of 16 octets each; 5,957 at most) and is used again,
/// so that a message costs no allocation.
public struct MessageReader: ~Copyable {
  @usableFromInline var room: [RecordRef] = []

  package init() {}

  /// Checks a message, without the length prefix of DNS over TCP, from its first to its last octet (RFC 1035 §4.1).
  ///
  /// What was read before is forgotten, even when this throws.
  package mutating func read(
    _ octets: Span<UInt8>, extent: MessageExtent = .whole, dialect: MessageDialect = .unicast
  ) throws(WireError) -> MessageIndex {
    guard octets.count <= UInt16.max else { throw WireError(.messageTooLong, at: octets.count) }
    let header = try Header(octets)
    let most = min(header.recordCount, octets.count / RecordRef.leastOctets)
    while room.count < most { room.append(RecordRef()) }
    var refs = room.mutableSpan
    var checker = MessageChecker(octets, header, extent: extent, dialect: dialect)
    return try checker.check(writingTo: &refs)
  }

  /// The message that was read last. Both arguments must be that message's.
  @_lifetime(copy octets, borrow self)
  @inlinable
  public func view(of octets: Span<UInt8>, _ index: MessageIndex) -> MessageView {
    MessageView(octets, refs: room.span.extracting(first: index.recordCount), index: index)
  }

  /// Hands the references over to who keeps the message.
  consuming func takeRefs(_ index: MessageIndex) -> [RecordRef] {
    room.removeLast(room.count - index.recordCount)
    return room
  }
}
