import Captures

/// A packet on its way through the headers: what is left of it, and what it is made of.
struct Packet: Sendable {
  var storage: [UInt8]
  /// What the headers read so far leave.
  var range: Range<Int>
  /// How many octets were on the wire after `range` and not captured.
  var missing: Int
  /// How many captures this was put together from.
  var count = 1
  var origin: Origin

  init(_ capture: borrowing Capture) {
    storage = capture.bytes
    range = 0..<storage.count
    // Bounded, so that no file can make sequence arithmetic leave its range.
    missing = max(0, min(max(0, capture.originalLength), 1 << 20) - storage.count)
    origin = Origin(capture)
  }

  init(storage: [UInt8], count: Int, origin: Origin) {
    self.storage = storage
    range = 0..<storage.count
    missing = 0
    self.count = count
    self.origin = origin
  }

  /// Moves past a header that `skip` reads.
  @inline(__always)
  mutating func strip<Result>(
    _ skip: (Span<UInt8>, inout Range<Int>) throws(Refusal) -> Result
  ) throws(Refusal) -> Result {
    var rest = range
    let result = try skip(storage.span, &rest)
    range = rest
    return result
  }

  /// What holding it costs in octets: the whole array stays, and some bookkeeping with it.
  var cost: Int { storage.count + 256 }
}
