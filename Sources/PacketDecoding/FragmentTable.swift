import TraceModel

/// Datagrams of which some fragments are still to come (RFC 791 §3.2, RFC 8200 §4.5).
///
/// A datagram with overlapping fragments is dropped with all that is still to come of it. RFC 5722
/// §4 demands that for IPv6; for IPv4 there is no right answer, since receivers differ in which
/// copy they keep, and no honest sender overlaps. An exact copy of a fragment is only a repetition.
struct FragmentTable: Sendable {
  private let limits: Limits
  private var table = QueueTable<Key, PartialDatagram>(queues: 1)
  /// The cost of all fragments held, in octets.
  private(set) var cost = 0

  private struct Key: Hashable, Sendable {
    var source: IPAddress
    var destination: IPAddress
    var identifier: UInt32
    /// A part of the key in IPv4 only; 0 in IPv6.
    var next: UInt8
    var networkNamespace: UInt32
    var direction: Direction
  }

  init(limits: Limits) { self.limits = limits }

  var count: Int { table.count }

  /// What a fragment did.
  enum Acceptance {
    /// It was counted so.
    case counted(PacketOutcome)
    /// It completed a datagram, whose packets are not counted any more: its payload decides for them.
    case completed(HeldPacket, next: UInt8)
  }

  /// Takes one fragment of which `missing` octets were not captured.
  mutating func accept(
    _ packet: HeldPacket, missing: Int, header: IPHeader, mark: FragmentMark, ledger: inout Ledger
  ) -> Acceptance {
    let length = packet.octets.count
    // What is missing of a fragment captured short can't be had from anywhere.
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
        letGo(oldest, ledger: &ledger)
      }
      return .counted(.continuing)
    case .complete(let whole, let next):
      ledger.continuing &-= UInt64(truncatingIfNeeded: waiting)
      remove(place)
      return .completed(whole, next: next)
    }
  }

  /// Lets go of the datagrams whose first fragment came too long before `now`.
  mutating func advance(to now: Timestamp, ledger: inout Ledger) {
    while let oldest = table.oldest(in: 0), isExpired(oldest, at: now) {
      letGo(oldest, ledger: &ledger)
    }
  }

  /// Lets go of everything.
  mutating func finish(ledger: inout Ledger) {
    while let oldest = table.oldest(in: 0) { letGo(oldest, ledger: &ledger) }
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
      letGo(place, ledger: &ledger)
    }
    while table.count >= max(limits.maxDatagrams, 1), let oldest = table.oldest(in: 0) {
      letGo(oldest, ledger: &ledger)
    }
    return table.insert(PartialDatagram(since: packet.origin.time), for: key, in: 0)
  }

  private func isExpired(_ place: Int, at now: Timestamp) -> Bool {
    now.nanoseconds(since: table[place].since) > limits.fragmentTime
  }

  private mutating func letGo(_ place: Int, ledger: inout Ledger) {
    ledger.recount(.unassembled, packets: table[place].packets)
    remove(place)
  }

  private mutating func remove(_ place: Int) {
    cost -= table[place].cost
    table.remove(place)
  }
}
