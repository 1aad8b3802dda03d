/// One option of an OPT record (RFC 6891 §6.1.2).
package struct EDNSOption: Hashable, Sendable {
  package let code: EDNSOptionCode
  package let octets: ArraySlice<UInt8>

  package init(code: EDNSOptionCode, octets: ArraySlice<UInt8>) {
    self.code = code
    self.octets = octets
  }

  /// What the octets say.
  package enum Value: Sendable {
    case clientSubnet(ClientSubnet)
    case cookie(Cookie)
    case extendedError(ExtendedError)
    /// The server's identity, of whatever octets it likes (RFC 5001 §2.3).
    case nsid(ArraySlice<UInt8>)
    /// How many octets the message was padded with (RFC 7830 §3).
    case padding(Int)
    /// In units of 100 ms; nil in a query (RFC 7828 §3.1).
    case tcpKeepalive(UInt16?)
    /// Seconds until a secondary drops the zone; nil in a query (RFC 7314 §2).
    case expire(UInt32?)
    /// DAU, DHU and N3U: algorithm numbers (RFC 6975 §3).
    case algorithms(ArraySlice<UInt8>)
    /// The closest ancestor for which the asker has the chain of trust (RFC 7901 §4.1).
    case chain(Name)
    /// Sixteen bits each (RFC 8145 §4.1).
    case keyTags([UInt16])
    /// The domain that takes error reports (RFC 9567 §6.1).
    case reportChannel(Name)
    /// nil in a query (RFC 9660 §2).
    case zoneVersion(ZoneVersion?)
    /// What a filter says of itself and of the language of its errors: UTF-8, perhaps not valid.
    case text(ArraySlice<UInt8>)
    /// An option without a format known here, or one whose octets do not have its format.
    case other(ArraySlice<UInt8>)
  }

  package var value: Value { knownValue ?? .other(octets) }

  private var knownValue: Value? {
    switch code {
    case .clientSubnet: ClientSubnet(octets).map(Value.clientSubnet)
    case .cookie: Cookie(octets).map(Value.cookie)
    case .extendedError: ExtendedError(octets).map(Value.extendedError)
    case .nsid: .nsid(octets)
    case .padding: .padding(octets.count)
    case .tcpKeepalive: octets.isEmpty ? .tcpKeepalive(nil) : uint16.map(Value.tcpKeepalive)
    case .expire: octets.isEmpty ? .expire(nil) : uint32.map(Value.expire)
    case .dnssecAlgorithms, .dsHashes, .nsec3Hashes: .algorithms(octets)
    case .chain: Name(wireForm: octets).map(Value.chain)
    case .keyTag: keyTags.map(Value.keyTags)
    case .reportChannel: Name(wireForm: octets).map(Value.reportChannel)
    case .zoneVersion: octets.isEmpty ? .zoneVersion(nil) : ZoneVersion(octets).map(Value.zoneVersion)
    case .errorTextLanguage, .filteringContact, .filteringOrganization, .filteringDatabase: .text(octets)
    default: nil
    }
  }

  private var uint16: UInt16? {
    octets.count == 2 ? UInt16(truncatingIfNeeded: octets.span.uint16(at: 0)) : nil
  }

  private var uint32: UInt32? { octets.count == 4 ? octets.span.uint32(at: 0) : nil }

  private var keyTags: [UInt16]? {
    guard !octets.isEmpty, octets.count % 2 == 0 else { return nil }
    return stride(from: 0, to: octets.count, by: 2).map {
      UInt16(truncatingIfNeeded: octets.span.uint16(at: $0))
    }
  }
}

// MARK: Presentation

extension EDNSOption {
  /// Appends the value as printable ASCII; nothing if it is empty.
  package func writeValue(to output: inout [UInt8]) {
    switch value {
    case .clientSubnet(let subnet): subnet.write(to: &output)
    case .extendedError(let error): error.write(to: &output)
    case .nsid(let text), .text(let text):
      guard !text.isEmpty else { break }
      output.append(quoting: text.span, 0..<text.count)
    case .padding(let count): output.append(decimal: UInt(count))
    case .tcpKeepalive(let timeout?): output.append(decimal: timeout)
    case .expire(let seconds?): output.append(decimal: seconds)
    case .algorithms(let numbers): output.append(list: numbers)
    case .chain(let name), .reportChannel(let name): name.write(to: &output)
    case .keyTags(let tags): output.append(list: tags)
    case .zoneVersion(let version?): version.write(to: &output)
    case .tcpKeepalive(nil), .expire(nil), .zoneVersion(nil): break
    case .cookie, .other: output.append(hex: octets.span, 0..<octets.count)
    }
  }

  /// Appends `MNEMONIC=value`, or the mnemonic alone when there is no value.
  package func write(to output: inout [UInt8]) {
    code.write(to: &output)
    let end = output.count
    output.append(UInt8(ascii: "="))
    writeValue(to: &output)
    if output.count == end + 1 { output.removeLast() }
  }
}

extension [UInt8] {
  fileprivate mutating func append(list numbers: some Sequence<some FixedWidthInteger & UnsignedInteger>) {
    var isFirst = true
    for number in numbers {
      if !isFirst { append(UInt8(ascii: ",")) }
      isFirst = false
      append(decimal: number)
    }
  }
}
