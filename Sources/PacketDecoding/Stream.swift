import TraceModel

/// One direction of a TCP connection: puts segments in order and hands them to its framer.
///
/// Where copies of octets differ, the one that is first in order wins; nobody can know which one
/// the receiver kept.
struct Stream: Sendable {
  private let limits: Limits
  private var framer: Framer
  /// The sequence number that the stream was first seen to begin at.
  private var anchor: UInt32
  /// The sequence number of the next octet in order.
  private var next: UInt32
  /// The sequence number after the last octet, once a FIN said so.
  private var final: UInt32?
  private(set) var isClosed = false
  private(set) var lastSeen: Timestamp
  /// Segments behind a gap, in order; every one was counted as `continuing`.
  private var held: [Segment] = []
  private var heldCost = 0
  /// When the gap was last seen to move.
  private(set) var gapSince: Timestamp

  /// Begins a stream with its first segment seen.
  init(
    _ segment: Segment, header: TCPHeader, expected: UInt32?, flow: Flow, isDNSPort: Bool,
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
      // What the socket expects next is right even when the first segment seen is early or late.
      anchor = expected
    }
    next = anchor
  }

  var isForeign: Bool { framer.isForeign }
  var hasGap: Bool { !held.isEmpty }
  /// What is held, in octets.
  var cost: Int { heldCost + framer.cost }

  /// Whether a segment like this begins another stream between the same ports.
  func isSucceeded(by segment: Segment, header: TCPHeader) -> Bool {
    if header.isSynchronizing { return segment.sequence != anchor }
    if framer.isForeign || segment.length == 0 { return false }
    let ahead = distance(from: next, to: segment.sequence)
    return ahead < -Self.oldest || isClosed && ahead >= 0
  }

  /// Octets that are further back than any window reaches belong to another stream.
  private static let oldest = 1 << 24

  /// Takes a segment of this stream and counts its packets.
  mutating func accept(
    _ segment: Segment, header: TCPHeader, expected: UInt32?, ledger: inout Ledger,
    _ body: (DNSPayload) -> Void
  ) {
    let now = segment.origin.time
    lastSeen = max(lastSeen, now)
    if header.isReset {
      // Text in a RST is for people (RFC 9293 §3.5.3).
      ledger.count(.repeated, packets: segment.packets)
      close(ledger: &ledger, body)
      return
    }
    if hasGap, isGapExpired(at: now) { closeGaps(ledger: &ledger, body) }
    if header.isFinal, !framer.isForeign { final = segment.end }
    if segment.length == 0 {
      ledger.count(.repeated, packets: segment.packets)
    } else if framer.isForeign {
      ledger.count(.foreign, packets: segment.packets)
    } else {
      if let expected { skipLost(before: expected, segment, ledger: &ledger, body) }
      place(segment, ledger: &ledger, body)
    }
    if let final, !isClosed, distance(from: final, to: next) >= 0 { close(ledger: &ledger, body) }
  }

  func isGapExpired(at now: Timestamp) -> Bool {
    now.nanoseconds(since: gapSince) > limits.gapTime
  }

  /// Gives up every gap and delivers what lies behind it.
  mutating func closeGaps(ledger: inout Ledger, _ body: (DNSPayload) -> Void) {
    while hasGap { closeGap(ledger: &ledger, body) }
  }

  /// Ends the stream: what can be delivered is delivered, the rest counted as unassembled.
  mutating func close(ledger: inout Ledger, _ body: (DNSPayload) -> Void) {
    closeGaps(ledger: &ledger, body)
    framer.lose(ledger: &ledger)
    isClosed = true
  }

  /// Lets go of everything held, delivering nothing more.
  mutating func letGo(ledger: inout Ledger) {
    dropHeld(as: .unassembled, ledger: &ledger)
    framer.lose(ledger: &ledger)
    isClosed = true
  }
}

// MARK: Order

extension Stream {
  /// Puts a segment where it belongs: in order, behind a gap, or nowhere.
  private mutating func place(
    _ segment: Segment, ledger: inout Ledger, _ body: (DNSPayload) -> Void
  ) {
    let ahead = distance(from: next, to: segment.sequence)
    if ahead > limits.maxHeldBytes {
      closeGaps(ledger: &ledger, body)
      framer.lose(ledger: &ledger)
      next = segment.sequence
    } else if ahead > 0 {
      return hold(segment, ledger: &ledger, body)
    } else if -ahead >= segment.length {
      return ledger.count(.repeated, packets: segment.packets)
    }
    let outcome = feed(segment, ledger: &ledger, body)
    ledger.count(outcome ?? .repeated, packets: segment.packets)
    drain(ledger: &ledger, body)
  }

  /// Gives the framer what is new in a segment that begins at or before `next`; nil when nothing is.
  private mutating func feed(
    _ segment: Segment, ledger: inout Ledger, _ body: (DNSPayload) -> Void
  ) -> PacketOutcome? {
    let behind = -distance(from: next, to: segment.sequence)
    guard behind < segment.length else { return nil }
    next = segment.end
    if behind <= 0, segment.urgent == nil { return framer.take(segment, ledger: &ledger, body) }
    var fresh = segment
    if behind > 0 { fresh.dropFirst(behind) }
    // A reader finds urgent data beside the stream, not in it (RFC 6093 §3.3). Where a message lacks just that octet
    // its sender has sent all of it as urgent: it is shown as it was asked.
    if let index = fresh.urgentIndex, !framer.lacksOnly(octetAt: index, of: fresh) {
      fresh.remove(at: index)
      if fresh.length == 0 { return nil }
    }
    return framer.take(fresh, ledger: &ledger, body)
  }

  /// Feeds what the gap no longer keeps back.
  private mutating func drain(ledger: inout Ledger, _ body: (DNSPayload) -> Void) {
    var moved = false
    while let first = held.first, distance(from: next, to: first.sequence) <= 0 {
      moved = true
      held.removeFirst()
      heldCost -= first.cost
      let outcome = feed(first, ledger: &ledger, body)
      if outcome != .continuing { ledger.recount(outcome ?? .repeated, packets: first.packets) }
    }
    if moved, let first = held.first { gapSince = max(gapSince, first.origin.time) }
    if framer.isForeign { dropHeld(as: .foreign, ledger: &ledger) }
  }

  /// Keeps a segment behind a gap, and gives up gaps while that is more than the bounds allow.
  private mutating func hold(
    _ segment: Segment, ledger: inout Ledger, _ body: (DNSPayload) -> Void
  ) {
    let ahead = distance(from: next, to: segment.sequence)
    let index = held.lastIndex { distance(from: next, to: $0.sequence) <= ahead }
    if let index, distance(from: held[index].end, to: segment.end) <= 0 {
      return ledger.count(.repeated, packets: segment.packets)
    }
    if held.isEmpty { gapSince = segment.origin.time }
    ledger.count(.continuing, packets: segment.packets)
    held.insert(segment, at: index.map { $0 + 1 } ?? 0)
    heldCost += segment.cost
    while hasGap, held.count > limits.maxHeldSegments || heldCost > limits.maxHeldBytes {
      closeGap(ledger: &ledger, body)
    }
  }

  private mutating func closeGap(ledger: inout Ledger, _ body: (DNSPayload) -> Void) {
    guard let first = held.first else { return }
    framer.lose(ledger: &ledger)
    next = first.sequence
    drain(ledger: &ledger, body)
  }

  /// Gives up octets that the socket had before `segment` passed, and that were not seen here.
  private mutating func skipLost(
    before expected: UInt32, _ segment: Segment, ledger: inout Ledger, _ body: (DNSPayload) -> Void
  ) {
    let isSound =
      distance(from: next, to: expected) <= Self.oldest
      && distance(from: expected, to: segment.sequence) >= 0
    guard isSound else { return }
    while hasGap, let first = held.first, distance(from: first.sequence, to: expected) > 0 {
      closeGap(ledger: &ledger, body)
    }
    if distance(from: next, to: expected) > 0 {
      framer.lose(ledger: &ledger)
      next = expected
      drain(ledger: &ledger, body)
    }
  }

  private mutating func dropHeld(as outcome: PacketOutcome, ledger: inout Ledger) {
    for segment in held { ledger.recount(outcome, packets: segment.packets) }
    held = []
    heldCost = 0
  }
}
