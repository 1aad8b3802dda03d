import DNSWire
import TraceModel

/// A request to the resolver: one name and type, as in DNS.
struct LookupQuestion: Hashable, Sendable {
  let name: OwnedName
  /// `a` if both kinds of addresses are requested.
  let type: RecordType
  /// Whether nscd responds with an `ai_response_header`, not with a `hst_response_header`.
  var wantsAddressList = false

  init(_ name: OwnedName, _ type: RecordType) {
    self.name = name
    self.type = type
  }

  /// The names of an address (RFC 1035 §3.5, RFC 3596 §2.5).
  init?(namesOf address: IPAddress) {
    var text = ""
    switch address.family {
    case .v4:
      for octet in address.octets.reversed() { text += "\(octet)." }
      text += "in-addr.arpa"
    case .v6:
      for octet in address.octets.reversed() {
        text += "\(String(octet & 0xf, radix: 16)).\(String(octet >> 4, radix: 16))."
      }
      text += "ip6.arpa"
    }
    guard let name = OwnedName(text) else { return nil }
    self.init(name, .ptr)
  }

  /// A DNS query with the same question.
  func message(id: UInt16) -> [UInt8] {
    MessageBuilder(query: id, MessageBuilder.Question(qname: name, qtype: type)).build()
  }
}

/// The resolver's answer.
struct LookupAnswer: Hashable, Sendable {
  var code = ResponseCode.noError
  /// The name that has the addresses, if an alias leads to another name.
  var canonicalName: OwnedName?
  var addresses: [IPAddress] = []
  /// For an address.
  var names: [OwnedName] = []
  /// Whether the resolver has the data itself: from a hosts file, or of this host.
  var isLocal = false
  /// Whether DNSSEC has authenticated it.
  var isAuthentic = false

  init(code: ResponseCode = .noError) { self.code = code }

  /// A DNS answer with the same contents; its records have the TTL 0, because theirs is unknown.
  func message(to question: LookupQuestion, id: UInt16) -> [UInt8] {
    var builder = MessageBuilder(header: Header(id: id))
    builder.header.isResponse = true
    builder.header.recursionDesired = true
    builder.header.recursionAvailable = true
    builder.header.isAuthoritative = isLocal
    builder.header.authenticData = isAuthentic
    builder.header.responseCode = code
    builder.questions = [MessageBuilder.Question(qname: question.name, qtype: question.type)]
    var owner = question.name
    if let canonicalName, canonicalName != owner {
      builder.answers.append(
        MessageBuilder.Record(name: owner, type: .cname, ttl: 0, rdata: .name(canonicalName)))
      owner = canonicalName
    }
    for address in addresses {
      let (type, rdata): (RecordType, OwnedRData) =
        switch address.family {
        case .v4: (.a, .a(UInt32(truncatingIfNeeded: address.low)))
        case .v6: (.aaaa, .aaaa(high: address.high, low: address.low))
        }
      builder.answers.append(MessageBuilder.Record(name: owner, type: type, ttl: 0, rdata: rdata))
    }
    for name in names {
      builder.answers.append(MessageBuilder.Record(name: owner, type: .ptr, ttl: 0, rdata: .name(name)))
    }
    return builder.build()
  }
}

/// One call in the stream of a client.
enum LookupCall: Hashable, Sendable {
  case question(LookupQuestion)
  /// A call that the server answers, but that is not a lookup.
  case other
  /// A call without a reply.
  case unanswered
}

/// One reply in the stream of a server.
enum LookupReply: Hashable, Sendable {
  case answer(LookupAnswer)
  /// To a call that is not a lookup.
  case other
  /// One of several replies to a call, and not the last.
  case partial
}

/// The first message in the octets of a stream.
enum Framed<Message> {
  case message(Message, length: Int)
  /// More octets are needed.
  case incomplete
  case malformed
}

extension IPAddress {
  /// By address family (AF_INET, AF_INET6) and octets in network order; nil if they do not fit together.
  init?(family: Int64, _ octets: [UInt8]) {
    func word(_ range: Range<Int>) -> UInt64 { octets[range].reduce(0) { $0 << 8 | UInt64($1) } }
    switch (family, octets.count) {
    case (AddressFamily.inet, 4): self.init(v4: UInt32(word(0..<4)))
    case (AddressFamily.inet6, 16): self.init(v6High: word(0..<8), low: word(8..<16))
    default: return nil
    }
  }
}

/// The numbers of Linux.
enum AddressFamily {
  static let inet: Int64 = 2
  static let inet6: Int64 = 10
}
