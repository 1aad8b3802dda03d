/// One record of a message: whose, what, for how long, and its data (RFC 1035 §4.1.3).
package struct RecordView: ~Escapable {
  /// The whole message's, since names in the rdata may point anywhere before it.
  let octets: Span<UInt8>
  let ref: RecordRef
  let dialect: MessageDialect

  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>, _ ref: RecordRef, dialect: MessageDialect) {
    self.octets = octets
    self.ref = ref
    self.dialect = dialect
  }

  package var name: NameView {
    @_lifetime(copy self)
    get { NameView(octets, ref.name) }
  }

  package var type: RecordType { RecordType(rawValue: ref.type) }

  /// For an OPT record the UDP payload size; in multicast DNS without the top bit.
  package var `class`: RecordClass {
    let onWire = RecordClass(rawValue: ref.recordClass)
    return type == .opt ? onWire : onWire.read(as: dialect)
  }

  /// In multicast DNS: whether it replaces what a cache holds (RFC 6762 §10.2).
  package var cacheFlush: Bool { self.class.rawValue != ref.recordClass }

  /// Seconds, as on the wire, though more than 2^31 - 1 means 0 (RFC 2181 §8); for an OPT record the extended response
  /// code, version and flags.
  package var ttl: UInt32 { ref.ttl }

  /// The rdata's octets, as they are: names in them may be compressed.
  package var rawData: Span<UInt8> {
    @_lifetime(copy self)
    get { octets.extracting(ref.data) }
  }
}

/// The records of one section, read one by one.
package struct RecordSection: ~Escapable {
  private let octets: Span<UInt8>
  private let refs: Span<RecordRef>
  private let dialect: MessageDialect

  @_lifetime(copy octets, copy refs)
  init(_ octets: Span<UInt8>, refs: Span<RecordRef>, dialect: MessageDialect) {
    self.octets = octets
    self.refs = refs
    self.dialect = dialect
  }

  package var count: Int { refs.count }
  package var isEmpty: Bool { refs.isEmpty }

  package var first: RecordView? {
    @_lifetime(copy self)
    get { refs.isEmpty ? nil : RecordView(octets, refs[0], dialect: dialect) }
  }

  @_lifetime(copy self)
  package func makeCursor() -> Cursor { Cursor(octets, refs, dialect) }

  package func contains(where isWanted: (RecordView) -> Bool) -> Bool {
    var cursor = makeCursor()
    while let record = cursor.next() {
      if isWanted(record) { return true }
    }
    return false
  }

  package struct Cursor: ~Escapable {
    private let octets: Span<UInt8>
    private let refs: Span<RecordRef>
    private let dialect: MessageDialect
    private var place = 0

    @_lifetime(copy octets, copy refs)
    fileprivate init(_ octets: Span<UInt8>, _ refs: Span<RecordRef>, _ dialect: MessageDialect) {
      self.octets = octets
      self.refs = refs
      self.dialect = dialect
    }

    @_lifetime(copy self)
    package mutating func next() -> RecordView? {
      guard place < refs.count else { return nil }
      defer { place &+= 1 }
      return RecordView(octets, refs[place], dialect: dialect)
    }
  }
}
