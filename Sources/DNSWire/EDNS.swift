/// What an OPT record says: the extension mechanisms for DNS (RFC 6891 §6.1).
package struct EDNS: Sendable {
  /// The largest message that the sender takes over UDP, in octets.
  package var udpPayloadSize: UInt16
  /// The upper eight bits of the response code.
  package var extendedResponseCode: UInt8
  package var version: UInt8
  /// As on the wire: DO and fifteen reserved bits.
  package var flags: UInt16
  package var options: EDNSOptions

  package init(
    udpPayloadSize: UInt16 = 1232, extendedResponseCode: UInt8 = 0, version: UInt8 = 0,
    dnssecOK: Bool = false, options: EDNSOptions = EDNSOptions([])
  ) {
    self.udpPayloadSize = udpPayloadSize
    self.extendedResponseCode = extendedResponseCode
    self.version = version
    flags = dnssecOK ? 0x8000 : 0
    self.options = options
  }

  init(_ record: ResourceRecord) {
    udpPayloadSize = record.class.rawValue
    extendedResponseCode = UInt8(record.ttl >> 24)
    version = UInt8(record.ttl >> 16 & 0xFF)
    flags = UInt16(record.ttl & 0xFFFF)
    options = EDNSOptions(wireForm: record.rawData)
  }

  /// DO: the sender wants DNSSEC records (RFC 3225 §3).
  package var dnssecOK: Bool { flags & 0x8000 != 0 }
}

// MARK: What the options say

extension EDNS {
  package var clientSubnet: ClientSubnet? {
    firstValue(.clientSubnet) { if case .clientSubnet(let it) = $0 { it } else { nil } }
  }
  package var cookie: Cookie? { firstValue(.cookie) { if case .cookie(let it) = $0 { it } else { nil } } }

  /// The first of possibly several (RFC 8914 §2).
  package var extendedError: ExtendedError? {
    firstValue(.extendedError) { if case .extendedError(let it) = $0 { it } else { nil } }
  }

  private func firstValue<Value>(_ code: EDNSOptionCode, _ select: (EDNSOption.Value) -> Value?) -> Value? {
    for option in options where option.code == code {
      if let value = select(option.value) { return value }
    }
    return nil
  }
}

/// The options of an OPT record, read one by one (RFC 6891 §6.1.2).
package struct EDNSOptions: Sequence, Sendable {
  package let wireForm: ArraySlice<UInt8>

  init(wireForm: ArraySlice<UInt8>) { self.wireForm = wireForm }

  package init(_ options: [EDNSOption]) {
    var octets: [UInt8] = []
    for option in options {
      octets.append(bigEndian: option.code.rawValue)
      octets.append(bigEndian: UInt16(truncatingIfNeeded: option.octets.count))
      octets.append(contentsOf: option.octets)
    }
    wireForm = octets[...]
  }

  package var isEmpty: Bool { wireForm.isEmpty }

  package func makeIterator() -> Iterator { Iterator(rest: TaggedOctets(wireForm)) }

  package struct Iterator: IteratorProtocol {
    fileprivate var rest: TaggedOctets

    package mutating func next() -> EDNSOption? {
      rest.next().map { EDNSOption(code: EDNSOptionCode(rawValue: $0.tag), octets: $0.octets) }
    }
  }
}
