import TraceModel

/// A part of a packet that may have to be held: its octets, and what it is made of.
struct Packet: Sendable {
  var storage: [UInt8]
  /// What lies behind the headers read so far.
  var range: Range<Int>
  /// How many octets were on the wire after `range` and not captured.
  var missing: Int
  /// How many captures this was put together from.
  var count = 1
  var origin: Origin

  init(_ capture: borrowing Capture, range: Range<Int>, missing: Int) {
    storage = capture.bytes
    self.range = range
    self.missing = missing
    origin = Origin(capture)
  }

  init(storage: [UInt8], count: Int, origin: Origin) {
    self.storage = storage
    range = 0..<storage.count
    missing = 0
    self.count = count
    self.origin = origin
  }

  /// The same packet with its headers up to `range` read.
  func part(_ range: Range<Int>, missing: Int) -> Packet {
    var part = self
    part.range = range
    part.missing = missing
    return part
  }

  /// What holding it costs in octets: the whole array stays, and some bookkeeping with it.
  var cost: Int { storage.count + 256 }
}
