/// The contents of an OPT record: the extension mechanisms for DNS (RFC 6891 §6.1).
package struct EDNS: ~Escapable {
  /// The largest UDP message that the sender accepts, in octets.
  package let udpPayloadSize: UInt16
  /// The upper eight bits of the response code.
  package let extendedResponseCode: UInt8
  package let version: UInt8
  /// As on the wire: DO and fifteen reserved bits.
  package let flags: UInt16
  package let options: EDNSOptions

  @_lifetime(copy record)
  init(_ record: RecordView) {
    udpPayloadSize = record.class.rawValue
    extendedResponseCode = UInt8(record.ttl >> 24)
    version = UInt8(record.ttl >> 16 & 0xFF)
    flags = UInt16(record.ttl & 0xFFFF)
    options = EDNSOptions(wireForm: record.rawData)
  }

  /// DO: the sender wants DNSSEC records (RFC 3225 §3).
  package var dnssecOK: Bool { flags & 0x8000 != 0 }
}

// MARK: Values of the options

extension EDNS {
  package var clientSubnet: ClientSubnet? {
    var options = options.makeCursor()
    while let option = options.next() {
      if case .clientSubnet(let subnet) = option.value { return subnet }
    }
    return nil
  }

  package var cookie: Cookie? {
    @_lifetime(copy self)
    get {
      var options = options.makeCursor()
      while let option = options.next() {
        if case .cookie(let cookie) = option.value { return cookie }
      }
      return nil
    }
  }

  /// The first of possibly several (RFC 8914 §2).
  package var extendedError: ExtendedError? {
    @_lifetime(copy self)
    get {
      var options = options.makeCursor()
      while let option = options.next() {
        if case .extendedError(let error) = option.value { return error }
      }
      return nil
    }
  }
}

/// The options of an OPT record, read one by one (RFC 6891 §6.1.2).
package struct EDNSOptions: ~Escapable {
  package let wireForm: Span<UInt8>

  @_lifetime(copy wireForm)
  init(wireForm: Span<UInt8>) { self.wireForm = wireForm }

  package var isEmpty: Bool { wireForm.isEmpty }

  @_lifetime(copy self)
  package func makeCursor() -> Cursor { Cursor(TaggedOctets(wireForm)) }

  package struct Cursor: ~Escapable {
    private var rest: TaggedOctets

    @_lifetime(copy rest)
    fileprivate init(_ rest: TaggedOctets) { self.rest = rest }

    @_lifetime(copy self)
    package mutating func next() -> EDNSOption? {
      guard let (tag, octets) = rest.next() else { return nil }
      return EDNSOption(code: EDNSOptionCode(rawValue: tag), octets: octets)
    }
  }
}
