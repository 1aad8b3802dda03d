import Bytes
import TraceModel

/// A segment of one direction of a TCP stream, borrowed from its packet.
struct Segment: ~Escapable {
  /// The sequence number of its first octet.
  var sequence: UInt32
  var octets: Span<UInt8>
  /// The number of octets after it that were not captured.
  var missing: Int
  /// The sequence number of the octet of urgent data according to its header.
  var urgent: UInt32?
  /// The number of its packets.
  let packets: Int
  let origin: Origin

  @_lifetime(copy octets)
  init(
    _ octets: Span<UInt8>, sequence: UInt32, missing: Int, urgent: UInt32? = nil, packets: Int, origin: Origin
  ) {
    self.octets = octets
    self.sequence = sequence
    self.missing = missing
    self.urgent = urgent
    self.packets = packets
    self.origin = origin
  }

  /// Its length in the stream, in octets.
  var length: Int { octets.count + missing }
  var end: UInt32 { sequence &+ UInt32(truncatingIfNeeded: length) }

  /// Removes at most `length` octets from its start.
  mutating func dropFirst(_ count: Int) {
    let here = min(count, octets.count)
    octets = octets.extracting(droppingFirst: here)
    missing -= count - here
    sequence &+= UInt32(truncatingIfNeeded: count)
  }

  /// The index of its urgent octet; nil if that is not in this segment.
  var urgentIndex: Int? {
    guard let urgent else { return nil }
    let place = distance(from: sequence, to: urgent)
    return place >= 0 && place < octets.count ? place : nil
  }

  /// Its octets without the one at `index`.
  func octets(without index: Int) -> [UInt8] {
    var rest: [UInt8] = []
    rest.append(contentsOf: octets)
    rest.remove(at: index)
    return rest
  }
}

/// A segment that waits behind a gap, in its own memory.
struct HeldSegment: Sendable {
  private let octets: [UInt8]
  let sequence: UInt32
  private let missing: Int
  private let urgent: UInt32?
  let packets: Int
  private let origin: Origin

  init(_ segment: borrowing Segment) {
    var octets: [UInt8] = []
    octets.append(contentsOf: segment.octets)
    self.octets = octets
    sequence = segment.sequence
    missing = segment.missing
    urgent = segment.urgent
    packets = segment.packets
    origin = segment.origin
  }

  var view: Segment {
    @_lifetime(borrow self)
    borrowing get {
      Segment(
        octets.span, sequence: sequence, missing: missing, urgent: urgent, packets: packets, origin: origin)
    }
  }

  var time: Timestamp { origin.time }
  var end: UInt32 { sequence &+ UInt32(truncatingIfNeeded: octets.count + missing) }
  /// Its memory, in octets, including bookkeeping.
  var cost: Int { octets.count + 256 }
}

/// How far `sequence` is ahead of `other`, from -2³¹ to 2³¹ - 1 (RFC 9293 §3.4).
func distance(from other: UInt32, to sequence: UInt32) -> Int {
  Int(Int32(bitPattern: sequence &- other))
}
