import Captures

/// A piece of one direction of a TCP stream, as one packet carried it.
struct Segment: Sendable {
  /// The sequence number of its first octet.
  var sequence: UInt32
  var storage: [UInt8]
  var range: Range<Int>
  /// How many octets follow `range` and were not captured.
  var missing: Int
  /// How many captures it came in.
  var packets: Int
  var origin: Origin

  /// Its length in the stream, in octets.
  var length: Int { range.count + missing }
  var end: UInt32 { sequence &+ UInt32(truncatingIfNeeded: length) }
  /// What holding it costs in octets: the whole array stays, and some bookkeeping with it.
  var cost: Int { storage.count + 256 }

  init(_ packet: Packet, sequence: UInt32) {
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
}

/// How far `sequence` is ahead of `other`, from -2³¹ to 2³¹ - 1 (RFC 9293 §3.4).
func distance(from other: UInt32, to sequence: UInt32) -> Int {
  Int(Int32(bitPattern: sequence &- other))
}
