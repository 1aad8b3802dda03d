/// A question of a message (RFC 1035 §4.1.2).
public struct QuestionView: BitwiseCopyable, ~Escapable {
  @usableFromInline let octets: Span<UInt8>
  @usableFromInline let ref: QuestionRef
  @usableFromInline let dialect: MessageDialect

  /// A checked question.
  @_lifetime(copy octets)
  @inlinable
  init(_ octets: Span<UInt8>, _ ref: QuestionRef, dialect: MessageDialect) {
    self.octets = octets
    self.ref = ref
    self.dialect = dialect
  }

  @inlinable public var qname: NameView {
    @_lifetime(copy self)
    get { NameView(octets, ref.name) }
  }

  @inlinable public var qtype: RecordType { RecordType(rawValue: ref.type) }

  /// The class; in multicast DNS without the top bit.
  @inlinable public var qclass: RecordClass { RecordClass(rawValue: ref.recordClass).read(as: dialect) }

  /// In multicast DNS: whether the answer may be sent by unicast (RFC 6762 §5.4).
  package var wantsUnicastResponse: Bool { qclass.rawValue != ref.recordClass }

  // The unicast-response bit is not part of the question: multicast DNS repeats the same question without it
  // (RFC 6762 §5.4), and an answer to a legacy query repeats the question without it (§6.7).
  package static func == (left: QuestionView, right: QuestionView) -> Bool {
    left.qtype == right.qtype && left.qclass == right.qclass && left.qname == right.qname
  }
}

/// The questions of a message, read one by one.
public struct QuestionSection: BitwiseCopyable, ~Escapable {
  @usableFromInline let octets: Span<UInt8>
  @usableFromInline let first: QuestionRef
  public let count: Int
  @usableFromInline let dialect: MessageDialect

  @_lifetime(copy octets)
  @inlinable
  init(_ octets: Span<UInt8>, first: QuestionRef, count: Int, dialect: MessageDialect) {
    self.octets = octets
    self.first = first
    self.count = count
    self.dialect = dialect
  }

  @inlinable public var isEmpty: Bool { count == 0 }

  @_lifetime(copy self)
  @inlinable
  public func makeCursor() -> Cursor { Cursor(octets, first, count, dialect) }

  public struct Cursor: BitwiseCopyable, ~Escapable {
    @usableFromInline let octets: Span<UInt8>
    @usableFromInline var question: QuestionRef
    @usableFromInline var remaining: Int
    @usableFromInline let dialect: MessageDialect
    @usableFromInline var isFirst: Bool

    @_lifetime(copy octets)
    @inlinable
    init(_ octets: Span<UInt8>, _ first: QuestionRef, _ count: Int, _ dialect: MessageDialect) {
      self.octets = octets
      question = first
      remaining = count
      self.dialect = dialect
      isFirst = true
    }

    @_lifetime(copy self)
    @inlinable
    public mutating func next() -> QuestionView? {
      guard remaining > 0, isFirst || readNext() else { return nil }
      isFirst = false
      remaining &-= 1
      return QuestionView(octets, question, dialect: dialect)
    }

    /// A message with more than one question is rare.
    @usableFromInline
    mutating func readNext() -> Bool {
      var reader = WireReader(
        octets, from: Int(question.end), to: octets.count, shortage: .truncatedQuestion)
      guard let next = try? reader.question() else { return false }
      question = next
      return true
    }
  }
}
