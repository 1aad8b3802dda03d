/// Checks messages, one after the other, and stores the offsets of the last one's records.
///
/// Its memory grows to the largest number of records that a message could have (16 octets each; at most 5,957) and is
/// reused, so a message costs no allocation.
public struct MessageReader: ~Copyable {
  @usableFromInline var room: [RecordRef] = []

  package init() {}

  /// Checks a message, without the length prefix of DNS over TCP, from its first to its last octet (RFC 1035 §4.1).
  ///
  /// The previous message is discarded, even if this throws.
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

  /// Returns the references to the caller, which stores the message.
  consuming func takeRefs(_ index: MessageIndex) -> [RecordRef] {
    room.removeLast(room.count - index.recordCount)
    return room
  }
}
