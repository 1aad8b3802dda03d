package import Bytes

/// One option of an OPT record (RFC 6891 §6.1.2).
package struct EDNSOption: ~Escapable {
  package let code: EDNSOptionCode
  package let octets: Span<UInt8>

  @_lifetime(copy octets)
  init(code: EDNSOptionCode, octets: Span<UInt8>) {
    self.code = code
    self.octets = octets
  }

  /// The decoded value.
  package enum Value: ~Escapable {
    case clientSubnet(ClientSubnet)
    case cookie(Cookie)
    case extendedError(ExtendedError)
    /// The server's identity: any octets (RFC 5001 §2.3).
    case nsid(Span<UInt8>)
    /// The number of padding octets (RFC 7830 §3).
    case padding(Int)
    /// In units of 100 ms; nil in a query (RFC 7828 §3.1).
    case tcpKeepalive(UInt16?)
    /// Seconds until a secondary drops the zone; nil in a query (RFC 7314 §2).
    case expire(UInt32?)
    /// DAU, DHU and N3U: algorithm numbers (RFC 6975 §3).
    case algorithms(Span<UInt8>)
    /// The closest ancestor for which the client has the chain of trust (RFC 7901 §4.1).
    case chain(NameView)
    /// Sixteen bits each, at least one (RFC 8145 §4.1).
    case keyTags(Span<UInt8>)
    /// The domain that receives error reports (RFC 9567 §6.1).
    case reportChannel(NameView)
    /// nil in a query (RFC 9660 §2).
    case zoneVersion(ZoneVersion?)
    /// The filter's contact and the language of its errors: UTF-8, possibly invalid.
    case text(Span<UInt8>)
    /// An option without a known format, or one whose octets do not have its format.
    case other(Span<UInt8>)
  }

  package var value: Value {
    @_lifetime(copy self)
    get {
      switch code {
      case .clientSubnet: if let subnet = ClientSubnet(octets) { return .clientSubnet(subnet) }
      case .cookie: if let cookie = Cookie(octets) { return .cookie(cookie) }
      case .extendedError: if let error = ExtendedError(octets) { return .extendedError(error) }
      case .nsid: return .nsid(octets)
      case .padding: return .padding(octets.count)
      case .tcpKeepalive:
        if octets.isEmpty { return .tcpKeepalive(nil) }
        if octets.count == 2 { return .tcpKeepalive(UInt16(truncatingIfNeeded: octets.uint16(at: 0))) }
      case .expire:
        if octets.isEmpty { return .expire(nil) }
        if octets.count == 4 { return .expire(octets.uint32(at: 0)) }
      case .dnssecAlgorithms, .dsHashes, .nsec3Hashes: return .algorithms(octets)
      case .chain: if let name = NameView(wireForm: octets) { return .chain(name) }
      case .keyTag: if !octets.isEmpty, octets.count % 2 == 0 { return .keyTags(octets) }
      case .reportChannel: if let name = NameView(wireForm: octets) { return .reportChannel(name) }
      case .zoneVersion:
        if octets.isEmpty { return .zoneVersion(nil) }
        if let version = ZoneVersion(octets) { return .zoneVersion(version) }
      case .errorTextLanguage, .filteringContact, .filteringOrganization, .filteringDatabase:
        return .text(octets)
      default: break
      }
      return .other(octets)
    }
  }
}

// MARK: Presentation

extension EDNSOption {
  /// Appends the value as printable ASCII; nothing if it is empty.
  package func writeValue(to output: inout ByteWriter) {
    switch value {
    case .clientSubnet(let subnet): subnet.write(to: &output)
    case .extendedError(let error): error.write(to: &output)
    case .nsid(let text), .text(let text):
      guard !text.isEmpty else { break }
      output.append(quoting: text, text.indices)
    case .padding(let count): output.append(decimal: UInt(count))
    case .tcpKeepalive(let timeout?): output.append(decimal: timeout)
    case .expire(let seconds?): output.append(decimal: seconds)
    case .algorithms(let numbers): output.append(list: numbers, step: 1) { UInt(numbers[$0]) }
    case .chain(let name), .reportChannel(let name): name.write(to: &output)
    case .keyTags(let tags): output.append(list: tags, step: 2) { UInt(tags.uint16(at: $0)) }
    case .zoneVersion(let version?): version.write(to: &output)
    case .tcpKeepalive(nil), .expire(nil), .zoneVersion(nil): break
    case .cookie, .other: output.append(hex: octets, octets.indices)
    }
  }

  /// Appends `MNEMONIC=value`, or the mnemonic alone if there is no value.
  package func write(to output: inout ByteWriter) {
    code.write(to: &output)
    let end = output.count
    output.append(UInt8(ascii: "="))
    writeValue(to: &output)
    if output.count == end + 1 { output.cut(to: end) }
  }
}

extension ByteWriter {
  /// Appends the numbers that `number` reads at each offset, separated by commas.
  fileprivate mutating func append(list octets: Span<UInt8>, step: Int, _ number: (Int) -> UInt) {
    for place in stride(from: 0, to: octets.count, by: step) {
      if place > 0 { append(UInt8(ascii: ",")) }
      append(decimal: number(place))
    }
  }
}
