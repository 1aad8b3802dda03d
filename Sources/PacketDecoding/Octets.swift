/// Why a packet has no payload.
enum Refusal: Error {
  /// Its headers contradict each other or are truncated.
  case malformed
  /// Its protocol is not one that carries DNS here.
  case foreign

  var outcome: PacketOutcome { self == .malformed ? .malformed : .foreign }
}

/// Big-endian reads with bounds checks.
extension Span<UInt8> {
  @inline(__always)
  func octet(_ index: Int) throws(Refusal) -> UInt8 {
    guard index >= 0, index < count else { throw .malformed }
    return self[index]
  }

  @inline(__always)
  func short(_ index: Int) throws(Refusal) -> UInt16 {
    guard index >= 0, index &+ 1 < count else { throw .malformed }
    return UInt16(self[index]) << 8 | UInt16(self[index &+ 1])
  }

  @inline(__always)
  func long(_ index: Int) throws(Refusal) -> UInt32 {
    guard index >= 0, index &+ 3 < count else { throw .malformed }
    return UInt32(self[index]) << 24 | UInt32(self[index &+ 1]) << 16
      | UInt32(self[index &+ 2]) << 8 | UInt32(self[index &+ 3])
  }

  @inline(__always)
  func quad(_ index: Int) throws(Refusal) -> UInt64 {
    UInt64(try long(index)) << 32 | UInt64(try long(index &+ 4))
  }
}
