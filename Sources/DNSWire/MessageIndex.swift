/// The results of a message's check besides its records.
public struct MessageIndex: BitwiseCopyable, Sendable {
  package let header: Header
  @usableFromInline package let dialect: MessageDialect
  /// Whether the octets ended before the last record that the header counts: only complete records are shown.
  package let isCutShort: Bool
  /// The number of complete questions.
  @usableFromInline let questionCount: UInt16
  /// The first of them, if there is one.
  @usableFromInline let question: QuestionRef
  /// The number of complete records.
  @usableFromInline let answerCount: UInt16
  @usableFromInline let authorityCount: UInt16
  @usableFromInline let additionalCount: UInt16
  /// The index, among all records, of the first OPT record in the additional section; nil if there is none.
  let opt: UInt16?
  /// That record's TTL: upper response code, version, flags (RFC 6891 §6.1.3); 0 without one.
  let optTTL: UInt32
  /// The offset after the last complete record.
  let end: UInt16

  /// The number of complete records in all sections.
  @inlinable var recordCount: Int {
    Int(answerCount) &+ Int(authorityCount) &+ Int(additionalCount)
  }
}

/// How much of a message its octets contain.
package enum MessageExtent: BitwiseCopyable, Sendable {
  /// All of it: an early end is an error unless the TC flag is set.
  case whole
  /// Possibly only its start, because the capture was truncated: an early end is accepted.
  case start
  /// Only the questions are checked: enough to pair an answer whose records are malformed. It has no records.
  case questions
}

/// The protocol of the messages, among those that share the format.
public enum MessageDialect: BitwiseCopyable, Sendable {
  case unicast
  /// The top bit of a class is a flag (RFC 6762 §18.12 and §18.13).
  case multicast
  /// Two types differ from those of DNS (RFC 1002 §4.2.1.3).
  case netBIOS
}

// MARK: Properties

extension MessageIndex {
  /// The index of an empty message.
  package static let none = MessageIndex(
    header: Header(id: 0), dialect: .unicast, isCutShort: false, questionCount: 0, question: QuestionRef(),
    answerCount: 0, authorityCount: 0, additionalCount: 0, opt: nil, optTTL: 0, end: 0)

  package var hasQuestion: Bool { questionCount > 0 }

  package var hasEDNS: Bool { opt != nil }

  /// Whether there is a complete record other than EDNS's.
  package var hasRecords: Bool { recordCount > (opt == nil ? 0 : 1) }

  /// The header's response code with the upper eight bits from EDNS (RFC 6891 §6.1.3).
  package var responseCode: ResponseCode {
    ResponseCode(rawValue: UInt16(optTTL >> 24) << 4 | header.responseCode.rawValue)
  }

  /// DO, from EDNS: the sender wants DNSSEC records (RFC 3225 §3).
  package var dnssecOK: Bool { optTTL & 0x8000 != 0 }

  /// The first question in the message's octets; servers accept only messages with one (RFC 9619).
  @_lifetime(copy octets)
  @inlinable public func question(in octets: Span<UInt8>) -> QuestionView? {
    guard questionCount > 0 else { return nil }
    return QuestionView(octets, question, dialect: dialect)
  }
}
