import TraceModel

/// The fields of an interface description block that are needed to parse its packets.
struct Interface: Sendable {
  var link: LinkType
  /// 0 if packets are not truncated.
  var snapLength: UInt32
  /// The index in `InterfaceNames`.
  var index: UInt32 = 0
  var clock = FileClock()
}

/// The unit and the offset of an interface's timestamps.
struct FileClock: Sendable {
  /// `if_tsresol`: a power of ten below one second, or, with the highest bit, of two.
  var resolution: UInt8 = 6
  /// `if_tsoffset`: seconds to add.
  var offset: Int64 = 0

  /// The time of a count, clamped to the range of `Timestamp`.
  func time(_ count: UInt64) -> Timestamp {
    let power = Int(resolution & 0x7f)
    let (seconds, nanoseconds) = resolution & 0x80 == 0 ? decimal(count, power) : binary(count, power)
    let (total, overflow) = Int64(clamping: seconds).addingReportingOverflow(offset)
    guard !overflow else { return Timestamp(nanoseconds: offset < 0 ? .min : .max) }
    let (scaled, isBeyond) = total.multipliedReportingOverflow(by: 1_000_000_000)
    guard !isBeyond else { return Timestamp(nanoseconds: total < 0 ? .min : .max) }
    return Timestamp(nanoseconds: scaled).advanced(byNanoseconds: nanoseconds)
  }

  private func decimal(_ count: UInt64, _ power: Int) -> (UInt64, Int64) {
    // 10^20 does not fit into 64 bits.
    guard power < 20 else { return (0, 0) }
    let (seconds, rest) = count.quotientAndRemainder(dividingBy: Self.ten(to: power))
    let nanoseconds = power <= 9 ? rest * Self.ten(to: 9 - power) : rest / Self.ten(to: power - 9)
    return (seconds, Int64(clamping: nanoseconds))
  }

  private func binary(_ count: UInt64, _ power: Int) -> (UInt64, Int64) {
    guard power < 64 else {
      let nanoseconds = count.multipliedFullWidth(by: 1_000_000_000).high >> UInt64(power - 64)
      return (0, Int64(clamping: nanoseconds))
    }
    let rest = count & ((1 << UInt64(power)) - 1)
    let product = rest.multipliedFullWidth(by: 1_000_000_000)
    let nanoseconds = power == 0 ? 0 : product.high << UInt64(64 - power) | product.low >> UInt64(power)
    return (count >> UInt64(power), Int64(clamping: nanoseconds))
  }

  private static func ten(to power: Int) -> UInt64 { (0..<power).reduce(1) { ten, _ in ten * 10 } }
}
