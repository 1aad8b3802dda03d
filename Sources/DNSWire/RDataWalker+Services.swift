import Bytes

// Service bindings (RFC 9460).
extension RDataWalker where Output: ~Copyable {
  /// RFC 9460 §2.2. Parameters of an alias (priority 0) are ignored, so they are not an error (§2.4.2).
  mutating func serviceBinding() throws(WireError) {
    try uint16()
    try name()
    var previous = -1
    while !reader.isAtEnd {
      let key = try ServiceParameterKey(rawValue: reader.uint16())
      guard Int(key.rawValue) > previous else { throw malformed() }
      previous = Int(key.rawValue)
      let value = try reader.counted16()
      guard key.allows(reader.octets, value) else { throw malformed() }
      write { text, octets in
        key.write(to: &text)
        text.append(valueOf: key, octets, value)
      }
    }
  }
}

extension ServiceParameterKey {
  /// Whether the value has the key's wire format; otherwise a client ignores the record (RFC 9460 §2.2).
  func allows(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
    switch self {
    case .mandatory: Self.isKeyList(octets, range)
    case .alpn: !range.isEmpty && Self.isStringList(octets, range, emptyItems: false)
    case .docpath: Self.isStringList(octets, range, emptyItems: true)
    case .noDefaultALPN, .ohttp: range.isEmpty
    case .port: range.count == 2
    case .ipv4hint: !range.isEmpty && range.count % 4 == 0
    case .ipv6hint: !range.isEmpty && range.count % 16 == 0
    case .tlsSupportedGroups: !range.isEmpty && range.count % 2 == 0
    // An ECHConfigList: its own length, then at least one configuration's version and length (RFC 9849 §4).
    case .ech: range.count >= 6 && octets.uint16(at: range.lowerBound) == range.count - 2
    default: true
    }
  }

  /// Ascending, without `mandatory` itself (RFC 9460 §8).
  private static func isKeyList(_ octets: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard !range.isEmpty, range.count % 2 == 0 else { return false }
    var previous = 0
    for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
      let key = octets.uint16(at: index)
      guard key > previous else { return false }
      previous = key
    }
    return true
  }

  private static func isStringList(_ octets: Span<UInt8>, _ range: Range<Int>, emptyItems: Bool) -> Bool {
    var index = range.lowerBound
    while index < range.upperBound {
      guard emptyItems || octets[index] > 0 else { return false }
      index += 1 + Int(octets[index])
    }
    return index == range.upperBound
  }
}

// MARK: Presentation

extension ByteWriter {
  /// `="value"`, or nothing for an empty value (RFC 9460 §2.1 and Appendix A).
  mutating func append(valueOf key: ServiceParameterKey, _ octets: Span<UInt8>, _ range: Range<Int>) {
    guard !range.isEmpty else { return }
    append(text: "=\"")
    append(bareValueOf: key, octets, range)
    append(0x22)
  }

  mutating func append(bareValueOf key: ServiceParameterKey, _ octets: Span<UInt8>, _ range: Range<Int>) {
    switch key {
    case .mandatory:
      append(list: range, step: 2) { text, index in
        ServiceParameterKey(rawValue: UInt16(octets.uint16(at: index))).write(to: &text)
      }
    case .alpn, .docpath: append(stringList: octets, range)
    case .port: append(decimal: UInt(octets.uint16(at: range.lowerBound)))
    case .ipv4hint:
      append(list: range, step: 4) { text, index in text.append(ipv4: octets.uint32(at: index)) }
    case .ipv6hint:
      append(list: range, step: 16) { text, index in
        text.append(ipv6High: octets.uint64(at: index), low: octets.uint64(at: index + 8))
      }
    case .tlsSupportedGroups:
      append(list: range, step: 2) { text, index in text.append(decimal: UInt(octets.uint16(at: index))) }
    case .ech: append(base64: octets.extracting(range))
    default: append(escaping: octets, range)
    }
  }

  private mutating func append(list range: Range<Int>, step: Int, _ item: (inout ByteWriter, Int) -> Void) {
    for index in stride(from: range.lowerBound, to: range.upperBound, by: step) {
      if index > range.lowerBound { append(UInt8(ascii: ",")) }
      item(&self, index)
    }
  }

  /// Items separated by commas, escaped twice: for the list, then for the string (RFC 9460 Appendix A.1).
  private mutating func append(stringList octets: Span<UInt8>, _ range: Range<Int>) {
    var index = range.lowerBound
    while index < range.upperBound {
      if index > range.lowerBound { append(UInt8(ascii: ",")) }
      let end = index + 1 + Int(octets[index])
      for octet in (index + 1)..<end {
        switch octets[octet] {
        case UInt8(ascii: ","): append(text: "\\\\,")
        case UInt8(ascii: "\\"): append(text: "\\\\\\\\")
        default: append(escaping: octets, octet..<(octet + 1))
        }
      }
      index = end
    }
  }
}
