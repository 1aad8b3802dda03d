/// A checked DNS message in borrowed octets; its contents are read on demand and cannot fail
/// (RFC 1035 §4.1).
public struct MessageView: BitwiseCopyable, ~Escapable {
  /// The whole message, trailing octets included.
  @usableFromInline package let octets: Span<UInt8>
  @usableFromInline let refs: Span<RecordRef>
  @usableFromInline package let index: MessageIndex

  /// All three arguments must belong to one checked message.
  @_lifetime(copy octets, copy refs)
  @inlinable
  init(_ octets: Span<UInt8>, refs: Span<RecordRef>, index: MessageIndex) {
    self.octets = octets
    self.refs = refs
    self.index = index
  }

  package var header: Header { index.header }
  /// See `MessageIndex`.
  package var isCutShort: Bool { index.isCutShort }
  /// See `MessageIndex`.
  package var responseCode: ResponseCode { index.responseCode }
  /// See `MessageIndex`.
  package var dnssecOK: Bool { index.dnssecOK }

  /// Octets after the last record.
  ///
  /// They are accepted, as tshark does and dnspython does not: some senders pad, and the question and the
  /// answer are still known. In a truncated message they are the start of the record that did not
  /// fit.
  package var trailingOctetCount: Int { octets.count - Int(index.end) }
}

// MARK: Sections

extension MessageView {
  @inlinable public var questions: QuestionSection {
    @_lifetime(copy self)
    get {
      QuestionSection(octets, first: index.question, count: Int(index.questionCount), dialect: index.dialect)
    }
  }

  /// The first question; servers accept only messages with one (RFC 9619).
  @inlinable public var question: QuestionView? {
    @_lifetime(copy self)
    get { index.question(in: octets) }
  }

  @inlinable public var answers: RecordSection {
    @_lifetime(copy self)
    get { section(0, index.answerCount) }
  }

  @inlinable public var authority: RecordSection {
    @_lifetime(copy self)
    get { section(Int(index.answerCount), index.authorityCount) }
  }

  /// With the OPT record, if there is one.
  @inlinable public var additional: RecordSection {
    @_lifetime(copy self)
    get { section(Int(index.answerCount) &+ Int(index.authorityCount), index.additionalCount) }
  }

  /// The records of all three sections, in this order.
  @inlinable public var records: RecordSection {
    @_lifetime(copy self)
    get { RecordSection(octets, refs: refs, dialect: index.dialect) }
  }

  @_lifetime(copy self)
  @inlinable @inline(__always)
  func section(_ start: Int, _ count: UInt16) -> RecordSection {
    RecordSection(
      octets, refs: refs.extracting(start..<(start &+ Int(count))), dialect: index.dialect)
  }
}

// MARK: EDNS

extension MessageView {
  /// The contents of the first OPT record in the additional section (RFC 6891 §6.1).
  package var edns: EDNS? {
    @_lifetime(copy self)
    get {
      guard let opt = index.opt else { return nil }
      return EDNS(RecordView(octets, refs[Int(opt)], dialect: index.dialect))
    }
  }
}
