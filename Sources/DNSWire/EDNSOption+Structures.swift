package import Bytes

/// The network of the client on whose behalf a resolver asks (RFC 7871 §6).
package struct ClientSubnet: Hashable, Sendable {
  package enum Address: Hashable, Sendable {
    case ipv4(UInt32)
    case ipv6(high: UInt64, low: UInt64)
  }

  package let address: Address
  package let sourcePrefix: UInt8
  /// In an answer: the prefix for which it is valid.
  package let scopePrefix: UInt8

  package init(address: Address, sourcePrefix: UInt8, scopePrefix: UInt8 = 0) {
    self.address = address
    self.sourcePrefix = sourcePrefix
    self.scopePrefix = scopePrefix
  }

  /// Nil unless the address has as many octets as the prefix requires, and only zero bits after it.
  init?(_ octets: Span<UInt8>) {
    guard octets.count >= 4 else { return nil }
    let family = octets.uint16(at: 0)
    sourcePrefix = octets[2]
    scopePrefix = octets[3]
    let bits = family == 1 ? 32 : 128
    guard family == 1 || family == 2, sourcePrefix <= bits, scopePrefix <= bits,
      octets.count - 4 == (Int(sourcePrefix) + 7) / 8
    else { return nil }
    if sourcePrefix % 8 > 0, octets[octets.count - 1] & (0xFF >> (sourcePrefix % 8)) != 0 { return nil }
    func word(_ index: Int, _ count: Int) -> UInt64 {
      var value: UInt64 = 0
      for offset in (4 + index)..<(4 + index + count) {
        value = value << 8 | (offset < octets.count ? UInt64(octets[offset]) : 0)
      }
      return value
    }
    address =
      family == 1
      ? .ipv4(UInt32(truncatingIfNeeded: word(0, 4))) : .ipv6(high: word(0, 8), low: word(8, 8))
  }

  package var octets: [UInt8] {
    var octets: [UInt8] = []
    let used = 4 + (Int(sourcePrefix) + 7) / 8
    switch address {
    case .ipv4(let address):
      octets = [0, 1, sourcePrefix, scopePrefix]
      octets.append(bigEndian: address)
    case .ipv6(let high, let low):
      octets = [0, 2, sourcePrefix, scopePrefix]
      octets.append(bigEndian: high)
      octets.append(bigEndian: low)
    }
    return Array(octets.prefix(used))
  }

  /// Appends `192.0.2.0/24/0`: address, source prefix, scope prefix.
  package func write(to output: inout ByteWriter) {
    switch address {
    case .ipv4(let address): output.append(ipv4: address)
    case .ipv6(let high, let low): output.append(ipv6High: high, low: low)
    }
    output.append(UInt8(ascii: "/"))
    output.append(decimal: sourcePrefix)
    output.append(UInt8(ascii: "/"))
    output.append(decimal: scopePrefix)
  }
}

/// A token by which client and server recognise each other (RFC 7873 §4).
package struct Cookie: ~Escapable {
  /// 8 octets.
  package let client: Span<UInt8>
  /// 8 to 32 octets; none if the server's is not known yet.
  package let server: Span<UInt8>

  @_lifetime(copy octets)
  init?(_ octets: Span<UInt8>) {
    guard octets.count == 8 || 16...40 ~= octets.count else { return nil }
    client = octets.extracting(first: 8)
    server = octets.extracting(droppingFirst: 8)
  }
}

/// The cause of an error, or additional information about an answer (RFC 8914 §2).
package struct ExtendedError: ~Escapable {
  package let code: ExtendedErrorCode
  /// UTF-8 as sent, possibly invalid, without the optional final NUL.
  package let textOctets: Span<UInt8>

  @_lifetime(copy octets)
  init?(_ octets: Span<UInt8>) {
    guard octets.count >= 2 else { return nil }
    code = ExtendedErrorCode(rawValue: UInt16(truncatingIfNeeded: octets.uint16(at: 0)))
    let text = octets.extracting(droppingFirst: 2)
    let endsWithNUL = !text.isEmpty && text[text.count - 1] == 0
    textOctets = endsWithNUL ? text.extracting(droppingLast: 1) : text
  }

  /// The server's additional text; not to be shown on a terminal without escaping.
  package var text: String {
    var octets: [UInt8] = []
    octets.append(textOctets)
    return String(decoding: octets, as: UTF8.self)
  }

  /// Appends `22 "No Reachable Authority" "the server's text"`, each part only if there is one.
  package func write(to output: inout ByteWriter) {
    output.append(decimal: code.rawValue)
    if code.isAssigned {
      output.append(text: " \"")
      code.write(to: &output)
      output.append(0x22)
    }
    guard !textOctets.isEmpty else { return }
    output.append(0x20)
    output.append(quoting: textOctets, textOctets.indices)
  }
}

/// The version of the zone of an answer (RFC 9660 §2).
package struct ZoneVersion: ~Escapable {
  /// The number of labels of QNAME that are the zone's name.
  package let labelCount: UInt8
  /// 0 for the serial of the zone's SOA record.
  package let type: UInt8
  package let version: Span<UInt8>

  @_lifetime(copy octets)
  init?(_ octets: Span<UInt8>) {
    guard octets.count >= 2 else { return nil }
    labelCount = octets[0]
    type = octets[1]
    version = octets.extracting(droppingFirst: 2)
    guard type != 0 || version.count == 4 else { return nil }
  }

  /// The zone's serial, if the version is one.
  package var serial: UInt32? { type == 0 ? version.uint32(at: 0) : nil }

  /// Appends `2 SOA-SERIAL 2024010100`, or the type's number and hexadecimal octets.
  package func write(to output: inout ByteWriter) {
    output.append(decimal: labelCount)
    if let serial {
      output.append(text: " SOA-SERIAL ")
      output.append(decimal: serial)
    } else {
      output.append(0x20)
      output.append(decimal: type)
      output.append(0x20)
      output.append(hex: version, version.indices)
    }
  }
}
