/// What a message asks (RFC 1035 §4.1.2).
package struct Question: Hashable, Sendable {
  package let qname: Name
  package let qtype: RecordType
  /// In multicast DNS without the top bit.
  package let qclass: RecordClass
  /// In multicast DNS: whether the answer may come by unicast (RFC 6762 §5.4).
  package let wantsUnicastResponse: Bool
  let dialect: Message.Dialect

  package init(qname: Name, qtype: RecordType, qclass: RecordClass = .internet) {
    self.init(qname: qname, qtype: qtype, qclass: qclass, dialect: .unicast)
  }

  init(qname: Name, qtype: RecordType, qclass: RecordClass, dialect: Message.Dialect) {
    self.qname = qname
    self.qtype = qtype
    self.dialect = dialect
    self.qclass = qclass.read(as: dialect)
    wantsUnicastResponse = self.qclass != qclass
  }
}

// Whether the answer may come by unicast is a wish of the sender's and no part of what is asked: multicast DNS asks the
// same again without it (RFC 6762 §5.4), and an answer to a legacy query repeats the question without it (§6.7).
extension Question {
  package static func == (left: Question, right: Question) -> Bool {
    left.qtype == right.qtype && left.qclass == right.qclass && left.qname == right.qname
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(qname)
    hasher.combine(qtype)
    hasher.combine(qclass)
  }
}

/// The questions of a message, read one by one.
package struct Questions: Sequence, Sendable {
  let wire: Wire
  package let count: Int

  package consuming func makeIterator() -> Iterator { Iterator(wire: wire, remaining: count) }

  package struct Iterator: IteratorProtocol {
    private let wire: Wire
    private var offset = Header.size
    private var remaining: Int

    init(wire: Wire, remaining: Int) {
      self.wire = wire
      self.remaining = remaining
    }

    package mutating func next() -> Question? {
      guard remaining > 0 else { return nil }
      remaining -= 1
      let start = offset
      guard let (qtype, qclass) = try? readFields() else { return nil }
      return Question(
        qname: Name(wire: wire, offset: start), qtype: qtype, qclass: qclass, dialect: wire.dialect)
    }

    private mutating func readFields() throws(WireError) -> (RecordType, RecordClass) {
      var reader = WireReader(wire.span, from: offset, to: wire.count, shortage: .truncatedQuestion)
      try reader.skipCheckedName()
      let qtype = try RecordType(rawValue: reader.uint16())
      let qclass = try RecordClass(rawValue: reader.uint16())
      offset = reader.position
      return (qtype, qclass)
    }
  }

  package var underestimatedCount: Int { count }
  package var isEmpty: Bool { count == 0 }
}
