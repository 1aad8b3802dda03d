import Bytes

// Appends numbers and octets to text without a String.
extension ByteWriter {
  /// At least `width` digits, with leading zeros, of a number that is not negative.
  mutating func append(decimal value: Int, width: Int) {
    append(decimalOf: UInt64(truncatingIfNeeded: value), digits: width)
  }

  mutating func append(hex octets: Span<UInt8>, _ range: Range<Int>) { append(hex: octets.extracting(range)) }

  mutating func append(base32hex octets: Span<UInt8>, _ range: Range<Int>) {
    append(base32hex: octets.extracting(range))
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
}
