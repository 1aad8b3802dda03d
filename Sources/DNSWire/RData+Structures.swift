/// A mail exchange (RFC 1035 §3.3.9).
package struct MX: Sendable {
  /// Lower is preferred.
  package var preference: UInt16
  package var exchange: Name

  package init(preference: UInt16, exchange: Name) {
    self.preference = preference
    self.exchange = exchange
  }
}

/// The start of a zone of authority (RFC 1035 §3.3.13).
package struct SOA: Sendable {
  /// The primary server.
  package var mname: Name
  /// The mailbox of whoever is responsible, its first label the part before the `@`.
  package var rname: Name
  package var serial: UInt32
  /// Seconds, as all below.
  package var refresh: UInt32
  package var retry: UInt32
  package var expire: UInt32
  /// How long a negative answer may be kept (RFC 2308 §4).
  package var minimum: UInt32

  package init(
    mname: Name, rname: Name, serial: UInt32, refresh: UInt32, retry: UInt32, expire: UInt32, minimum: UInt32
  ) {
    self.mname = mname
    self.rname = rname
    self.serial = serial
    self.refresh = refresh
    self.retry = retry
    self.expire = expire
    self.minimum = minimum
  }
}

/// Where a service is (RFC 2782).
package struct SRV: Sendable {
  /// Lower is tried first.
  package var priority: UInt16
  /// The share among those of the same priority.
  package var weight: UInt16
  package var port: UInt16
  package var target: Name

  package init(priority: UInt16, weight: UInt16, port: UInt16, target: Name) {
    self.priority = priority
    self.weight = weight
    self.port = port
    self.target = target
  }
}

/// Who may issue certificates (RFC 8659 §4.1).
package struct CAA: Sendable {
  /// The highest bit: do not issue if the tag is not understood.
  package var flags: UInt8
  package var tag: ArraySlice<UInt8>
  package var value: ArraySlice<UInt8>

  package init(flags: UInt8, tag: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    self.flags = flags
    self.tag = tag
    self.value = value
  }
}

/// Where a service is and how to reach it: the data of SVCB and HTTPS (RFC 9460 §2.2).
package struct SVCB: Sendable {
  /// 0 for an alias, else lower is preferred.
  package var priority: UInt16
  package var target: Name
  package var parameters: ServiceParameters

  package init(priority: UInt16, target: Name, parameters: ServiceParameters = ServiceParameters([])) {
    self.priority = priority
    self.target = target
    self.parameters = parameters
  }

  package var isAlias: Bool { priority == 0 }
}

// MARK: Lists

/// The strings of a TXT record, read one by one (RFC 1035 §3.3.14).
package struct CharacterStrings: Sequence, Sendable {
  package let wireForm: ArraySlice<UInt8>

  init(wireForm: ArraySlice<UInt8>) { self.wireForm = wireForm }

  /// Strings longer than 255 octets become several.
  package init(_ strings: [String]) {
    var octets: [UInt8] = []
    for string in strings {
      var rest = Array(string.utf8)[...]
      repeat {
        octets.append(UInt8(truncatingIfNeeded: Swift.min(rest.count, 255)))
        octets.append(contentsOf: rest.prefix(255))
        rest = rest.dropFirst(255)
      } while !rest.isEmpty
    }
    wireForm = octets[...]
  }

  package func makeIterator() -> Iterator { Iterator(rest: wireForm) }

  package struct Iterator: IteratorProtocol {
    fileprivate var rest: ArraySlice<UInt8>

    package mutating func next() -> ArraySlice<UInt8>? {
      guard let length = rest.popFirst() else { return nil }
      defer { rest = rest.dropFirst(Int(length)) }
      return rest.prefix(Int(length))
    }
  }
}

/// One parameter of a service binding.
package struct ServiceParameter: Hashable, Sendable {
  package let key: ServiceParameterKey
  /// In wire format (RFC 9460 §2.2).
  package let value: ArraySlice<UInt8>

  package init(key: ServiceParameterKey, value: ArraySlice<UInt8>) {
    self.key = key
    self.value = value
  }

  /// Appends the value in presentation form, without quotes; nothing if its format is not the key's.
  package func writeValue(to output: inout [UInt8]) {
    let range = 0..<value.count
    guard key.allows(value.span, range) else { return }
    output.append(bareValueOf: key, value.span, range)
  }
}

/// The parameters of a service binding in ascending order of their keys, read one by one.
package struct ServiceParameters: Sequence, Sendable {
  package let wireForm: ArraySlice<UInt8>

  init(wireForm: ArraySlice<UInt8>) { self.wireForm = wireForm }

  package init(_ parameters: [ServiceParameter]) {
    var octets: [UInt8] = []
    for parameter in parameters.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      octets.append(bigEndian: parameter.key.rawValue)
      octets.append(bigEndian: UInt16(truncatingIfNeeded: parameter.value.count))
      octets.append(contentsOf: parameter.value)
    }
    wireForm = octets[...]
  }

  package subscript(key: ServiceParameterKey) -> ServiceParameter? { first { $0.key == key } }

  package func makeIterator() -> Iterator { Iterator(rest: TaggedOctets(wireForm)) }

  package struct Iterator: IteratorProtocol {
    fileprivate var rest: TaggedOctets

    package mutating func next() -> ServiceParameter? {
      rest.next().map { ServiceParameter(key: ServiceParameterKey(rawValue: $0.tag), value: $0.octets) }
    }
  }
}

/// Items of a sixteen-bit tag, a sixteen-bit length and octets, as SVCB and OPT have them.
struct TaggedOctets: Sendable {
  private var rest: ArraySlice<UInt8>

  init(_ octets: ArraySlice<UInt8>) { rest = octets }

  mutating func next() -> (tag: UInt16, octets: ArraySlice<UInt8>)? {
    guard rest.count >= 4 else { return nil }
    let start = rest.startIndex
    let tag = UInt16(rest[start]) << 8 | UInt16(rest[start + 1])
    let count = Int(rest[start + 2]) << 8 | Int(rest[start + 3])
    defer { rest = rest.dropFirst(4 + count) }
    return (tag, rest.dropFirst(4).prefix(count))
  }
}
