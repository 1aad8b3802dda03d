import Bytes
import TraceModel

/// What is kept of a packet that other packets complete: the octets behind the headers read so far, and their origin.
struct HeldPacket: Sendable {
  var octets: [UInt8]
  /// How many packets this was put together from.
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

  /// What holding it costs, in octets, with some bookkeeping.
  var cost: Int { octets.count + 256 }
}
