import TraceModel

/// A piece of one direction of a TCP stream, as one packet carried it.
struct Segment: Sendable {
  /// The sequence number of its first octet.
  var sequence: UInt32
  var storage: [UInt8]
  var range: Range<Int>
  /// How many octets follow `range` and were not captured.
  var missing: Int
  /// The sequence number of the octet of urgent data that its header points to.
  var urgent: UInt32?
  /// How many captures it came in.
  var packets: Int
  var origin: Origin

  /// Its length in the stream, in octets.
  var length: Int { range.count + missing }
  var end: UInt32 { sequence &+ UInt32(truncatingIfNeeded: length) }
  /// What holding it costs in octets: the whole array stays, and some bookkeeping with it.
  var cost: Int { storage.count + 256 }

  init(_ packet: Packet, sequence: UInt32, urgent: UInt32? = nil) {
    self.urgent = urgent
    self.sequence = sequence
    storage = packet.storage
    range = packet.range
    missing = packet.missing
    packets = packet.count
    origin = packet.origin
  }

  /// Takes octets away that came before; at most `length` of them.
  mutating func dropFirst(_ octets: Int) {
    let here = min(octets, range.count)
    range = range.lowerBound + here..<range.upperBound
    missing -= octets - here
    sequence &+= UInt32(truncatingIfNeeded: octets)
  }

  /// Where its urgent octet lies in `storage`; nil when that is not in this segment.
  var urgentIndex: Int? {
    guard let urgent else { return nil }
    let place = distance(from: sequence, to: urgent)
    return place >= 0 && place < range.count ? range.lowerBound + place : nil
  }

  /// Takes an octet out of what is handed on; the sequence numbers are then those before it.
  mutating func remove(at index: Int) {
    storage.remove(at: index)
    range = range.lowerBound..<range.upperBound - 1
  }
}

/// How far `sequence` is ahead of `other`, from -2³¹ to 2³¹ - 1 (RFC 9293 §3.4).
func distance(from other: UInt32, to sequence: UInt32) -> Int {
  Int(Int32(bitPattern: sequence &- other))
}
