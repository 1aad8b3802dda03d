/// What the check of a message leaves behind beside its records, so that reading need not search.
public struct MessageIndex: BitwiseCopyable, Sendable {
  package let header: Header
  @usableFromInline package let dialect: MessageDialect
  /// Whether the octets ended before the records that the header counts: then only whole records show.
  package let isCutShort: Bool
  /// Questions that are whole.
  @usableFromInline let questionCount: UInt16
  /// The first of them, if there is one.
  @usableFromInline let question: QuestionRef
  /// Records that are whole.
  @usableFromInline let answerCount: UInt16
  @usableFromInline let authorityCount: UInt16
  @usableFromInline let additionalCount: UInt16
  /// Which of all records is the first OPT record among the additional ones; nil when there is none.
  let opt: UInt16?
  /// That record's TTL: upper response code, version, flags (RFC 6891 §6.1.3); 0 without one.
  let optTTL: UInt32
  /// Behind the last whole record.
  let end: UInt16

  /// Records that are whole, in all sections.
  @inlinable var recordCount: Int {
    Int(answerCount) &+ Int(authorityCount) &+ Int(additionalCount)
  }
}

/// How much of a message its octets are.
package enum MessageExtent: BitwiseCopyable, Sendable {
  /// All of it: to end early is an error unless the TC flag is set.
  case whole
  /// Perhaps only its start, because the capture kept no more: to end early is fine.
  case start
  /// Only the questions count: enough to pair an answer whose records are malformed. It shows no records.
  case questions
}

/// Which protocol's messages they are, among those that share the format.
public enum MessageDialect: BitwiseCopyable, Sendable {
  case unicast
  /// The top bit of a class is a flag (RFC 6762 §18.12 and §18.13).
  case multicast
  /// Two types are others than in DNS (RFC 1002 §4.2.1.3).
  case netBIOS
}

// MARK: What needs no octets

extension MessageIndex {
  /// Of a message that says nothing.
  package static let none = MessageIndex(
    header: Header(id: 0), dialect: .unicast, isCutShort: false, questionCount: 0, question: QuestionRef(),
    answerCount: 0, authorityCount: 0, additionalCount: 0, opt: nil, optTTL: 0, end: 0)

  package var hasQuestion: Bool { questionCount > 0 }

  package var hasEDNS: Bool { opt != nil }

  /// Whether there is a whole record besides EDNS's.
  package var hasRecords: Bool { recordCount > (opt == nil ? 0 : 1) }

  /// The header's response code with the upper eight bits from EDNS (RFC 6891 §6.1.3).
  package var responseCode: ResponseCode {
    ResponseCode(rawValue: UInt16(optTTL >> 24) << 4 | header.responseCode.rawValue)
  }

  /// DO, from EDNS: the sender wants DNSSEC records (RFC 3225 §3).
  package var dnssecOK: Bool { optTTL & 0x8000 != 0 }

  /// The first question in the message's octets; servers take no message with another number of them than one (RFC 9619).
  @_lifetime(copy octets)
  @inlinable public func question(in octets: Span<UInt8>) -> QuestionView? {
    guard questionCount > 0 else { return nil }
    return QuestionView(octets, question, dialect: dialect)
  }
}
