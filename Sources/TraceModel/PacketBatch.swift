import Bytes

/// Packets in order, with their octets in one buffer.
package struct PacketBatch: Sendable {
  private struct Entry: Sendable {
    var start: Int
    var count: Int
    /// An index into `attributions`.
    var attribution: Int
    var header: PacketHeader
  }

  private var octets: [UInt8] = []
  private var entries: [Entry] = []
  /// Those of successive packets are often the same.
  private var attributions: [Attribution] = []
  /// A time before which no further packet will come; nil if the packets' own times are sufficient.
  package var now: Timestamp?

  /// - Parameter like: a batch that needed about the same memory.
  package init(now: Timestamp? = nil, like other: PacketBatch? = nil) {
    self.now = now
    guard let other else { return }
    octets.reserveCapacity(other.octets.count)
    entries.reserveCapacity(other.entries.count)
  }

  package init(_ packets: [Capture], now: Timestamp? = nil) {
    self.now = now
    for packet in packets { append(packet.view) }
  }

  package var count: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }

  /// Copies a packet.
  package mutating func append(_ packet: borrowing PacketView) {
    if attributions.last?.isIdentical(to: packet.attribution) != true {
      attributions.append(packet.attribution)
    }
    entries.append(
      Entry(
        start: octets.count, count: packet.octets.count, attribution: attributions.count - 1,
        header: packet.header))
    octets.append(contentsOf: packet.octets)
  }

  /// The packet at `index`, from 0 to `count` - 1.
  package subscript(index: Int) -> PacketView {
    @_lifetime(borrow self)
    get {
      let entry = entries[index]
      return PacketView(
        octets.span.extracting(entry.start..<entry.start + entry.count), entry.header,
        attributions[entry.attribution])
    }
  }
}
