import DNSWire

/// The DNS server of the demo: it answers for `example.test` and nothing else.
enum Responder {
  static let zone = "example.test"
  /// Queries for this name get no answer.
  static let silentName = "nobody.\(zone)"

  /// The answer to a query; nil for octets that are not DNS and for queries that stay unanswered.
  static func answer(_ octets: [UInt8]) -> [UInt8]? {
    guard let message = try? StoredMessage(octets), !message.header.isResponse,
      let silent = OwnedName(silentName), let zone = OwnedName(Self.zone),
      let missing = OwnedName("missing.\(Self.zone)")
    else { return nil }
    let query = message.view
    guard let question = query.question else { return nil }
    let name = OwnedName(question.qname)
    if name == silent { return nil }
    guard question.qname.isSubdomain(of: zone.view), name != missing else {
      return MessageBuilder(answerTo: query, responseCode: .nameError).build()
    }
    var reply = MessageBuilder(answerTo: query)
    reply.header.isAuthoritative = true
    if let rdata = rdata(question.qtype) {
      reply.answers = [.init(name: name, type: question.qtype, ttl: 60, rdata: rdata)]
    }
    return reply.build()
  }

  /// Addresses from the blocks for documentation (RFC 5737, RFC 3849).
  private static func rdata(_ type: RecordType) -> OwnedRData? {
    switch type {
    case .a: .a(0xC000_0201)
    case .aaaa: .aaaa(high: 0x2001_0db8_0000_0000, low: 1)
    // Priority 1, target the owner, alpn "h2" (RFC 9460 §2.2).
    case .https: .serviceBinding(priority: 1, target: .root, [.alpn: [2, 0x68, 0x32]])
    default: nil
    }
  }
}
