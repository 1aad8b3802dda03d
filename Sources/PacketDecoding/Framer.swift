import Bytes
import TraceModel

/// Splits the octets of a stream, given in order, into length-prefixed messages (RFC 1035 §4.2.2).
///
/// If the start of a stream is known (its SYN was seen) on a DNS port, the framing is trusted. Any other position, such as the
/// first segment of a stream that is older than the capture or the first one after a gap, may be inside a message. There the start
/// of a segment is accepted as the start of a message only if it has the shape of one; otherwise that segment is dropped and the
/// next one is tried. The first segment seen on a DNS port may also hold complete messages of any shape, because most streams are
/// seen from their start even if no SYN was captured. On a port that is not a DNS port, a stream that fails twice, or at its start,
/// is foreign from then on.
struct Framer: Sendable {
  private enum Phase: Sendable { case searching, framed, foreign }

  private let flow: Flow
  private let isDNSPort: Bool
  private var phase = Phase.searching
  /// Whether the next octet is the first of the stream.
  private var isAtStart = false
  /// Whether no octet was seen yet.
  private var isUnseen = true
  /// Whether the stream has had the shape of DNS, so that it cannot be foreign any more.
  private var isProven: Bool
  private var misses = 0

  /// The start of a message, including its length prefix.
  private var partial: [UInt8] = []
  /// The origin of the first octet after the prefix.
  private var origin: Origin?
  /// Whether octets after the prefix were in more than one packet.
  private var isReassembled = false
  /// The number of packets counted as `continuing` that carried only a part of `partial`.
  private var waiting = 0
  /// The numbers of the packets of `partial`.
  private var packets = PacketNumbers()
  /// The remaining octets of a message that was delivered truncated.
  private var skipping = 0

  init(flow: Flow, isDNSPort: Bool) {
    self.flow = flow
    self.isDNSPort = isDNSPort
    isProven = isDNSPort
  }

  var isForeign: Bool { phase == .foreign }
  /// The octets held, including reserved memory.
  var cost: Int { partial.capacity }

  /// States that the next octet is the first of the stream.
  mutating func begin() {
    isAtStart = true
    if isDNSPort { phase = .framed }
  }

  /// What octets are that belong to no message. On a port that is not a DNS port they could have become DNS, and did not.
  var loss: PacketOutcome { isProven ? .unassembled : .foreign }

  /// Drops the incomplete message, because octets are lost; the next segment may start anywhere.
  mutating func lose(ledger: inout Ledger) {
    drop(as: loss, ledger: &ledger)
    skipping = 0
    isAtStart = false
    isUnseen = false
    if phase == .framed { phase = .searching }
  }

  /// Takes the next octets in order and returns the count of their packet.
  ///
  /// A packet is message-completing if it holds the last octet of a message.
  mutating func take<Receiver: PayloadReceiver & ~Copyable>(
    _ segment: borrowing Segment, into receiver: inout Receiver, ledger: inout Ledger
  ) -> PacketOutcome {
    var rest = copy segment
    let wasSkipping = skipping > 0
    if wasSkipping {
      let skipped = min(skipping, rest.length)
      rest.dropFirst(skipped)
      skipping -= skipped
      if rest.length == 0 { return .continuing }
    }
    if phase == .searching, let outcome = search(rest, ledger: &ledger) { return outcome }
    if phase == .foreign { return .foreign }
    return cut(rest, isPart: wasSkipping, into: &receiver, ledger: &ledger)
  }

  /// Whether the octet at `index` of the next segment would be the last of a message.
  func lacksOnly(octetAt index: Int, of segment: borrowing Segment) -> Bool {
    let before = partial.count
    let last = before + index
    func octet(_ place: Int) -> UInt8 {
      place < before ? partial[place] : segment.octets[place - before]
    }
    var start = min(skipping, last)
    while start + 1 < last {
      let end = start + 2 + (Int(octet(start)) << 8 | Int(octet(start + 1)))
      if end - 1 == last { return true }
      start = end
    }
    return false
  }

  // MARK: Finding the start of a message

  /// Returns why the octets so far are not the start of a message; nil if they are.
  private mutating func search(_ segment: borrowing Segment, ledger: inout Ledger) -> PacketOutcome? {
    switch judge(segment) {
    case .plausible: break
    case .undecided:
      append(segment, from: 0, upTo: segment.octets.count)
      waiting += segment.packets
      return .continuing
    case .implausible:
      // Without the earlier octets, this segment's own start is tried next.
      let isFresh = partial.isEmpty
      let outcome = miss()
      drop(as: outcome, ledger: &ledger)
      if isFresh || phase == .foreign { return outcome }
      return search(segment, ledger: &ledger)
    }
    phase = .framed
    isProven = true
    return nil
  }

  private mutating func miss() -> PacketOutcome {
    misses += 1
    isUnseen = false
    if isProven { return .unassembled }
    if isAtStart || misses > 1 { phase = .foreign }
    return .foreign
  }

  private enum Judgement { case plausible, undecided, implausible }

  private func judge(_ segment: borrowing Segment) -> Judgement {
    let before = partial.count
    let count = before + segment.octets.count
    func octet(_ index: Int) -> UInt8 {
      index < before ? partial[index] : segment.octets[index - before]
    }
    guard count >= 2 else { return segment.missing > 0 ? .implausible : .undecided }
    let length = Int(octet(0)) << 8 | Int(octet(1))
    if isDNSPort && isUnseen && segment.missing == 0 && endsExactly(count: count, octet) {
      return .plausible
    }
    guard length >= 12 else { return .implausible }
    let shape = MessageShape(length: length, available: count - 2) { octet($0 + 2) }
    guard let shape else { return segment.missing > 0 ? .implausible : .undecided }
    return (isDNSPort ? shape.mayBeginMessage : shape.looksLikeDNS) ? .plausible : .implausible
  }

  /// Whether complete messages of any kind end where the octets end.
  private func endsExactly(count: Int, _ octet: (Int) -> UInt8) -> Bool {
    var at = 0
    while at + 2 <= count {
      let length = Int(octet(at)) << 8 | Int(octet(at + 1))
      if length == 0 { return false }
      at += 2 + length
    }
    return at == count
  }
}

// MARK: Splitting into messages

extension Framer {
  /// Delivers the messages that end in `segment` and keeps the start of the next.
  private mutating func cut<Receiver: PayloadReceiver & ~Copyable>(
    _ segment: borrowing Segment, isPart: Bool, into receiver: inout Receiver, ledger: inout Ledger
  ) -> PacketOutcome {
    var at = 0
    let end = segment.octets.count
    var carries = false
    var isEmptyFrame = false
    isAtStart = false
    while at < end {
      if partial.count + end - at < 2 || partial.count == 1 {
        append(segment, from: at, upTo: at + 1)
        at += 1
      }
      guard let length = messageLength(segment, at) else { break }
      if partial.isEmpty { at += 2 }
      if length == 0 && isDNSPort {
        isEmptyFrame = true
        drop(as: .malformed, ledger: &ledger)
      } else if length < 12 && !isDNSPort {
        lose(ledger: &ledger)
        return carries ? .messageCompleting : .unassembled
      } else if partial.count <= 2 && end - at >= length {
        deliver(segment, at..<at + length, into: &receiver, ledger: &ledger)
        at += length
        carries = true
      } else {
        if partial.isEmpty { append(segment, from: at - 2, upTo: at) }
        let next = min(end, at + 2 + length - partial.count)
        append(segment, from: at, upTo: next)
        at = next
        if partial.count == 2 + length {
          deliverPartial(missing: 0, into: &receiver, ledger: &ledger)
          carries = true
        }
      }
    }
    if segment.missing > 0, jump(segment.missing, into: &receiver, ledger: &ledger) { carries = true }
    if carries { return .messageCompleting }
    if isPart { return .continuing }
    if !partial.isEmpty {
      waiting += segment.packets
      return .continuing
    }
    return isEmptyFrame ? .malformed : .unassembled
  }

  /// The length prefix of the incomplete message or of the one at `at`; nil if it is not complete.
  private func messageLength(_ segment: borrowing Segment, _ at: Int) -> Int? {
    if partial.count >= 2 { return Int(partial[0]) << 8 | Int(partial[1]) }
    guard partial.isEmpty, at + 1 < segment.octets.count else { return nil }
    return Int(segment.octets[at]) << 8 | Int(segment.octets[at + 1])
  }

  /// Skips octets that were not captured; true if that delivers the incomplete message, truncated.
  private mutating func jump<Receiver: PayloadReceiver & ~Copyable>(
    _ octets: Int, into receiver: inout Receiver, ledger: inout Ledger
  ) -> Bool {
    guard partial.count >= 2 else {
      lose(ledger: &ledger)
      return false
    }
    let rest = 2 + (Int(partial[0]) << 8 | Int(partial[1])) - partial.count
    let delivers = partial.count > 2
    if delivers { deliverPartial(missing: rest, into: &receiver, ledger: &ledger) }
    lose(ledger: &ledger)
    if rest >= octets {
      // The message is lost, but its end is known.
      phase = .framed
      skipping = rest - octets
    }
    return delivers
  }

  private mutating func append(_ segment: borrowing Segment, from start: Int, upTo end: Int) {
    guard start < end else { return }
    partial.append(contentsOf: segment.octets.extracting(start..<end))
    if packets.last != segment.origin.packets.last { packets += segment.origin.packets }
    guard partial.count > 2 else { return }
    if origin == nil {
      origin = segment.origin
      isReassembled = segment.packets > 1
    } else {
      origin?.join(segment.origin)
      isReassembled = true
    }
  }

  /// Delivers a message in place, if it is in one segment.
  private mutating func deliver<Receiver: PayloadReceiver & ~Copyable>(
    _ segment: borrowing Segment, _ range: Range<Int>, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    var packets = segment.origin.packets
    if self.packets.last != packets.last { packets = self.packets + packets }
    let context: InlineArray<1, _> = [
      MessageContext(
        flow, recognition, segment.origin, length: range.count, packets: packets,
        isReassembled: segment.packets > 1, missing: 0)
    ]
    receiver.receive(DNSPayload(segment.octets.extracting(range), context.span), ledger: &ledger)
    if !partial.isEmpty { forget() }
  }

  private mutating func deliverPartial<Receiver: PayloadReceiver & ~Copyable>(
    missing: Int, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    guard let origin else { return }
    // Moved out, because borrowed octets must not change during the call.
    let message = partial
    let context: InlineArray<1, _> = [
      MessageContext(
        flow, recognition, origin, length: message.count - 2 + missing, packets: packets,
        isReassembled: isReassembled, missing: missing)
    ]
    receiver.receive(
      DNSPayload(message.span.extracting(droppingFirst: 2), context.span), ledger: &ledger)
    forget()
  }

  private var recognition: Recognition { isDNSPort ? .port : .shape }

  /// Drops the incomplete message, whose packets are counted as `outcome`.
  private mutating func drop(as outcome: PacketOutcome, ledger: inout Ledger) {
    ledger.recount(outcome, packets: waiting)
    forget()
  }

  private mutating func forget() {
    waiting = 0
    partial = []
    packets = PacketNumbers()
    origin = nil
  }
}
