/// A DNS message that has been checked from first to last octet; everything inside is read on demand and
/// cannot fail (RFC 1035 §4.1).
package struct Message: Sendable {
  package let header: Header
  /// Whether the octets ended before the records that the header counts: then only whole records show.
  package let isCutShort: Bool
  let wire: Wire
  private let sections: Sections

  /// How much of a message its octets are.
  package enum Extent: Sendable {
    /// All of it: to end early is an error unless the TC flag is set.
    case whole
    /// Perhaps only its start, because the capture kept no more: to end early is fine.
    case start
    /// Only the questions count: enough to pair an answer whose records are malformed. It shows no records.
    case questions
  }

  /// Which protocol's messages they are, among those that share the format.
  package enum Dialect: Sendable {
    case unicast
    /// The top bit of a class is a flag (RFC 6762 §18.12 and §18.13).
    case multicast
    /// Two types are others than in DNS (RFC 1002 §4.2.1.3).
    case netBIOS
  }

  /// Checks `storage[range]`: a message without the length prefix of DNS over TCP.
  ///
  /// Keeps a reference to `storage` and copies nothing. A range that leaves `storage` is cut to it.
  package init(
    storage: [UInt8], range: Range<Int>, extent: Extent = .whole, dialect: Dialect = .unicast
  ) throws(WireError) {
    let wire = Wire(storage: storage, range: range.clamped(to: 0..<storage.count), dialect: dialect)
    var checker = try MessageChecker(wire.span, extent: extent, dialect: dialect)
    sections = try checker.check()
    header = checker.header
    isCutShort = checker.isCutShort
    self.wire = wire
  }

  package init(
    _ octets: [UInt8], extent: Extent = .whole, dialect: Dialect = .unicast
  ) throws(WireError) {
    try self.init(storage: octets, range: 0..<octets.count, extent: extent, dialect: dialect)
  }

  /// The whole message, trailing octets included.
  package var octets: ArraySlice<UInt8> { wire.slice(0..<wire.count) }

  /// Octets behind the last record.
  ///
  /// They are accepted, as tshark does and dnspython does not: some senders pad, and what was asked and
  /// answered is known all the same. In a message that is cut short they are the start of the record that
  /// did not fit.
  package var trailingOctetCount: Int { wire.count - sections.end }
}

// MARK: Sections

extension Message {
  package var questions: Questions {
    Questions(wire: wire, count: Int(sections.questionCount))
  }

  /// The first question; servers take no message with another number of them than one (RFC 9619).
  package var question: Question? {
    let end = Int(sections.questionEnd)
    let octets = wire.span
    guard end >= Header.size + 4, end <= octets.count else { return nil }
    return Question(
      qname: Name(wire: wire, offset: Header.size),
      qtype: RecordType(rawValue: UInt16(octets.uint16(at: end - 4))),
      qclass: RecordClass(rawValue: UInt16(octets.uint16(at: end - 2))), dialect: wire.dialect)
  }

  package var answers: ResourceRecords { records(sections.answers) }
  package var authority: ResourceRecords { records(sections.authority) }
  /// With the OPT record, if there is one.
  package var additional: ResourceRecords { records(sections.additional) }

  private func records(_ section: Section) -> ResourceRecords {
    // Of a section without records nothing is read, and to hold the message for it costs as much as a record.
    guard section.count > 0 else { return .none }
    return ResourceRecords(wire: wire, start: Int(section.start), count: Int(section.count))
  }
}

// MARK: EDNS

extension Message {
  /// What the first OPT record among the additional records says (RFC 6891 §6.1).
  package var edns: EDNS? {
    guard sections.opt != 0 else { return nil }
    var offset = Int(sections.opt)
    return ResourceRecord(in: wire, at: &offset).map(EDNS.init)
  }

  /// The header's response code with the upper eight bits from EDNS (RFC 6891 §6.1.3).
  package var responseCode: ResponseCode {
    ResponseCode(rawValue: UInt16(ednsWord >> 24) << 4 | header.responseCode.rawValue)
  }

  /// DO, from EDNS: the sender wants DNSSEC records (RFC 3225 §3).
  package var dnssecOK: Bool { ednsWord & 0x8000 != 0 }

  private var ednsWord: UInt32 { sections.optTTL }
}

/// Where a section's records start and how many of them are whole.
struct Section: Sendable {
  var start: UInt16 = 0
  var count: UInt16 = 0
}

/// What the check of a message leaves behind, so that reading need not search.
struct Sections: Sendable {
  var questionCount: UInt16 = 0
  /// Behind the first question; 0 when there is none.
  var questionEnd: UInt16 = 0
  var answers = Section()
  var authority = Section()
  var additional = Section()
  /// The first OPT record among the additional records; 0 when there is none, as no record starts there.
  var opt: UInt16 = 0
  /// That record's TTL: upper response code, version, flags (RFC 6891 §6.1.3); 0 without one.
  var optTTL: UInt32 = 0
  /// Behind the last whole record.
  var end = 0
}
