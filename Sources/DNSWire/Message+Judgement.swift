// What is DNS by its format and still no DNS message that anybody sends.
extension Message {
  /// Whether it may be taken for DNS for its octets alone, on a port that is not known for it.
  ///
  /// Other protocols have messages that happen to be well formed: a reply of Sun RPC (RFC 5531 §9) reads as a response
  /// with one record of type 0 and class 0.
  package var isConvincing: Bool {
    let hasAllQuestions = questions.count == Int(header.questionCount)
    guard questions.allSatisfy({ $0.qtype.rawValue != 0 && $0.qclass.isUsed }) else { return false }
    for section in [answers, authority, additional] {
      let isSound = section.allSatisfy { record in
        record.type.rawValue != 0 && (record.type == .opt || record.class.isUsed)
      }
      if !isSound { return false }
    }
    if questions.count > 0 { return hasAllQuestions }
    // A refusal may be the header alone, but it follows a query, by which its flow is known.
    if !header.hasRecords { return header.opcode == .stateful && trailingOctetCount > 0 && hasOperations }
    // An answer without a question is nothing but its records.
    return hasAllQuestions && !isCutShort && trailingOctetCount == 0
  }

  /// Whether known types, lengths and values of a stateful operation follow the header to its end (RFC 8490 §5.4.4).
  private var hasOperations: Bool {
    var rest = octets.dropFirst(Header.size)
    while rest.count >= 4 {
      let fields = rest.prefix(4).map { Int($0) }
      // Those of RFC 8490 §10.3 and of push notifications (RFC 8765 §8.4).
      guard [1, 2, 3, 0x40, 0x41, 0x42, 0x43].contains(fields[0] << 8 | fields[1]) else { return false }
      rest = rest.dropFirst(4)
      let length = fields[2] << 8 | fields[3]
      guard length <= rest.count else { return false }
      rest = rest.dropFirst(length)
    }
    return rest.isEmpty
  }

  /// Whether a query asks nothing, or the octets end before the first question of several that the header counts.
  package var lacksQuestion: Bool {
    guard questions.isEmpty else { return false }
    if header.questionCount > 0 { return octets.count > Header.size }
    // A client may ask for a cookie alone (RFC 7873 §5.4); inverse queries have only answers (RFC 1035 §6.4.1).
    return !header.isResponse && header.opcode == .query && edns?.cookie == nil
  }
}

extension RecordClass {
  /// Whether anybody sends it: IN, CS, CH, HS, NONE and ANY.
  fileprivate var isUsed: Bool { (1...4).contains(rawValue) || self == .none || self == .any }
}
