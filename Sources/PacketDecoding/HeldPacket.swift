import Bytes
import TraceModel

/// A part of an incomplete message: the octets after the headers read so far, and their origin.
struct HeldPacket: Sendable {
  var octets: [UInt8]
  /// The number of packets that it was made of.
  var count: Int
  var origin: Origin

  init(_ octets: [UInt8], count: Int = 1, origin: Origin) {
    self.octets = octets
    self.count = count
    self.origin = origin
  }

  init(_ octets: Span<UInt8>, count: Int = 1, origin: Origin) {
    self.octets = []
    self.octets.append(contentsOf: octets)
    self.count = count
    self.origin = origin
  }

  /// Its memory, in octets, including bookkeeping.
  var cost: Int { octets.count + 256 }
}
