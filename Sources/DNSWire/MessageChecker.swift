/// Goes over a message once and refuses what could not be read later.
struct MessageChecker: ~Escapable {
  private let extent: MessageExtent
  private var reader: WireReader
  private var index: MessageIndex

  /// Reads the header.
  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>, extent: MessageExtent, dialect: MessageDialect) throws(WireError) {
    guard octets.count <= UInt16.max else { throw WireError(.messageTooLong, at: octets.count) }
    reader = WireReader(octets, to: octets.count, shortage: .shortHeader)
    index = try MessageIndex(header: Header(from: &reader), dialect: dialect)
    self.extent = extent
  }

  /// Adds each whole record to `refs`.
  mutating func check(addingTo refs: inout [RecordRef]) throws(WireError) -> MessageIndex {
    try checkQuestions()
    if extent == .questions { index.isCutShort = true }
    let header = index.header
    index.answerCount = try checkSection(.answers, header.answerCount, &refs)
    index.authorityCount = try checkSection(.authority, header.authorityCount, &refs)
    index.additionalCount = try checkSection(.additional, header.additionalCount, &refs)
    index.end = UInt16(truncatingIfNeeded: reader.position)
    return index
  }

  private mutating func checkQuestions() throws(WireError) {
    reader.shortage = .truncatedQuestion
    while index.questionCount < index.header.questionCount {
      let start = reader.position
      let name: NameRef
      do {
        name = try reader.name()
        try reader.skip(4)
      } catch {
        return try endEarly(at: start, because: error)
      }
      if index.questionCount == 0 {
        index.questionName = name
        index.questionEnd = UInt16(truncatingIfNeeded: reader.position)
      }
      index.questionCount += 1
    }
  }

  private enum Place { case answers, authority, additional }

  /// Returns how many records of the section are whole.
  @inline(__always)
  private mutating func checkSection(
    _ place: Place, _ count: UInt16, _ refs: inout [RecordRef]
  ) throws(WireError) -> UInt16 {
    var whole: UInt16 = 0
    while whole < count, !index.isCutShort {
      let start = reader.position
      do {
        let ref = try checkRecord(in: place)
        if place == .additional, ref.type == RecordType.opt.rawValue, index.opt == nil {
          index.opt = UInt16(truncatingIfNeeded: refs.count)
          index.optTTL = ref.ttl
        }
        refs.append(ref)
      } catch {
        try endEarly(at: start, because: error)
        break
      }
      whole &+= 1
    }
    return whole
  }

  private mutating func checkRecord(in place: Place) throws(WireError) -> RecordRef {
    reader.shortage = .truncatedRecord
    let ref = try reader.recordRef()
    let messageEnd = try reader.narrow(to: Int(ref.dataCount))
    if !reader.holdsCommonData(of: ref, dialect: index.dialect) { try walk(ref, in: place) }
    reader.rewind(to: reader.end)
    reader.widen(to: messageEnd)
    return ref
  }

  /// Checks the rdata field by field: of a type that is rare, or to say what is wrong.
  @inline(never)
  private mutating func walk(_ ref: RecordRef, in place: Place) throws(WireError) {
    let type = RecordType(rawValue: ref.type)
    let recordClass = RecordClass(rawValue: ref.recordClass).read(as: index.dialect)
    guard !mayBeEmpty(ref, recordClass, in: place), type.netBIOSMnemonic(in: index.dialect) == nil else {
      return
    }
    reader.rewind(to: Int(ref.dataPlace))
    reader.shortage = .rdataLength(type)
    var walker = RDataWalker(reader, type: type, recordClass: recordClass, output: NoOutput())
    try walker.walk()
  }

  /// An update names RRsets by records without rdata: of class ANY where they are required, of NONE where they
  /// must not be, and of ANY where they shall go (RFC 2136 §2.4.1 to §2.4.5, §2.5.2, §2.5.3).
  private func mayBeEmpty(_ ref: RecordRef, _ recordClass: RecordClass, in place: Place) -> Bool {
    guard ref.dataCount == 0, index.header.opcode == .update else { return false }
    return recordClass == .any ? place != .additional : recordClass == .none && place == .answers
  }

  /// Lets the message end before `start` if it may and the octets have run out there.
  private mutating func endEarly(at start: Int, because error: WireError) throws(WireError) {
    // A server that sets TC stops between two records (RFC 2181 §9), yet some cut where the octets end.
    guard index.header.isTruncated || extent == .start, error.isShortage else { throw error }
    index.isCutShort = true
    reader.widen(to: reader.octets.count)
    reader.rewind(to: start)
  }
}

extension WireReader {
  /// Reads a record up to its rdata, and stands there.
  @inline(__always)
  fileprivate mutating func recordRef() throws(WireError) -> RecordRef {
    let name = try name()
    let type = try uint16()
    let recordClass = try uint16()
    let ttl = try uint32()
    let dataCount = try uint16()
    return RecordRef(
      ttl: ttl, namePlace: name.place, type: type, recordClass: recordClass,
      dataPlace: UInt16(truncatingIfNeeded: position), dataCount: dataCount, nameLength: name.wireLength)
  }

  /// Whether the rdata, with whose end this reader ends, surely is well formed: of a type that is common, and as its
  /// layout in `RDataWalker` asks. Moves somewhere inside.
  ///
  /// It only spares `RDataWalker`, which decides whenever this says no. It must not say yes where that throws.
  @inline(__always)
  fileprivate mutating func holdsCommonData(of ref: RecordRef, dialect: MessageDialect) -> Bool {
    switch RecordType(rawValue: ref.type) {
    case .a: ref.dataCount == 4 && ref.isInternet(dialect)
    case .aaaa: ref.dataCount == 16 && ref.isInternet(dialect)
    case .cname, .ns, .ptr, .dname: (try? name()) != nil && isAtEnd
    default: false
    }
  }
}

extension RecordRef {
  fileprivate func isInternet(_ dialect: MessageDialect) -> Bool {
    RecordClass(rawValue: recordClass).read(as: dialect) == .internet
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
