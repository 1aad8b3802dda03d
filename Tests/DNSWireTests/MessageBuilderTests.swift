import DNSWire
import Testing

@Suite("A built message")
struct MessageBuilderTests {
  private let name: Name
  private let other: Name

  init() throws {
    name = try #require(Name("www.example.com"))
    other = try #require(Name("mail.example.com"))
  }

  @Test(
    "decodes to what it was built from", arguments: [.none, .ofOwnerNames] as [MessageBuilder.Compression])
  func roundTrip(compression: MessageBuilder.Compression) throws {
    var builder = MessageBuilder(query: 7, Question(qname: name, qtype: .any))
    builder.compression = compression
    builder.header.isResponse = true
    builder.header.responseCode = .refused
    let records: [(RecordType, RData, String)] = [
      (.a, .a(0xC000_0201), "192.0.2.1"),
      (.aaaa, .aaaa(high: 0x2001_0DB8_0000_0000, low: 1), "2001:db8::1"),
      (.ns, .ns(other), "mail.example.com."),
      (.cname, .cname(other), "mail.example.com."),
      (.ptr, .ptr(other), "mail.example.com."),
      (.dname, .dname(other), "mail.example.com."),
      (.mx, .mx(MX(preference: 10, exchange: other)), "10 mail.example.com."),
      (
        .soa,
        .soa(SOA(mname: other, rname: name, serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5)),
        "mail.example.com. www.example.com. 1 2 3 4 5"
      ),
      (.txt, .txt(CharacterStrings(["a b", ""])), #""a b" """#),
      (.srv, .srv(SRV(priority: 1, weight: 2, port: 3, target: other)), "1 2 3 mail.example.com."),
      (
        .https,
        .https(
          SVCB(
            priority: 1, target: .root,
            parameters: ServiceParameters([
              ServiceParameter(key: .port, value: [1, 187]),
              ServiceParameter(key: .alpn, value: [2, 104, 50]),
            ]))),
        #"1 . alpn="h2" port="443""#
      ),
      (.caa, .caa(CAA(flags: 128, tag: Array("tbs".utf8)[...], value: [65])), #"128 tbs "A""#),
      (RecordType(rawValue: 65280), .other([1, 2]), ##"\# 2 0102"##),
    ]
    builder.answers = records.map { .init(name: name, type: $0.0, ttl: 60, rdata: $0.1) }
    builder.authority = [.init(name: other, type: .a, ttl: 0, rdata: .a(0))]
    builder.edns = EDNS(
      udpPayloadSize: 1400, extendedResponseCode: 1, dnssecOK: true,
      options: EDNSOptions([
        EDNSOption(code: .extendedError, octets: ExtendedError(code: .blocked, text: "no").octets[...]),
        EDNSOption(
          code: .clientSubnet,
          octets: ClientSubnet(address: .ipv4(0xC000_0200), sourcePrefix: 24).octets[...]),
      ]))
    let octets = builder.build()
    let message = try Message(octets)
    #expect(message.header.id == 7)
    #expect(message.header.recursionDesired)
    #expect(message.responseCode.rawValue == 21)
    #expect(message.question == Question(qname: name, qtype: .any))
    #expect(message.answers.map(\.type) == records.map(\.0))
    #expect(message.answers.map(\.dataPresentation) == records.map(\.2))
    #expect(message.answers.allSatisfy { $0.name == name && $0.ttl == 60 && $0.class == .internet })
    #expect(message.authority.map(\.name) == [other])
    #expect(message.edns?.udpPayloadSize == 1400)
    #expect(message.edns?.extendedError?.text == "no")
    #expect(message.edns?.clientSubnet?.address == .ipv4(0xC000_0200))
    #expect(message.trailingOctetCount == 0)
    message.walk()
  }

  @Test("is shorter when its owner names are compressed")
  func compression() {
    var builder = MessageBuilder(query: 7, Question(qname: name, qtype: .a))
    builder.answers = [
      .init(name: name, type: .a, ttl: 1, rdata: .a(1)), .init(name: other, type: .a, ttl: 1, rdata: .a(2)),
    ]
    let short = builder.build().count
    builder.compression = .none
    #expect(short == 12 + 21 + 16 + 21)
    #expect(builder.build().count == 12 + 21 + 31 + 32)
  }

  @Test("answers the query's question under the query's id")
  func answer() throws {
    let query = try Message(MessageBuilder(query: 99, Question(qname: name, qtype: .a)).build())
    let answer = try Message(MessageBuilder(answerTo: query, responseCode: .nameError).build())
    #expect(answer.header.id == 99)
    #expect(answer.header.isResponse)
    #expect(answer.header.recursionDesired)
    #expect(answer.responseCode == .nameError)
    #expect(answer.question == query.question)
  }
}
