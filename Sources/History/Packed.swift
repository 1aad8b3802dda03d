import Bytes

/// Numbers and octets one behind the other, as a column of a history's file holds them: numbers in groups of seven bits, the
/// lowest first (LEB128), signed ones folded (0, -1, 1, -2, …).
struct Packed {
  private(set) var octets: [UInt8] = []

  mutating func append(_ number: UInt64) {
    var rest = number
    while rest > 0x7f {
      octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    octets.append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func append(signed number: Int64) { append(UInt64(bitPattern: number << 1 ^ number >> 63)) }

  mutating func append(counted other: [UInt8]) {
    append(UInt64(other.count))
    octets += other
  }
}

/// Reads what `Packed` has written, or anything else: behind the end there are zeros, and `isIntact` says that it came to that.
struct Unpacking {
  private var rest: ArraySlice<UInt8>
  private(set) var isIntact = true

  init(_ octets: [UInt8]) { rest = octets[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number() -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let octet = rest.popFirst() else { break }
      number |= UInt64(octet & 0x7f) << shift
      if octet < 0x80 { return number }
    }
    isIntact = false
    return 0
  }

  mutating func signed() -> Int64 {
    let number = number()
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }

  mutating func counted() -> [UInt8] {
    let count = number()
    guard count <= UInt64(rest.count) else {
      isIntact = false
      rest = []
      return []
    }
    defer { rest = rest.dropFirst(Int(count)) }
    return Array(rest.prefix(Int(count)))
  }
}
