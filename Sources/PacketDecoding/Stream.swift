import TraceModel

/// One direction of a TCP connection: orders segments and passes them to its framer.
///
/// If copies of octets differ, the one that is first in order is used; which one
/// the receiver kept is unknown.
struct Stream: Sendable {
  private let limits: Limits
  private var framer: Framer
  /// The sequence number at which the stream was first seen.
  private var anchor: UInt32
  /// The sequence number of the next octet in order.
  private var next: UInt32
  /// The sequence number after the last octet, if a FIN was seen.
  private var final: UInt32?
  private(set) var isClosed = false
  private(set) var lastSeen: Timestamp
  /// Segments behind a gap, in order; each was counted as `continuing`.
  private var held: [HeldSegment] = []
  private var heldCost = 0
  /// The time of the last progress at the gap.
  private(set) var gapSince: Timestamp

  /// Begins a stream with its first segment seen.
  init(
    _ segment: borrowing Segment, header: TCPHeader, expected: UInt32?, flow: Flow, isDNSPort: Bool,
    limits: Limits
  ) {
    self.limits = limits
    framer = Framer(flow: flow, isDNSPort: isDNSPort)
    lastSeen = segment.origin.time
    gapSince = segment.origin.time
    anchor = segment.sequence
    if header.isSynchronizing {
      framer.begin()
    } else if let expected,
      abs(distance(from: expected, to: segment.sequence)) <= limits.maxHeldBytes
    {
      // The socket's next sequence number is right even if the first segment seen is early or late.
      anchor = expected
    }
    next = anchor
  }

  var isForeign: Bool { framer.isForeign }
  var hasGap: Bool { !held.isEmpty }
  /// The octets held.
  var cost: Int { heldCost + framer.cost }

  /// Whether a segment like this starts another stream between the same ports.
  func isSucceeded(by segment: borrowing Segment, header: TCPHeader) -> Bool {
    if header.isSynchronizing { return segment.sequence != anchor }
    if framer.isForeign || segment.length == 0 { return false }
    let ahead = distance(from: next, to: segment.sequence)
    return ahead < -Self.oldest || isClosed && ahead >= 0
  }

  /// Octets that are further back than any window belong to another stream.
  private static let oldest = 1 << 24

  /// Takes a segment of this stream, counts its packets and returns the count.
  mutating func accept<Receiver: PayloadReceiver & ~Copyable>(
    _ segment: borrowing Segment, header: TCPHeader, expected: UInt32?, into receiver: inout Receiver,
    ledger: inout Ledger
  ) -> PacketOutcome {
    let now = segment.origin.time
    lastSeen = max(lastSeen, now)
    if header.isReset {
      // Data in a RST is a diagnostic text (RFC 9293 §3.5.3).
      close(into: &receiver, ledger: &ledger)
      return ledger.count(.repeated, packets: segment.packets)
    }
    if hasGap, isGapExpired(at: now) { closeGaps(into: &receiver, ledger: &ledger) }
    if header.isFinal, !framer.isForeign { final = segment.end }
    let outcome: PacketOutcome
    if segment.length == 0 {
      outcome = ledger.count(.repeated, packets: segment.packets)
    } else if framer.isForeign {
      outcome = ledger.count(.foreign, packets: segment.packets)
    } else {
      if let expected { skipLost(before: expected, segment, into: &receiver, ledger: &ledger) }
      outcome = place(segment, into: &receiver, ledger: &ledger)
    }
    if let final, !isClosed, distance(from: final, to: next) >= 0 { close(into: &receiver, ledger: &ledger) }
    return outcome
  }

  func isGapExpired(at now: Timestamp) -> Bool {
    now.nanoseconds(since: gapSince) > limits.gapTime
  }

  /// Gives up every gap and delivers the segments behind it.
  mutating func closeGaps<Receiver: PayloadReceiver & ~Copyable>(
    into receiver: inout Receiver, ledger: inout Ledger
  ) {
    while hasGap { closeGap(into: &receiver, ledger: &ledger) }
  }

  /// Ends the stream: delivers complete messages, and counts the rest as unassembled.
  mutating func close<Receiver: PayloadReceiver & ~Copyable>(
    into receiver: inout Receiver, ledger: inout Ledger
  ) {
    closeGaps(into: &receiver, ledger: &ledger)
    framer.lose(ledger: &ledger)
    isClosed = true
  }

  /// Drops everything that is held, without delivery.
  mutating func drop(ledger: inout Ledger) {
    dropHeld(as: framer.loss, ledger: &ledger)
    framer.lose(ledger: &ledger)
    isClosed = true
  }
}

// MARK: Order

extension Stream {
  /// Handles a segment by its position: in order, behind a gap, or repeated.
  private mutating func place<Receiver: PayloadReceiver & ~Copyable>(
    _ segment: borrowing Segment, into receiver: inout Receiver, ledger: inout Ledger
  ) -> PacketOutcome {
    let ahead = distance(from: next, to: segment.sequence)
    if ahead > limits.maxHeldBytes {
      closeGaps(into: &receiver, ledger: &ledger)
      framer.lose(ledger: &ledger)
      next = segment.sequence
    } else if ahead > 0 {
      return hold(segment, into: &receiver, ledger: &ledger)
    } else if -ahead >= segment.length {
      return ledger.count(.repeated, packets: segment.packets)
    }
    let outcome = feed(segment, into: &receiver, ledger: &ledger) ?? .repeated
    ledger.count(outcome, packets: segment.packets)
    drain(into: &receiver, ledger: &ledger)
    return outcome
  }

  /// Passes the framer the new octets of a segment that starts at or before `next`; nil if there are none.
  private mutating func feed<Receiver: PayloadReceiver & ~Copyable>(
    _ segment: borrowing Segment, into receiver: inout Receiver, ledger: inout Ledger
  ) -> PacketOutcome? {
    let behind = -distance(from: next, to: segment.sequence)
    guard behind < segment.length else { return nil }
    next = segment.end
    if behind <= 0, segment.urgent == nil { return framer.take(segment, into: &receiver, ledger: &ledger) }
    var fresh = copy segment
    if behind > 0 { fresh.dropFirst(behind) }
    // A reader gets urgent data separately from the stream (RFC 6093 §3.3). If a message lacks only that octet,
    // its sender has sent all of it as urgent data: it is shown as sent.
    guard let index = fresh.urgentIndex, !framer.lacksOnly(octetAt: index, of: fresh) else {
      return framer.take(fresh, into: &receiver, ledger: &ledger)
    }
    let rest = fresh.octets(without: index)
    if rest.isEmpty, fresh.missing == 0 { return nil }
    // The sequence numbers are then those before it.
    return framer.take(
      Segment(
        rest.span, sequence: fresh.sequence, missing: fresh.missing, packets: fresh.packets,
        origin: fresh.origin), into: &receiver, ledger: &ledger)
  }

  /// Passes on the segments that no longer wait behind a gap.
  private mutating func drain<Receiver: PayloadReceiver & ~Copyable>(
    into receiver: inout Receiver, ledger: inout Ledger
  ) {
    var moved = false
    while let first = held.first, distance(from: next, to: first.sequence) <= 0 {
      moved = true
      held.removeFirst()
      heldCost -= first.cost
      let outcome = feed(first.view, into: &receiver, ledger: &ledger)
      if outcome != .continuing { ledger.recount(outcome ?? .repeated, packets: first.packets) }
    }
    if moved, let first = held.first { gapSince = max(gapSince, first.time) }
    if framer.isForeign { dropHeld(as: .foreign, ledger: &ledger) }
  }

  /// Stores a segment behind a gap, and gives up gaps while the bounds are exceeded.
  private mutating func hold<Receiver: PayloadReceiver & ~Copyable>(
    _ segment: borrowing Segment, into receiver: inout Receiver, ledger: inout Ledger
  ) -> PacketOutcome {
    let ahead = distance(from: next, to: segment.sequence)
    let index = held.lastIndex { distance(from: next, to: $0.sequence) <= ahead }
    if let index, distance(from: held[index].end, to: segment.end) <= 0 {
      return ledger.count(.repeated, packets: segment.packets)
    }
    if held.isEmpty { gapSince = segment.origin.time }
    ledger.count(.continuing, packets: segment.packets)
    let kept = HeldSegment(segment)
    held.insert(kept, at: index.map { $0 + 1 } ?? 0)
    heldCost += kept.cost
    while hasGap, held.count > limits.maxHeldSegments || heldCost > limits.maxHeldBytes {
      closeGap(into: &receiver, ledger: &ledger)
    }
    return .continuing
  }

  private mutating func closeGap<Receiver: PayloadReceiver & ~Copyable>(
    into receiver: inout Receiver, ledger: inout Ledger
  ) {
    guard let first = held.first else { return }
    framer.lose(ledger: &ledger)
    next = first.sequence
    drain(into: &receiver, ledger: &ledger)
  }

  /// Gives up octets that the socket received before `segment`, and that were not seen here.
  private mutating func skipLost<Receiver: PayloadReceiver & ~Copyable>(
    before expected: UInt32, _ segment: borrowing Segment, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    let isSound =
      distance(from: next, to: expected) <= Self.oldest
      && distance(from: expected, to: segment.sequence) >= 0
    guard isSound else { return }
    while hasGap, let first = held.first, distance(from: first.sequence, to: expected) > 0 {
      closeGap(into: &receiver, ledger: &ledger)
    }
    if distance(from: next, to: expected) > 0 {
      framer.lose(ledger: &ledger)
      next = expected
      drain(into: &receiver, ledger: &ledger)
    }
  }

  private mutating func dropHeld(as outcome: PacketOutcome, ledger: inout Ledger) {
    for segment in held { ledger.recount(outcome, packets: segment.packets) }
    held = []
    heldCost = 0
  }
}
