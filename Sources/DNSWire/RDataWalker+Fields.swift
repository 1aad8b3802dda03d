import Bytes

// The fields of rdata; each function moves to the end of its field.
extension RDataWalker where Output: ~Copyable {
  mutating func uint8() throws(WireError) {
    let value = try reader.uint8()
    write { text, _ in text.append(decimal: value) }
  }

  mutating func uint16() throws(WireError) {
    let value = try reader.uint16()
    write { text, _ in text.append(decimal: value) }
  }

  mutating func uint32() throws(WireError) {
    let value = try reader.uint32()
    write { text, _ in text.append(decimal: value) }
  }

  mutating func uint48() throws(WireError) {
    let value = try UInt64(reader.uint16()) << 32 | UInt64(reader.uint32())
    write { text, _ in text.append(decimal: value) }
  }

  mutating func uint64() throws(WireError) {
    let value = try reader.uint64()
    write { text, _ in text.append(decimal: value) }
  }

  mutating func ipv4() throws(WireError) {
    let address = try reader.uint32()
    write { text, _ in text.append(ipv4: address) }
  }

  mutating func ipv6() throws(WireError) {
    let high = try reader.uint64()
    let low = try reader.uint64()
    write { text, _ in text.append(ipv6High: high, low: low) }
  }

  mutating func name() throws(WireError) {
    let name = try reader.name()
    write { text, octets in NameView(octets, name).write(to: &text) }
  }

  /// A sixteen-bit record type, by its mnemonic.
  mutating func recordType() throws(WireError) {
    let type = try RecordType(rawValue: reader.uint16())
    write { text, _ in type.write(to: &text) }
  }

  /// Seconds since 1970 as YYYYMMDDHHmmSS (RFC 4034 §3.2).
  mutating func time() throws(WireError) {
    let seconds = try reader.uint32()
    write { text, _ in text.append(time: seconds) }
  }
}

// MARK: Strings

extension RDataWalker where Output: ~Copyable {
  /// A character string, quoted (RFC 1035 §3.3).
  mutating func string() throws(WireError) {
    let range = try reader.counted()
    write { text, octets in text.append(quoting: octets, range) }
  }

  /// Character strings to the end. An empty list is not legal, but is read as one empty string (RFC 6763 §6.1).
  mutating func strings() throws(WireError) {
    if reader.isAtEnd { write { text, _ in text.append(text: "\"\"") } }
    while !reader.isAtEnd { try string() }
  }

  /// The rest as one quoted string of any length.
  mutating func quotedRest() {
    let range = reader.takeRest()
    write { text, octets in text.append(quoting: octets, range) }
  }
}

// MARK: Octets

extension RDataWalker where Output: ~Copyable {
  /// Writes nothing if there are no octets: an empty field would leave an additional space.
  mutating func hexRest() {
    let range = reader.takeRest()
    guard !range.isEmpty else { return }
    write { text, octets in text.append(hex: octets, range) }
  }

  mutating func base64Rest() {
    base64(reader.takeRest(), ifEmpty: nil)
  }

  mutating func base64(_ range: Range<Int>, ifEmpty substitute: String?) {
    guard range.isEmpty else {
      return write { text, octets in text.append(base64: octets.extracting(range)) }
    }
    if let substitute { write { text, _ in text.append(text: substitute) } }
  }

  /// Exactly `count` octets as hexadecimal pairs between hyphens (RFC 7043 §3.2).
  mutating func hyphenated(_ count: Int) throws(WireError) {
    let range = try reader.take(count)
    write { text, octets in
      for index in range {
        if index > range.lowerBound { text.append(UInt8(ascii: "-")) }
        text.append(hex: octets[index])
      }
    }
  }
}

extension WireReader {
  /// Octets after an octet with their length.
  mutating func counted() throws(WireError) -> Range<Int> {
    let count = try uint8()
    return try take(Int(count))
  }

  /// Octets after sixteen bits with their length.
  mutating func counted16() throws(WireError) -> Range<Int> {
    let count = try uint16()
    return try take(Int(count))
  }
}
