/// One record of a message: name, type, class, TTL and data (RFC 1035 §4.1.3).
public struct RecordView: BitwiseCopyable, ~Escapable {
  /// The whole message, because names in the rdata may point to anything before it.
  @usableFromInline let octets: Span<UInt8>
  @usableFromInline let ref: RecordRef
  @usableFromInline let dialect: MessageDialect

  @_lifetime(copy octets)
  @inlinable
  init(_ octets: Span<UInt8>, _ ref: RecordRef, dialect: MessageDialect) {
    self.octets = octets
    self.ref = ref
    self.dialect = dialect
  }

  @inlinable public var name: NameView {
    @_lifetime(copy self)
    get { NameView(octets, ref.name) }
  }

  @inlinable public var type: RecordType { RecordType(rawValue: ref.type) }

  /// For an OPT record the UDP payload size; in multicast DNS without the top bit.
  @inlinable public var `class`: RecordClass {
    let onWire = RecordClass(rawValue: ref.recordClass)
    return dialect == .unicast || type == .opt ? onWire : onWire.read(as: dialect)
  }

  /// In multicast DNS: whether it replaces the cache's records (RFC 6762 §10.2).
  package var cacheFlush: Bool { self.class.rawValue != ref.recordClass }

  /// Seconds, as on the wire, although more than 2^31 - 1 means 0 (RFC 2181 §8); for an OPT record the extended response
  /// code, version and flags.
  @inlinable public var ttl: UInt32 { ref.ttl }

  /// The rdata's octets, as sent: names in them may be compressed.
  @inlinable public var rawData: Span<UInt8> {
    @_lifetime(copy self)
    get { octets.extracting(ref.data) }
  }
}

/// The records of one section, read one by one.
public struct RecordSection: BitwiseCopyable, ~Escapable {
  @usableFromInline let octets: Span<UInt8>
  @usableFromInline let refs: Span<RecordRef>
  @usableFromInline let dialect: MessageDialect

  @_lifetime(copy octets, copy refs)
  @inlinable
  init(_ octets: Span<UInt8>, refs: Span<RecordRef>, dialect: MessageDialect) {
    self.octets = octets
    self.refs = refs
    self.dialect = dialect
  }

  @inlinable public var count: Int { refs.count }
  @inlinable public var isEmpty: Bool { refs.isEmpty }

  package var first: RecordView? {
    @_lifetime(copy self)
    get { refs.isEmpty ? nil : RecordView(octets, refs[0], dialect: dialect) }
  }

  /// The record at `index`, from 0 up to `count`.
  @inlinable
  package subscript(index: Int) -> RecordView {
    @_lifetime(copy self)
    get { RecordView(octets, refs[index], dialect: dialect) }
  }

  @_lifetime(copy self)
  @inlinable
  public func makeCursor() -> Cursor { Cursor(octets, refs, dialect) }

  package func contains(where isWanted: (RecordView) -> Bool) -> Bool {
    var cursor = makeCursor()
    while let record = cursor.next() {
      if isWanted(record) { return true }
    }
    return false
  }

  public struct Cursor: BitwiseCopyable, ~Escapable {
    @usableFromInline let octets: Span<UInt8>
    @usableFromInline let refs: Span<RecordRef>
    @usableFromInline let dialect: MessageDialect
    @usableFromInline var place: Int

    @_lifetime(copy octets, copy refs)
    @inlinable
    init(_ octets: Span<UInt8>, _ refs: Span<RecordRef>, _ dialect: MessageDialect) {
      place = 0
      self.octets = octets
      self.refs = refs
      self.dialect = dialect
    }

    @_lifetime(copy self)
    @inlinable @inline(__always)
    public mutating func next() -> RecordView? {
      guard place < refs.count else { return nil }
      let ref = refs[place]
      place &+= 1
      return RecordView(octets, ref, dialect: dialect)
    }
  }
}
