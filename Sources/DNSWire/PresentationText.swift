// Appends numbers and octets to text without building a String.
extension [UInt8] {
  mutating func append(text: String) { append(contentsOf: text.utf8) }

  mutating func append(decimal value: some FixedWidthInteger & UnsignedInteger) {
    if value >= 10 { append(decimal: value / 10) }
    append(0x30 + UInt8(truncatingIfNeeded: value % 10))
  }

  /// At least `width` digits, with leading zeros.
  mutating func append(decimal value: Int, width: Int) {
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor <= value / 10 { divisor *= 10 }
    while divisor > 0 {
      append(0x30 + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }

  mutating func append(hexDigit value: UInt8) {
    let digit = value & 0xF
    append(digit < 10 ? 0x30 + digit : 0x57 + digit)
  }

  mutating func append(hex octet: UInt8) {
    append(hexDigit: octet >> 4)
    append(hexDigit: octet)
  }

  mutating func append(hex octets: Span<UInt8>, _ range: Range<Int>) {
    for index in range { append(hex: octets[index]) }
  }

  /// An octet of a name or string: escaped by a backslash if special, as `\DDD` if not printable ASCII.
  @inline(__always)
  mutating func append(escaping octet: UInt8, special: Bool, literalSpace: Bool) {
    if special {
      append(0x5C)
      append(octet)
    } else if octet > 0x20 && octet < 0x7F || octet == 0x20 && literalSpace {
      append(octet)
    } else {
      append(0x5C)
      append(decimal: Int(octet), width: 3)
    }
  }

  /// A character string in quotes (RFC 1035 §5.1).
  mutating func append(quoting octets: Span<UInt8>, _ range: Range<Int>) {
    append(0x22)
    append(escaping: octets, range)
    append(0x22)
  }

  mutating func append(escaping octets: Span<UInt8>, _ range: Range<Int>) {
    for index in range {
      let octet = octets[index]
      append(escaping: octet, special: octet == 0x22 || octet == 0x5C, literalSpace: true)
    }
  }

  /// Base32 with the extended hex alphabet in lower case, without padding (RFC 4648 §7, RFC 5155 §3.3).
  mutating func append(base32hex octets: Span<UInt8>, _ range: Range<Int>) {
    var window: UInt32 = 0
    var bits: UInt32 = 0
    for index in range {
      window = window << 8 | UInt32(octets[index])
      bits += 8
      while bits >= 5 {
        bits -= 5
        append(base32hexDigit: window >> bits)
      }
    }
    if bits > 0 { append(base32hexDigit: window << (5 - bits)) }
  }

  private mutating func append(base32hexDigit value: UInt32) {
    let digit = UInt8(truncatingIfNeeded: value & 0x1F)
    append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
  }
}
