import TraceModel

/// The fragments of one incomplete datagram.
struct PartialDatagram: Sendable {
  /// The time of its first fragment.
  let since: Timestamp
  /// By offset, without overlaps.
  private var fragments: [(offset: Int, packet: HeldPacket)] = []
  private var octets = 0
  /// The length of the datagram, once its last fragment was seen.
  private var length: Int?
  private var isRefused = false
  /// The memory of the fragments, in octets.
  private(set) var cost = 0
  /// The number of packets of the fragments.
  private(set) var packets = 0
  /// The protocol in the first fragment (RFC 8200 §4.5).
  private var next: UInt8 = 59

  enum Insertion {
    case held, repeated, refused
    case complete(HeldPacket, next: UInt8)
  }

  init(since: Timestamp) { self.since = since }

  mutating func insert(_ packet: HeldPacket, mark: FragmentMark, next: UInt8, limit: Int) -> Insertion {
    if isRefused { return .refused }
    let index = fragments.firstIndex { $0.offset >= mark.offset } ?? fragments.count
    if index < fragments.count, fragments[index].offset == mark.offset,
      fragments[index].packet.octets == packet.octets
    {
      return .repeated
    }
    let end = mark.offset + packet.octets.count
    guard fragments.count < limit, fits(mark.offset..<end, at: index, isLast: mark.isLast) else {
      // The fragments are dropped; the entry remains, so that later fragments are refused.
      self = PartialDatagram(since: since)
      isRefused = true
      return .refused
    }
    if mark.isLast { length = end }
    if mark.offset == 0 { self.next = next }
    octets += packet.octets.count
    cost += packet.cost
    packets += packet.count
    fragments.insert((mark.offset, packet), at: index)
    return octets == length ? .complete(assembled(with: packet), next: self.next) : .held
  }

  private func fits(_ extent: Range<Int>, at index: Int, isLast: Bool) -> Bool {
    if index > 0 {
      let before = fragments[index - 1]
      if before.offset + before.packet.octets.count > extent.lowerBound { return false }
    }
    if index < fragments.count, isLast || fragments[index].offset < extent.upperBound { return false }
    guard let length else { return true }
    return !isLast && extent.upperBound < length
  }

  /// The complete datagram, with the origin of its first fragment and the time of `last`.
  private func assembled(with last: HeldPacket) -> HeldPacket {
    var storage: [UInt8] = []
    storage.reserveCapacity(octets)
    var origin = fragments.first?.packet.origin ?? last.origin
    for (_, packet) in fragments {
      storage.append(contentsOf: packet.octets)
      origin.join(packet.origin)
    }
    return HeldPacket(storage, count: packets, origin: origin)
  }
}
