import DNSWire
import Testing

@Suite("A built message")
struct MessageBuilderTests {
  private let name: OwnedName
  private let other: OwnedName

  init() throws {
    name = try #require(OwnedName("www.example.com"))
    other = try #require(OwnedName("mail.example.com"))
  }

  @Test(
    "decodes to what it was built from", arguments: [.none, .ofOwnerNames] as [MessageBuilder.Compression])
  func roundTrip(compression: MessageBuilder.Compression) throws {
    var builder = MessageBuilder(query: 7, .init(qname: name, qtype: .any))
    builder.compression = compression
    builder.header.isResponse = true
    builder.header.responseCode = .refused
    let records: [(RecordType, OwnedRData, String)] = [
      (.a, .a(0xC000_0201), "192.0.2.1"),
      (.aaaa, .aaaa(high: 0x2001_0DB8_0000_0000, low: 1), "2001:db8::1"),
      (.ns, .name(other), "mail.example.com."),
      (.cname, .name(other), "mail.example.com."),
      (.ptr, .name(other), "mail.example.com."),
      (.dname, .name(other), "mail.example.com."),
      (.mx, .mx(preference: 10, exchange: other), "10 mail.example.com."),
      (
        .soa, .soa(mname: other, rname: name, [1, 2, 3, 4, 5]), "mail.example.com. www.example.com. 1 2 3 4 5"
      ),
      (.txt, .txt(["a b", ""]), #""a b" """#),
      (.srv, .srv(priority: 1, weight: 2, port: 3, target: other), "1 2 3 mail.example.com."),
      (
        .https, .serviceBinding(priority: 1, target: .root, [.alpn: [2, 104, 50], .port: [1, 187]]),
        #"1 . alpn="h2" port="443""#
      ),
      (.caa, .caa(flags: 128, tag: "tbs", value: [65]), #"128 tbs "A""#),
      (RecordType(rawValue: 65280), .octets([1, 2]), ##"\# 2 0102"##),
    ]
    builder.answers = records.map { .init(name: name, type: $0.0, ttl: 60, rdata: $0.1) }
    builder.authority = [.init(name: other, type: .a, ttl: 0, rdata: .a(0))]
    builder.opt = .init(
      udpPayloadSize: 1400, extendedResponseCode: 1, dnssecOK: true,
      options: [
        .extendedError(.blocked, text: "no"),
        .clientSubnet(ClientSubnet(address: .ipv4(0xC000_0200), sourcePrefix: 24)),
      ])
    let octets = builder.build()
    let stored = try StoredMessage(octets)
    let message = stored.view
    #expect(message.header.id == 7)
    #expect(message.header.recursionDesired)
    #expect(message.responseCode.rawValue == 21)
    let asks =
      if let question = message.question { question.qname == name.view && question.qtype == .any } else {
        false
      }
    #expect(asks)
    #expect(message.answers.map { $0.type } == records.map(\.0))
    #expect(message.answers.texts == records.map(\.2))
    #expect(message.answers.map { OwnedName($0.name) } == records.map { _ in name })
    #expect(message.answers.map { $0.ttl } == records.map { _ in 60 })
    #expect(message.answers.map { $0.class } == records.map { _ in .internet })
    #expect(message.authority.map { OwnedName($0.name) } == [other])
    #expect(message.edns?.udpPayloadSize == 1400)
    #expect(message.edns?.extendedError?.text == "no")
    #expect(message.edns?.clientSubnet?.address == .ipv4(0xC000_0200))
    #expect(message.trailingOctetCount == 0)
    stored.walk()
  }

  @Test("is shorter if its owner names are compressed")
  func compression() {
    var builder = MessageBuilder(query: 7, .init(qname: name, qtype: .a))
    builder.answers = [
      .init(name: name, type: .a, ttl: 1, rdata: .a(1)), .init(name: other, type: .a, ttl: 1, rdata: .a(2)),
    ]
    let short = builder.build().count
    builder.compression = .none
    #expect(short == 12 + 21 + 16 + 21)
    #expect(builder.build().count == 12 + 21 + 31 + 32)
  }

  @Test("answers the query's question with the query's id")
  func answer() throws {
    let query = try StoredMessage(MessageBuilder(query: 99, .init(qname: name, qtype: .a)).build())
    let answer = try StoredMessage(MessageBuilder(answerTo: query.view, responseCode: .nameError).build())
    #expect(answer.header.id == 99)
    #expect(answer.header.isResponse)
    #expect(answer.header.recursionDesired)
    #expect(answer.index.responseCode == .nameError)
    let isSame =
      if let asked = query.view.question, let repeated = answer.view.question { asked == repeated } else {
        false
      }
    #expect(isSame)
  }
}
