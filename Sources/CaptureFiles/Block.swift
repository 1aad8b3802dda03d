import Bytes

/// Writes a pcapng block, little-endian; the length is filled in at the end.
struct Block {
  /// Where it starts in the output; the number of octets before it is a multiple of four.
  private let start: Int

  init(_ type: UInt32, _ output: inout ByteWriter) {
    start = output.count
    output.append(littleEndian: type)
    output.append(littleEndian: 0 as UInt32)
  }

  func end(_ output: inout ByteWriter) {
    let length = UInt32(truncatingIfNeeded: output.count - start + 4)
    output.append(littleEndian: length)
    output.replace(at: start + 4, withLittleEndian: length)
  }
}

extension ByteWriter {
  /// Appends octets, and zeros up to a multiple of four.
  mutating func append(padded value: Span<UInt8>) {
    append(octets: value)
    for _ in 0..<(-value.count & 3) { append(0) }
  }

  /// Appends an option; omits an empty one and cuts one that does not fit.
  mutating func append(option code: UInt16, _ value: Span<UInt8>) {
    guard !value.isEmpty else { return }
    let value = value.extracting(first: 65_535)
    append(littleEndian: code)
    append(littleEndian: UInt16(truncatingIfNeeded: value.count))
    append(padded: value)
  }

  mutating func append(option code: UInt16, _ value: [UInt8]) { append(option: code, value.span) }

  mutating func appendEndOfOptions() { append(littleEndian: 0 as UInt32) }
}
