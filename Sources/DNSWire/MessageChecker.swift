/// Goes over a message once and refuses what could not be read later.
struct MessageChecker: ~Escapable {
  let header: Header
  private(set) var isCutShort = false
  private let extent: Message.Extent
  private let dialect: Message.Dialect
  private var reader: WireReader
  private var sections = Sections()

  /// Reads the header.
  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>, extent: Message.Extent, dialect: Message.Dialect) throws(WireError) {
    guard octets.count <= UInt16.max else { throw WireError(.messageTooLong, at: octets.count) }
    reader = WireReader(octets, to: octets.count, shortage: .shortHeader)
    header = try Header(from: &reader)
    self.extent = extent
    self.dialect = dialect
  }

  mutating func check() throws(WireError) -> Sections {
    try checkQuestions()
    isCutShort = isCutShort || extent == .questions
    sections.answers = try checkSection(.answers, header.answerCount)
    sections.authority = try checkSection(.authority, header.authorityCount)
    sections.additional = try checkSection(.additional, header.additionalCount)
    sections.end = reader.position
    return sections
  }

  private mutating func checkQuestions() throws(WireError) {
    reader.shortage = .truncatedQuestion
    while sections.questionCount < header.questionCount {
      let start = reader.position
      do {
        _ = try reader.name()
        try reader.skip(4)
      } catch {
        return try endEarly(at: start, because: error)
      }
      if sections.questionCount == 0 { sections.questionEnd = UInt16(truncatingIfNeeded: reader.position) }
      sections.questionCount += 1
    }
  }

  private enum Place { case answers, authority, additional }

  private mutating func checkSection(_ place: Place, _ count: UInt16) throws(WireError) -> Section {
    var section = Section(start: UInt16(truncatingIfNeeded: reader.position))
    while section.count < count && !isCutShort {
      let start = reader.position
      do {
        let (type, ttl) = try checkRecord(in: place)
        if place == .additional && type == .opt && sections.opt == 0 {
          sections.opt = UInt16(truncatingIfNeeded: start)
          sections.optTTL = ttl
        }
      } catch {
        try endEarly(at: start, because: error)
        break
      }
      section.count += 1
    }
    return section
  }

  private mutating func checkRecord(in place: Place) throws(WireError) -> (RecordType, ttl: UInt32) {
    reader.shortage = .truncatedRecord
    _ = try reader.name()
    let type = try RecordType(rawValue: reader.uint16())
    let recordClass = try RecordClass(rawValue: reader.uint16()).read(as: dialect)
    let ttl = try reader.uint32()
    let length = try Int(reader.uint16())
    let messageEnd = try reader.narrow(to: length)
    if !mayBeEmpty(length, recordClass, in: place), type.netBIOSMnemonic(in: dialect) == nil {
      reader.shortage = .rdataLength(type)
      var walker = RDataWalker(reader, type: type, recordClass: recordClass, output: NoOutput())
      try walker.walk()
    }
    reader.rewind(to: reader.end)
    reader.widen(to: messageEnd)
    return (type, ttl)
  }

  /// An update names RRsets by records without rdata: of class ANY where they are required, of NONE where they
  /// must not be, and of ANY where they shall go (RFC 2136 §2.4.1 to §2.4.5, §2.5.2, §2.5.3).
  private func mayBeEmpty(_ length: Int, _ recordClass: RecordClass, in place: Place) -> Bool {
    guard length == 0, header.opcode == .update else { return false }
    return recordClass == .any ? place != .additional : recordClass == .none && place == .answers
  }

  /// Lets the message end before `start` if it may and the octets have run out there.
  private mutating func endEarly(at start: Int, because error: WireError) throws(WireError) {
    // A server that sets TC stops between two records (RFC 2181 §9), yet some cut where the octets end.
    guard header.isTruncated || extent == .start, error.isShortage else { throw error }
    isCutShort = true
    reader.widen(to: reader.octets.count)
    reader.rewind(to: start)
  }
}

extension WireError {
  /// Whether the message ended too early, so that more octets might have helped.
  fileprivate var isShortage: Bool {
    switch reason {
    case .truncatedQuestion, .truncatedRecord: true
    default: false
    }
  }
}
