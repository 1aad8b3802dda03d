package import Bytes

/// A mail exchange (RFC 1035 §3.3.9).
package struct MX: ~Escapable {
  /// The lowest is preferred.
  package let preference: UInt16
  package let exchange: NameView

  @_lifetime(copy reader)
  init(_ reader: inout WireReader) throws(WireError) {
    preference = try reader.uint16()
    exchange = try reader.nameView()
  }
}

/// The start of a zone of authority (RFC 1035 §3.3.13).
package struct SOA: ~Escapable {
  /// The primary server.
  package let mname: NameView
  /// The mailbox of the responsible person, its first label the part before the `@`.
  package let rname: NameView
  package let serial: UInt32
  /// Seconds, like all fields below.
  package let refresh: UInt32
  package let retry: UInt32
  package let expire: UInt32
  /// How long a negative answer may be cached (RFC 2308 §4).
  package let minimum: UInt32

  @_lifetime(copy reader)
  init(_ reader: inout WireReader) throws(WireError) {
    mname = try reader.nameView()
    rname = try reader.nameView()
    serial = try reader.uint32()
    refresh = try reader.uint32()
    retry = try reader.uint32()
    expire = try reader.uint32()
    minimum = try reader.uint32()
  }
}

/// The location of a service (RFC 2782).
package struct SRV: ~Escapable {
  /// The lowest is tried first.
  package let priority: UInt16
  /// The share among those of the same priority.
  package let weight: UInt16
  package let port: UInt16
  package let target: NameView

  @_lifetime(copy reader)
  init(_ reader: inout WireReader) throws(WireError) {
    priority = try reader.uint16()
    weight = try reader.uint16()
    port = try reader.uint16()
    target = try reader.nameView()
  }
}

/// The authorities that may issue certificates (RFC 8659 §4.1).
package struct CAA: ~Escapable {
  /// The highest bit: do not issue if the tag is unknown.
  package let flags: UInt8
  package let tag: Span<UInt8>
  package let value: Span<UInt8>

  @_lifetime(copy reader)
  init(_ reader: inout WireReader) throws(WireError) {
    flags = try reader.uint8()
    tag = try reader.span(reader.counted())
    value = reader.span(reader.takeRest())
  }
}

/// The location of a service and how to reach it: the data of SVCB and HTTPS (RFC 9460 §2.2).
package struct SVCB: ~Escapable {
  /// 0 for an alias, else the lowest is preferred.
  package let priority: UInt16
  package let target: NameView
  package let parameters: ServiceParameters

  @_lifetime(copy reader)
  init(_ reader: inout WireReader) throws(WireError) {
    priority = try reader.uint16()
    target = try reader.nameView()
    parameters = ServiceParameters(wireForm: reader.span(reader.takeRest()))
  }

  package var isAlias: Bool { priority == 0 }
}

// MARK: Lists

/// The strings of a TXT record, read one by one (RFC 1035 §3.3.14).
package struct CharacterStrings: ~Escapable {
  package let wireForm: Span<UInt8>

  @_lifetime(copy wireForm)
  init(wireForm: Span<UInt8>) { self.wireForm = wireForm }

  @_lifetime(copy self)
  package func makeCursor() -> Cursor { Cursor(wireForm) }

  package struct Cursor: ~Escapable {
    private var rest: Span<UInt8>

    @_lifetime(copy wireForm)
    fileprivate init(_ wireForm: Span<UInt8>) { rest = wireForm }

    @_lifetime(copy self)
    package mutating func next() -> Span<UInt8>? {
      guard !rest.isEmpty else { return nil }
      let string = rest.extracting(droppingFirst: 1).extracting(first: Int(rest[0]))
      rest = rest.extracting(droppingFirst: 1 + string.count)
      return string
    }
  }
}

/// One parameter of a service binding.
package struct ServiceParameter: ~Escapable {
  package let key: ServiceParameterKey
  /// In wire format (RFC 9460 §2.2).
  package let value: Span<UInt8>

  @_lifetime(copy value)
  init(key: ServiceParameterKey, value: Span<UInt8>) {
    self.key = key
    self.value = value
  }

  /// Appends the value in presentation form, without quotes; nothing if it does not have the key's format.
  package func writeValue(to output: inout ByteWriter) {
    let range = value.indices
    guard key.allows(value, range) else { return }
    output.append(bareValueOf: key, value, range)
  }
}

/// The parameters of a service binding in ascending order of their keys, read one by one.
package struct ServiceParameters: ~Escapable {
  package let wireForm: Span<UInt8>

  @_lifetime(copy wireForm)
  init(wireForm: Span<UInt8>) { self.wireForm = wireForm }

  package subscript(key: ServiceParameterKey) -> ServiceParameter? {
    @_lifetime(copy self)
    get {
      var parameters = makeCursor()
      while let parameter = parameters.next() {
        if parameter.key == key { return parameter }
      }
      return nil
    }
  }

  @_lifetime(copy self)
  package func makeCursor() -> Cursor { Cursor(TaggedOctets(wireForm)) }

  package struct Cursor: ~Escapable {
    private var rest: TaggedOctets

    @_lifetime(copy rest)
    fileprivate init(_ rest: TaggedOctets) { self.rest = rest }

    @_lifetime(copy self)
    package mutating func next() -> ServiceParameter? {
      guard let (tag, octets) = rest.next() else { return nil }
      return ServiceParameter(key: ServiceParameterKey(rawValue: tag), value: octets)
    }
  }
}

/// Items of a sixteen-bit tag, a sixteen-bit length and octets, as in SVCB and OPT.
struct TaggedOctets: ~Escapable {
  private var rest: Span<UInt8>

  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>) { rest = octets }

  @_lifetime(copy self)
  mutating func next() -> (tag: UInt16, octets: Span<UInt8>)? {
    guard rest.count >= 4 else { return nil }
    let tag = UInt16(truncatingIfNeeded: rest.uint16(at: 0))
    let octets = rest.extracting(droppingFirst: 4).extracting(first: rest.uint16(at: 2))
    rest = rest.extracting(droppingFirst: 4 + octets.count)
    return (tag, octets)
  }
}
