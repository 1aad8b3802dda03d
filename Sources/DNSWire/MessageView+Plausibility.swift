// Messages that have the format of DNS but that no DNS program sends.
extension MessageView {
  /// Whether its octets alone suffice to classify it as DNS, on a port that is not a DNS port.
  ///
  /// Other protocols have messages that are well-formed DNS by accident: a reply of Sun RPC (RFC 5531 §9) parses as a
  /// response with one record of type 0 and class 0.
  package var isPlausible: Bool {
    let hasAllQuestions = index.questionCount == header.questionCount
    var questions = questions.makeCursor()
    while let question = questions.next() {
      guard question.qtype.rawValue != 0, question.qclass.isUsed else { return false }
    }
    var records = records.makeCursor()
    while let record = records.next() {
      guard record.type.rawValue != 0, record.type == .opt || record.class.isUsed else { return false }
    }
    if index.questionCount > 0 { return hasAllQuestions }
    // A refusal may be the header alone, but it follows a query, which makes its flow known.
    if !header.hasRecords { return header.opcode == .stateful && trailingOctetCount > 0 && hasOperations }
    // An answer without a question consists of its records.
    return hasAllQuestions && !isCutShort && trailingOctetCount == 0
  }

  /// Whether known types, lengths and values of a stateful operation follow the header to its end (RFC 8490 §5.4.4).
  private var hasOperations: Bool {
    var place = Header.size
    while octets.count - place >= 4 {
      // Those of RFC 8490 §10.3 and of push notifications (RFC 8765 §8.4).
      guard [1, 2, 3, 0x40, 0x41, 0x42, 0x43].contains(octets.uint16(at: place)) else { return false }
      place += 4 + octets.uint16(at: place + 2)
    }
    return place == octets.count
  }

  /// Whether a query has no question, or the octets end before the first question of several that the header counts.
  package var lacksQuestion: Bool {
    guard index.questionCount == 0 else { return false }
    if header.questionCount > 0 { return octets.count > Header.size }
    // A client may query for a cookie alone (RFC 7873 §5.4); inverse queries have only answers (RFC 1035 §6.4.1).
    return !header.isResponse && header.opcode == .query && edns?.cookie == nil
  }
}

extension RecordClass {
  /// Whether the class is in use: IN, CS, CH, HS, NONE and ANY.
  fileprivate var isUsed: Bool { (1...4).contains(rawValue) || self == .none || self == .any }
}
