import DNSWire
import Testing

@Suite("A message")
struct MessageTests {
  static let answer = [UInt8](
    hex: """
      1234 8580 0001 0002 0001 0001
      03 777777 07 6578616D706C65 03 636F6D 00 0001 0001
      C00C 0005 0001 0000012C 0006 03 776562 C010
      C02D 0001 0001 0000003C 0004 C0000201
      C010 0002 0001 00000E10 0005 02 6E73 C010
      00 0029 04D0 01 00 8000 0000
      """)

  @Test("shows its header's fields")
  func header() throws {
    let header = try Message(Self.answer).header
    #expect(header.id == 0x1234)
    #expect(header.isResponse)
    #expect(header.opcode == .query)
    #expect(header.isAuthoritative)
    #expect(!header.isTruncated)
    #expect(header.recursionDesired)
    #expect(header.recursionAvailable)
    #expect(!header.zBit)
    #expect(!header.authenticData)
    #expect(!header.checkingDisabled)
    #expect(header.responseCode == .noError)
    #expect(header.questionCount == 1)
    #expect(header.answerCount == 2)
    #expect(header.authorityCount == 1)
    #expect(header.additionalCount == 1)
  }

  @Test("shows its sections, with names put together from what they point to")
  func sections() throws {
    let message = try Message(Self.answer)
    #expect(message.question?.qname.presentation() == "www.example.com.")
    #expect(message.question?.qtype == .a)
    #expect(message.question?.qclass == .internet)
    let answers = message.answers.map { "\($0.name) \($0.ttl) \($0.class) \($0.type) \($0.dataPresentation)" }
    #expect(
      answers == ["www.example.com. 300 IN CNAME web.example.com.", "web.example.com. 60 IN A 192.0.2.1"])
    #expect(message.authority.map(\.dataPresentation) == ["ns.example.com."])
    #expect(message.additional.map(\.type) == [.opt])
    #expect(message.trailingOctetCount == 0)
    #expect(!message.isCutShort)
  }

  @Test("has a response code of twelve bits, the upper eight from its OPT record")
  func extendedResponseCode() throws {
    let message = try Message(Self.answer)
    #expect(message.header.responseCode == .noError)
    #expect(message.responseCode == .badVersion)
    #expect(message.edns?.udpPayloadSize == 1232)
    #expect(message.edns?.dnssecOK == true)
    #expect(message.edns?.version == 0)
  }

  @Test("may lie anywhere in a larger buffer, since pointers count from its start")
  func insideBuffer() throws {
    let storage = [0xFF, 0xFF] + Self.answer + [0xEE]
    let message = try Message(storage: storage, range: 2..<(storage.count - 1))
    #expect(message.octets.elementsEqual(Self.answer))
    #expect(message.answers.map(\.name.description) == ["www.example.com.", "web.example.com."])
    #expect(message.trailingOctetCount == 0)
  }

  @Test("never reaches beyond its buffer")
  func clampedRange() {
    #expect(throws: WireError.self) { try Message(storage: [1, 2, 3], range: 0..<100) }
    #expect(throws: WireError.self) { try Message(storage: [1, 2, 3], range: 50..<100) }
    #expect(throws: WireError.self) { try Message(storage: [], range: -5..<0) }
  }

  @Test("may be followed by octets, which it counts")
  func trailingOctets() throws {
    let message = try Message(Self.answer + [1, 2, 3])
    #expect(message.trailingOctetCount == 3)
    #expect(message.octets.count == Self.answer.count + 3)
  }

  @Test("is refused wherever it is cut")
  func truncated() {
    for length in 0..<Self.answer.count {
      #expect(throws: WireError.self, "cut to \(length) octets") {
        try Message(Array(Self.answer.prefix(length)))
      }
    }
  }

  @Test(
    "shows its whole records where it is cut, if it says so or the capture does", arguments: [true, false])
  func cutShort(says: Bool) throws {
    var octets = Self.answer
    if says { octets[2] |= 0x02 }
    for length in 12..<octets.count {
      let message = try Message(Array(octets.prefix(length)), extent: says ? .whole : .start)
      #expect(message.isCutShort)
      #expect(message.records.count == (length < 51 ? 0 : length < 67 ? 1 : length < 84 ? 2 : 3))
      message.walk()
    }
    #expect(try !Message(octets, extent: .start).isCutShort)
  }

  @Test("is refused when its header counts more questions or records than there are")
  func missingRecords() {
    #expect(throws: error(.truncatedQuestion, 12)) { try Message(.header(questions: 1)) }
    #expect(throws: error(.truncatedRecord, 12)) { try Message(.header(answers: 0xFFFF)) }
    #expect(throws: error(.truncatedRecord, 12)) { try Message(.header(authority: 1)) }
    #expect(throws: error(.truncatedRecord, 12)) { try Message(.header(additional: 1)) }
    #expect(throws: error(.shortHeader, 10)) { try Message(Array([UInt8].header().prefix(11))) }
  }

  @Test("is refused when it is longer than DNS over TCP can carry")
  func tooLong() throws {
    let header: [UInt8] = .header()
    let longest = header + [UInt8](repeating: 0, count: 65535 - header.count)
    #expect(try Message(longest).trailingOctetCount == 65523)
    #expect(throws: error(.messageTooLong, 65536)) { try Message(longest + [0]) }
  }

  @Test("of multicast DNS has a flag in the top bit of the class, any other a class of its own")
  func multicastBits() throws {
    let octets =
      [UInt8].header(questions: 1, answers: 1) + [0, 0, 1, 0x80, 1]
      + .record(.a, class: 0x8001, [192, 0, 2, 7])
    let multicast = try Message(octets, dialect: .multicast)
    let question = try #require(multicast.question)
    #expect(question.wantsUnicastResponse)
    #expect(question.qclass == .internet)
    let record = try #require(multicast.answers.first)
    #expect(record.cacheFlush)
    #expect(record.class == .internet)
    #expect(record.dataPresentation == "192.0.2.7")

    let unicast = try Message(octets)
    #expect(unicast.question?.wantsUnicastResponse == false)
    #expect(unicast.question?.qclass.mnemonic == "CLASS32769")
    let other = try #require(unicast.answers.first)
    #expect(!other.cacheFlush)
    #expect(other.dataPresentation == ##"\# 4 c0000207"##)
  }

  @Test("of NetBIOS has two types that in DNS are others (RFC 1002 §4.2.1.3)")
  func netBIOS() throws {
    let octets =
      [UInt8].header(questions: 1, answers: 2) + [0, 0, 0x20, 0, 1]
      + .record(.nimloc, [0, 0, 192, 0, 2, 7]) + .record(.srv, [1, 2, 3])
    #expect(throws: WireError.self) { try Message(octets) }
    let message = try Message(octets, dialect: .netBIOS)
    func type(_ question: Question?) -> String {
      var text: [UInt8] = []
      question?.writeType(to: &text)
      return String(decoding: text, as: UTF8.self)
    }
    #expect(type(message.question) == "NB")
    let texts = message.answers.map { record in
      var text: [UInt8] = []
      record.writeType(to: &text)
      return String(decoding: text, as: UTF8.self) + " " + record.dataPresentation
    }
    #expect(texts == [##"NB \# 6 0000c0000207"##, ##"NBSTAT \# 3 010203"##])
    let other = try Message([UInt8].header(questions: 1) + [0, 0, 0x20, 0, 1])
    #expect(type(other.question) == "NIMLOC")
  }

  @Test("of an update may have records without data")
  func update() throws {
    let empty = [UInt8].header(flags: 0x2800, answers: 1) + .record(.a, class: 255, [])
    let message = try Message(empty)
    #expect(message.header.opcode == .update)
    #expect(message.answers.map(\.dataPresentation) == ["\\# 0"])
    #expect(throws: WireError.self) { try Message(.header(flags: 0x2800, answers: 1) + .record(.a, [])) }
    #expect(throws: WireError.self) { try Message(.header(answers: 1) + .record(.a, class: 254, [])) }
    let strings = try Message(.header(flags: 0x2800, authority: 1) + .record(.txt, class: 255, []))
    #expect(strings.authority.map(\.dataPresentation) == ["\\# 0"])
    let required = try Message(.header(flags: 0x2800, answers: 1) + .record(.a, class: 254, []))
    #expect(required.answers.map(\.dataPresentation) == ["\\# 0"])
    #expect(throws: WireError.self) {
      try Message(.header(flags: 0x2800, authority: 1) + .record(.a, class: 254, []))
    }
    #expect(throws: WireError.self) {
      try Message(.header(flags: 0x2800, additional: 1) + .record(.mx, class: 255, []))
    }
    let deleted = try Message(.header(flags: 0x2800, authority: 1) + .record(.a, class: 254, [192, 0, 2, 1]))
    #expect(deleted.authority.map(\.dataPresentation) == ["192.0.2.1"])
  }

  @Test("tells why and where it is refused in one line")
  func errorText() {
    #expect(error(.rdataLength(.a), 25).description == "rdata of A does not fit its length at octet 25")
  }
}

/// An error as `#expect(throws:)` compares it.
func error(_ reason: WireError.Reason, _ offset: Int) -> WireError { WireError(reason, at: offset) }
