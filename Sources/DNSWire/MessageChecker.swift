/// Parses a message once and rejects everything that could not be read later.
struct MessageChecker: BitwiseCopyable, ~Escapable {
  private let header: Header
  private let extent: MessageExtent
  private let dialect: MessageDialect
  private var reader: WireReader
  // See `MessageIndex`.
  private var isCutShort = false
  private var question = QuestionRef()
  private var questionCount: UInt16 = 0
  private var opt: UInt16?
  private var optTTL: UInt32 = 0
  /// Whether the name of the first question is stored without compression.
  private var isQuestionNameWhole = false

  /// `octets` must be longer than their header.
  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>, _ header: Header, extent: MessageExtent, dialect: MessageDialect) {
    reader = WireReader(octets, from: Header.size, to: octets.count, shortage: .truncatedQuestion)
    self.header = header
    self.extent = extent
    self.dialect = dialect
  }

  /// Writes each complete record to `refs`, which must have space for as many as the header counts or the octets can hold.
  @inline(__always)
  mutating func check(writingTo refs: inout MutableSpan<RecordRef>) throws(WireError) -> MessageIndex {
    try checkQuestions()
    if extent == .questions { isCutShort = true }
    let answers = try checkSection(.answers, header.answerCount, from: 0, &refs)
    let authority = try checkSection(.authority, header.authorityCount, from: answers, &refs)
    let additional = try checkSection(.additional, header.additionalCount, from: answers &+ authority, &refs)
    // Initialised at once: fields that are written one by one and then copied together stall the processor.
    return MessageIndex(
      header: header, dialect: dialect, isCutShort: isCutShort, questionCount: questionCount,
      question: question, answerCount: UInt16(truncatingIfNeeded: answers),
      authorityCount: UInt16(truncatingIfNeeded: authority),
      additionalCount: UInt16(truncatingIfNeeded: additional), opt: opt, optTTL: optTTL,
      end: UInt16(truncatingIfNeeded: reader.position))
  }

  @inline(__always)
  private mutating func checkQuestions() throws(WireError) {
    while questionCount < header.questionCount {
      let start = reader.position
      let question: QuestionRef
      do {
        question = try reader.question()
      } catch {
        return try endEarly(at: start, because: error)
      }
      if questionCount == 0 {
        self.question = question
        isQuestionNameWhole = reader.position - start == Int(question.name.wireLength) + 4
      }
      questionCount += 1
    }
  }

  private enum Place { case answers, authority, additional }

  /// Returns the number of complete records of the section.
  @inline(__always)
  private mutating func checkSection(
    _ place: Place, _ count: UInt16, from first: Int, _ refs: inout MutableSpan<RecordRef>
  ) throws(WireError) -> Int {
    var whole = 0
    while whole < Int(count), !isCutShort {
      let start = reader.position
      do {
        try checkRecord(in: place, first &+ whole, &refs)
      } catch {
        try endEarly(at: start, because: error)
        break
      }
      whole &+= 1
    }
    return whole
  }

  private mutating func checkRecord(
    in place: Place, _ number: Int, _ refs: inout MutableSpan<RecordRef>
  ) throws(WireError) {
    reader.shortage = .truncatedRecord
    let ref = try reader.recordRef(of: ownerName())
    let messageEnd = try reader.narrow(to: Int(ref.dataCount))
    if !reader.holdsCommonData(of: ref, dialect: dialect) { try walk(ref, in: place) }
    reader.rewind(to: reader.end)
    reader.widen(to: messageEnd)
    refs[number] = ref
    if ref.type == RecordType.opt.rawValue, place == .additional, opt == nil {
      opt = UInt16(truncatingIfNeeded: number)
      optTTL = ref.ttl
    }
  }

  /// Most records have the question's name, which was checked, as a pointer to its offset.
  @inline(__always)
  private mutating func ownerName() throws(WireError) -> NameRef {
    let place = reader.position
    guard isQuestionNameWhole, reader.remaining >= 2, reader.octets.uint16(at: place) == 0xC000 | Header.size
    else { return try reader.name() }
    try reader.skip(2)
    return question.name
  }

  /// Checks the rdata field by field: for rare types, and to report what is wrong.
  @inline(never)
  private mutating func walk(_ ref: RecordRef, in place: Place) throws(WireError) {
    let type = RecordType(rawValue: ref.type)
    let recordClass = RecordClass(rawValue: ref.recordClass).read(as: dialect)
    guard !mayBeEmpty(ref, recordClass, in: place), type.netBIOSMnemonic(in: dialect) == nil else {
      return
    }
    reader.rewind(to: Int(ref.dataPlace))
    reader.shortage = .rdataLength(type)
    var walker = RDataWalker(reader, type: type, recordClass: recordClass, output: NoOutput())
    try walker.walk()
  }

  /// An update names RRsets by records without rdata: of class ANY if they must exist, of NONE if they
  /// must not, and of ANY if they are to be deleted (RFC 2136 §2.4.1 to §2.4.5, §2.5.2, §2.5.3).
  private func mayBeEmpty(_ ref: RecordRef, _ recordClass: RecordClass, in place: Place) -> Bool {
    guard ref.dataCount == 0, header.opcode == .update else { return false }
    return recordClass == .any ? place != .additional : recordClass == .none && place == .answers
  }

  /// Accepts that the message ends before `start`, if it may be truncated and the octets end there.
  private mutating func endEarly(at start: Int, because error: WireError) throws(WireError) {
    // A server that sets TC stops between two records (RFC 2181 §9), but some cut within a record.
    guard header.isTruncated || extent == .start, error.isShortage else { throw error }
    isCutShort = true
    reader.widen(to: reader.octets.count)
    reader.rewind(to: start)
  }
}

extension WireReader {
  @inline(__always)
  mutating func question() throws(WireError) -> QuestionRef {
    let name = try name()
    let fields = position
    try skip(4)
    return QuestionRef(
      name: name, type: UInt16(truncatingIfNeeded: octets.uint16(at: fields)),
      recordClass: UInt16(truncatingIfNeeded: octets.uint16(at: fields &+ 2)),
      end: UInt16(truncatingIfNeeded: position))
  }

  /// Reads a record from the end of its name to the start of its rdata.
  @inline(__always)
  fileprivate mutating func recordRef(of name: NameRef) throws(WireError) -> RecordRef {
    let fields = position
    guard remaining >= 10 else {
      // The offset of the first field that does not fit.
      throw WireError(shortage, at: fields + (remaining < 4 ? remaining & ~1 : remaining < 8 ? 4 : 8))
    }
    try skip(10)
    return RecordRef(
      ttl: octets.uint32(at: fields &+ 4), namePlace: name.place,
      type: UInt16(truncatingIfNeeded: octets.uint16(at: fields)),
      recordClass: UInt16(truncatingIfNeeded: octets.uint16(at: fields &+ 2)),
      dataPlace: UInt16(truncatingIfNeeded: position),
      dataCount: UInt16(truncatingIfNeeded: octets.uint16(at: fields &+ 8)), nameLength: name.wireLength)
  }

  /// Whether the rdata, which ends at this reader's end, is well formed for certain: it has a common type and the
  /// layout of that type in `RDataWalker`. The reader's position is undefined afterwards.
  ///
  /// It only avoids `RDataWalker`, which decides if this returns false. It must not return true if that would throw.
  @inline(__always)
  fileprivate mutating func holdsCommonData(of ref: RecordRef, dialect: MessageDialect) -> Bool {
    switch RecordType(rawValue: ref.type) {
    case .a: ref.dataCount == 4 && ref.isInternet(dialect)
    case .aaaa: ref.dataCount == 16 && ref.isInternet(dialect)
    case .cname, .ns, .ptr, .dname: (try? name()) != nil && isAtEnd
    case .opt: holdsOptions()
    default: false
    }
  }

  /// Whether the options' lengths are consistent, to the end (RFC 6891 §6.1.2).
  private mutating func holdsOptions() -> Bool {
    while remaining >= 4 {
      guard (try? skip(2)) != nil, (try? counted16()) != nil else { return false }
    }
    return isAtEnd
  }
}

extension RecordRef {
  fileprivate func isInternet(_ dialect: MessageDialect) -> Bool {
    RecordClass(rawValue: recordClass).read(as: dialect) == .internet
  }
}

extension WireError {
  /// Whether the message ended too early, so that it may be truncated.
  fileprivate var isShortage: Bool {
    switch reason {
    case .truncatedQuestion, .truncatedRecord: true
    default: false
    }
  }
}
