/// What a message asks (RFC 1035 §4.1.2).
package struct QuestionView: ~Escapable {
  package let qname: NameView
  package let qtype: RecordType
  /// In multicast DNS without the top bit.
  package let qclass: RecordClass
  /// In multicast DNS: whether the answer may come by unicast (RFC 6762 §5.4).
  package let wantsUnicastResponse: Bool
  let dialect: MessageDialect

  /// A question that was checked; type and class stand before `end`.
  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>, name: NameRef, end: Int, dialect: MessageDialect) {
    qname = NameView(octets, name)
    qtype = RecordType(rawValue: UInt16(truncatingIfNeeded: octets.uint16(at: end - 4)))
    let onWire = RecordClass(rawValue: UInt16(truncatingIfNeeded: octets.uint16(at: end - 2)))
    qclass = onWire.read(as: dialect)
    wantsUnicastResponse = qclass != onWire
    self.dialect = dialect
  }

  // Whether the answer may come by unicast is a wish of the sender's and no part of what is asked: multicast DNS asks the
  // same again without it (RFC 6762 §5.4), and an answer to a legacy query repeats the question without it (§6.7).
  package static func == (left: QuestionView, right: QuestionView) -> Bool {
    left.qtype == right.qtype && left.qclass == right.qclass && left.qname == right.qname
  }
}

/// The questions of a message, read one by one.
package struct QuestionSection: ~Escapable {
  private let octets: Span<UInt8>
  package let count: Int
  private let dialect: MessageDialect

  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>, count: Int, dialect: MessageDialect) {
    self.octets = octets
    self.count = count
    self.dialect = dialect
  }

  package var isEmpty: Bool { count == 0 }

  @_lifetime(copy self)
  package func makeCursor() -> Cursor { Cursor(octets, remaining: count, dialect) }

  package struct Cursor: ~Escapable {
    private var reader: WireReader
    private var remaining: Int
    private let dialect: MessageDialect

    @_lifetime(copy octets)
    fileprivate init(_ octets: Span<UInt8>, remaining: Int, _ dialect: MessageDialect) {
      reader = WireReader(octets, from: Header.size, to: octets.count, shortage: .truncatedQuestion)
      self.remaining = remaining
      self.dialect = dialect
    }

    @_lifetime(copy self)
    package mutating func next() -> QuestionView? {
      guard remaining > 0, let name = try? reader.name(), (try? reader.skip(4)) != nil else { return nil }
      remaining -= 1
      return QuestionView(reader.octets, name: name, end: reader.position, dialect: dialect)
    }
  }
}
