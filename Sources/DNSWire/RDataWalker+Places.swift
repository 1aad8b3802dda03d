import Bytes

// Layouts with locations: addresses, gateways, coordinates.
extension RDataWalker where Output: ~Copyable {
  /// A network's name and an octal address in it, as in Chaosnet (RFC 1035 §3.4 leaves the format to the class).
  mutating func chaosAddress() throws(WireError) {
    try name()
    let address = try reader.uint16()
    write { text, _ in text.append(text: String(address, radix: 8)) }
  }

  /// RFC 4025 §2.1.
  mutating func ipseckey() throws(WireError) {
    try uint8()
    let gatewayType = try reader.uint8()
    write { text, _ in text.append(decimal: gatewayType) }
    try uint8()
    try gateway(gatewayType)
    base64Rest()
  }

  /// RFC 8777 §4.1: the first bit of the type says whether discovery is optional.
  mutating func amtrelay() throws(WireError) {
    try uint8()
    let flagAndType = try reader.uint8()
    write { text, _ in text.append(decimal: flagAndType >> 7) }
    write { text, _ in text.append(decimal: flagAndType & 0x7F) }
    try gateway(flagAndType & 0x7F)
  }

  /// A gateway of the given type (RFC 4025 §2.5, RFC 8777 §4.2.4).
  private mutating func gateway(_ gatewayType: UInt8) throws(WireError) {
    switch gatewayType {
    case 0: write { text, _ in text.append(.dot) }
    case 1: try ipv4()
    case 2: try ipv6()
    case 3: try name()
    default: opaqueRest()
    }
  }

  /// RFC 6742 §2.1 and §2.3: four groups of four hexadecimal digits.
  mutating func locator64() throws(WireError) {
    try uint16()
    let range = try reader.take(8)
    write { text, octets in
      for index in range {
        let position = index - range.lowerBound
        if position > 0 && position % 2 == 0 { text.append(UInt8(ascii: ":")) }
        text.append(hex: octets[index])
      }
    }
  }

  /// RFC 6742 §2.2.
  mutating func locator32() throws(WireError) {
    try uint16()
    try ipv4()
  }

  /// RFC 9859 §3.
  mutating func dsync() throws(WireError) {
    try recordType()
    let scheme = try reader.uint8()
    write { text, _ in
      if scheme == 1 { text.append(text: "NOTIFY") } else { text.append(decimal: scheme) }
    }
    try uint16()
    try name()
  }

  /// RFC 3123 §4: items like `!1:192.168.38.0/28`; trailing zero octets of an address are omitted.
  mutating func addressPrefixes() throws(WireError) {
    while !reader.isAtEnd {
      let family = try reader.uint16()
      let prefix = try reader.uint8()
      let negationAndLength = try reader.uint8()
      let range = try reader.take(Int(negationAndLength & 0x7F))
      let bits = family == 1 ? 32 : family == 2 ? 128 : 255
      guard Int(prefix) <= bits, family > 2 || range.count * 8 <= bits,
        range.isEmpty || reader.octets[range.upperBound - 1] != 0
      else { throw malformed() }
      write { text, octets in
        if negationAndLength & 0x80 != 0 { text.append(UInt8(ascii: "!")) }
        text.append(decimal: family)
        text.append(UInt8(ascii: ":"))
        text.append(address: octets, range, family: family)
        text.append(UInt8(ascii: "/"))
        text.append(decimal: prefix)
      }
    }
  }

  /// The draft for digital objects: enterprise, type, location, media type, data.
  mutating func digitalObject() throws(WireError) {
    try uint32()
    try uint32()
    try uint8()
    try string()
    base64(reader.takeRest(), ifEmpty: "-")
  }
}

extension ByteWriter {
  /// An address whose trailing zero octets may be missing, by its address family number.
  mutating func append(address octets: Span<UInt8>, _ range: Range<Int>, family: UInt16) {
    func word(_ index: Int, _ count: Int) -> UInt64 {
      var value: UInt64 = 0
      for offset in index..<(index + count) {
        value = value << 8 | (offset < range.count ? UInt64(octets[range.lowerBound + offset]) : 0)
      }
      return value
    }
    switch family {
    case 1: append(ipv4: UInt32(word(0, 4)))
    case 2: append(ipv6High: word(0, 8), low: word(8, 8))
    default: append(hex: octets, range)
    }
  }
}

// MARK: LOC

extension RDataWalker where Output: ~Copyable {
  /// RFC 1876 §2; versions other than 0 are unknown.
  mutating func location() throws(WireError) {
    guard try reader.uint8() == 0 else { return opaqueRest() }
    let size = try reader.uint8()
    let horizontal = try reader.uint8()
    let vertical = try reader.uint8()
    let latitude = try reader.uint32().asAngle
    let longitude = try reader.uint32().asAngle
    let altitude = try Int(reader.uint32()) - 100_000_00
    guard abs(latitude) <= 90 * 3_600_000, abs(longitude) <= 180 * 3_600_000,
      let size = size.centimetres, let horizontal = horizontal.centimetres,
      let vertical = vertical.centimetres
    else { return opaqueRest() }
    write { text, _ in
      text.append(angle: latitude, letters: ("N", "S"))
      text.append(0x20)
      text.append(angle: longitude, letters: ("E", "W"))
    }
    write { text, _ in text.append(metres: altitude) }
    // The defaults are omitted (RFC 1876 §3): 1 m, 10 km, 10 m.
    guard size != 100 || horizontal != 1_000_000 || vertical != 1_000 else { return }
    write { text, _ in text.append(metres: size) }
    write { text, _ in text.append(metres: horizontal) }
    write { text, _ in text.append(metres: vertical) }
  }
}

extension UInt32 {
  /// Thousandths of a second of arc, from the equator or prime meridian at 2^31.
  fileprivate var asAngle: Int { Int(self) - 1 << 31 }
}

extension UInt8 {
  /// A digit and a power of ten; nil if one of them is above 9.
  fileprivate var centimetres: Int? {
    guard self >> 4 <= 9, self & 0xF <= 9 else { return nil }
    var value = Int(self >> 4)
    for _ in 0..<(self & 0xF) { value *= 10 }
    return value
  }
}

extension ByteWriter {
  /// `42 21 54.500 N`.
  fileprivate mutating func append(angle: Int, letters: (positive: Character, negative: Character)) {
    let thousandths = abs(angle)
    append(decimal: thousandths / 3_600_000, width: 1)
    append(0x20)
    append(decimal: thousandths / 60_000 % 60, width: 1)
    append(0x20)
    append(decimal: thousandths / 1_000 % 60, width: 1)
    append(.dot)
    append(decimal: thousandths % 1_000, width: 3)
    append(0x20)
    append(text: String(angle < 0 ? letters.negative : letters.positive))
  }

  /// `-24.05m`.
  fileprivate mutating func append(metres centimetres: Int) {
    if centimetres < 0 { append(UInt8(ascii: "-")) }
    append(decimal: abs(centimetres) / 100, width: 1)
    append(.dot)
    append(decimal: abs(centimetres) % 100, width: 2)
    append(UInt8(ascii: "m"))
  }

  /// Seconds since 1970 as YYYYMMDDHHmmSS, in the proleptic Gregorian calendar in UTC.
  mutating func append(time seconds: UInt32) {
    // Days are counted in eras of 400 years that start on 1 March, so that leap days are last.
    let days = Int(seconds) / 86_400 + 719_468
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    append(decimal: days / 146_097 * 400 + yearOfEra + (month <= 2 ? 1 : 0), width: 4)
    append(decimal: month, width: 2)
    append(decimal: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, width: 2)
    let second = Int(seconds) % 86_400
    append(decimal: second / 3_600, width: 2)
    append(decimal: second / 60 % 60, width: 2)
    append(decimal: second % 60, width: 2)
  }
}
