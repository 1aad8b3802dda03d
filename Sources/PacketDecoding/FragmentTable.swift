import TraceModel

/// Incomplete datagrams (RFC 791 §3.2, RFC 8200 §4.5).
///
/// A datagram with overlapping fragments is dropped, with its later fragments. RFC 5722
/// §4 requires this for IPv6; for IPv4 there is no correct result, because receivers differ in which
/// copy they keep, and no correct sender overlaps fragments. An exact copy of a fragment is a repetition.
struct FragmentTable: Sendable {
  private let limits: Limits
  private var table = QueueTable<Key, PartialDatagram>(queues: 1)
  /// The cost of all fragments held, in octets.
  private(set) var cost = 0

  private struct Key: Hashable, Sendable {
    var source: IPAddress
    var destination: IPAddress
    var identifier: UInt32
    /// Part of the key in IPv4 only; 0 in IPv6.
    var next: UInt8
    var networkNamespace: UInt32
    var direction: Direction
  }

  init(limits: Limits) { self.limits = limits }

  var count: Int { table.count }

  /// The result for a fragment.
  enum Acceptance {
    /// Its count.
    case counted(PacketOutcome)
    /// It completed a datagram, whose packets are no longer counted: its payload decides their count.
    case completed(HeldPacket, next: UInt8)
  }

  /// Takes one fragment of which `missing` octets were not captured.
  mutating func accept(
    _ packet: HeldPacket, missing: Int, header: IPHeader, mark: FragmentMark, ledger: inout Ledger
  ) -> Acceptance {
    let length = packet.octets.count
    // The missing octets of a truncated fragment cannot be recovered.
    guard missing == 0 else { return .counted(ledger.count(.unassembled, packets: packet.count)) }
    guard length > 0, mark.isLast || length % 8 == 0, mark.offset + length <= 65535 else {
      return .counted(ledger.count(.malformed, packets: packet.count))
    }
    let place = place(of: packet, header: header, mark: mark, ledger: &ledger)
    let costBefore = table[place].cost
    let waiting = table[place].packets
    let result = table[place].insert(
      packet, mark: mark, next: header.next, limit: limits.maxFragmentsPerDatagram)
    cost += table[place].cost - costBefore
    switch result {
    case .repeated: return .counted(ledger.count(.repeated, packets: packet.count))
    case .refused:
      ledger.recount(.unassembled, packets: waiting)
      return .counted(ledger.count(.unassembled, packets: packet.count))
    case .held:
      ledger.count(.continuing, packets: packet.count)
      while cost > limits.maxFragmentBytes, let oldest = table.oldest(in: 0) {
        drop(oldest, ledger: &ledger)
      }
      return .counted(.continuing)
    case .complete(let whole, let next):
      ledger.continuing &-= UInt64(truncatingIfNeeded: waiting)
      remove(place)
      return .completed(whole, next: next)
    }
  }

  /// Drops the datagrams whose first fragment is too old at `now`.
  mutating func advance(to now: Timestamp, ledger: inout Ledger) {
    while let oldest = table.oldest(in: 0), isExpired(oldest, at: now) {
      drop(oldest, ledger: &ledger)
    }
  }

  /// Drops all datagrams.
  mutating func finish(ledger: inout Ledger) {
    while let oldest = table.oldest(in: 0) { drop(oldest, ledger: &ledger) }
  }

  private mutating func place(
    of packet: HeldPacket, header: IPHeader, mark: FragmentMark, ledger: inout Ledger
  ) -> Int {
    let key = Key(
      source: header.source, destination: header.destination, identifier: mark.identifier,
      next: header.source.family == .v4 ? header.next : 0,
      networkNamespace: packet.origin.networkNamespace, direction: packet.origin.direction)
    if let place = table.place(of: key) {
      if !isExpired(place, at: packet.origin.time) { return place }
      drop(place, ledger: &ledger)
    }
    while table.count >= max(limits.maxDatagrams, 1), let oldest = table.oldest(in: 0) {
      drop(oldest, ledger: &ledger)
    }
    return table.insert(PartialDatagram(since: packet.origin.time), for: key, in: 0)
  }

  private func isExpired(_ place: Int, at now: Timestamp) -> Bool {
    now.nanoseconds(since: table[place].since) > limits.fragmentTime
  }

  private mutating func drop(_ place: Int, ledger: inout Ledger) {
    ledger.recount(.unassembled, packets: table[place].packets)
    remove(place)
  }

  private mutating func remove(_ place: Int) {
    cost -= table[place].cost
    table.remove(place)
  }
}
