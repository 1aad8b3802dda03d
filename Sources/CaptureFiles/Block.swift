import Bytes

/// Writes a pcapng block; the length is filled in at the end.
struct Block {
  private var octets: [UInt8]
  private let start: Int

  /// Owns `output` until `end`, so that nothing is copied.
  init(_ type: UInt32, _ output: inout [UInt8]) {
    octets = []
    swap(&octets, &output)
    start = octets.count
    add(type)
    add(0 as UInt32)
  }

  mutating func add<Number: FixedWidthInteger>(_ number: Number) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      octets.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
  }

  mutating func add(padded value: Span<UInt8>) {
    octets.append(contentsOf: value)
    while (octets.count - start) % 4 != 0 { octets.append(0) }
  }

  /// Appends an option; omits an empty one and cuts one that does not fit.
  mutating func addOption(_ code: UInt16, _ value: [UInt8]) {
    guard !value.isEmpty else { return }
    let value = value.count > 65_535 ? Array(value.prefix(65_535)) : value
    add(code)
    add(UInt16(value.count))
    add(padded: value.span)
  }

  mutating func endOptions() { add(0 as UInt32) }

  mutating func end(_ output: inout [UInt8]) {
    let length = UInt32(octets.count - start + 4)
    add(length)
    for place in 0..<4 { octets[start + 4 + place] = UInt8(truncatingIfNeeded: length >> UInt32(8 * place)) }
    swap(&octets, &output)
  }
}
