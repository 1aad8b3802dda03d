import Bytes
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

  @Test("has its header's fields")
  func header() throws {
    let header = try StoredMessage(Self.answer).header
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

  @Test("has its sections, with compressed names resolved")
  func sections() throws {
    let stored = try StoredMessage(Self.answer)
    let message = stored.view
    #expect(message.question?.qname.presentation() == "www.example.com.")
    #expect(message.question?.qtype == .a)
    #expect(message.question?.qclass == .internet)
    let answers = message.answers.map {
      "\($0.name.presentation()) \($0.ttl) \($0.class) \($0.type) \($0.dataPresentation)"
    }
    #expect(
      answers == ["www.example.com. 300 IN CNAME web.example.com.", "web.example.com. 60 IN A 192.0.2.1"])
    #expect(message.authority.texts == ["ns.example.com."])
    #expect(message.additional.map { $0.type } == [.opt])
    #expect(message.records.map { $0.type } == [.cname, .a, .ns, .opt])
    #expect(message.trailingOctetCount == 0)
    #expect(!stored.index.isCutShort)
  }

  @Test("has a response code of twelve bits, the upper eight from its OPT record")
  func extendedResponseCode() throws {
    let stored = try StoredMessage(Self.answer)
    let message = stored.view
    #expect(message.header.responseCode == .noError)
    #expect(message.responseCode == .badVersion)
    #expect(message.edns?.udpPayloadSize == 1232)
    #expect(message.edns?.dnssecOK == true)
    #expect(message.edns?.version == 0)
  }

  @Test("may be anywhere in a larger buffer, because pointers are offsets from its start")
  func insideBuffer() throws {
    let storage = [0xFF, 0xFF] + Self.answer + [0xEE]
    let message = try StoredMessage(storage[2..<(storage.count - 1)])
    #expect(message.octets.elementsEqual(Self.answer))
    #expect(
      message.view.answers.map { $0.name.presentation() } == ["www.example.com.", "web.example.com."])
    #expect(message.view.trailingOctetCount == 0)
  }

  @Test("may be followed by octets, which are counted")
  func trailingOctets() throws {
    let stored = try StoredMessage(Self.answer + [1, 2, 3])
    let message = stored.view
    #expect(message.trailingOctetCount == 3)
    #expect(message.octets.count == Self.answer.count + 3)
  }

  @Test("is refused if it is truncated anywhere")
  func truncated() {
    for length in 0..<Self.answer.count {
      #expect(throws: WireError.self, "cut to \(length) octets") {
        try StoredMessage(Array(Self.answer.prefix(length)))
      }
    }
  }

  @Test(
    "shows its whole records where it is cut, if it says so or the capture does", arguments: [true, false])
  func cutShort(says: Bool) throws {
    var octets = Self.answer
    if says { octets[2] |= 0x02 }
    for length in 12..<octets.count {
      let message = try StoredMessage(Array(octets.prefix(length)), extent: says ? .whole : .start)
      #expect(message.index.isCutShort)
      #expect(message.view.records.count == (length < 51 ? 0 : length < 67 ? 1 : length < 84 ? 2 : 3))
      message.walk()
    }
    #expect(try !StoredMessage(octets, extent: .start).index.isCutShort)
  }

  @Test("is refused if its header counts more questions or records than it has")
  func missingRecords() {
    #expect(throws: error(.truncatedQuestion, 12)) { try StoredMessage(.header(questions: 1)) }
    #expect(throws: error(.truncatedRecord, 12)) { try StoredMessage(.header(answers: 0xFFFF)) }
    #expect(throws: error(.truncatedRecord, 12)) { try StoredMessage(.header(authority: 1)) }
    #expect(throws: error(.truncatedRecord, 12)) { try StoredMessage(.header(additional: 1)) }
    #expect(throws: error(.shortHeader, 10)) { try StoredMessage(Array([UInt8].header().prefix(11))) }
  }

  @Test("is refused if it is longer than DNS over TCP allows")
  func tooLong() throws {
    let header: [UInt8] = .header()
    let longest = header + [UInt8](repeating: 0, count: 65535 - header.count)
    #expect(try StoredMessage(longest).view.trailingOctetCount == 65523)
    #expect(throws: error(.messageTooLong, 65536)) { try StoredMessage(longest + [0]) }
  }

  @Test("of multicast DNS has a flag in the top bit of the class; in others the bit is part of the class")
  func multicastBits() throws {
    let octets =
      [UInt8].header(questions: 1, answers: 1) + [0, 0, 1, 0x80, 1]
      + .record(.a, class: 0x8001, [192, 0, 2, 7])
    let multicast = try StoredMessage(octets, dialect: .multicast)
    let unicast = try StoredMessage(octets)
    func flags(_ message: StoredMessage) -> [Bool?] {
      [message.view.question?.wantsUnicastResponse, message.view.answers.first?.cacheFlush]
    }
    #expect(flags(multicast) == [true, true])
    #expect(multicast.view.question?.qclass == .internet)
    #expect(multicast.view.answers.first?.class == .internet)
    #expect(multicast.view.answers.texts == ["192.0.2.7"])
    #expect(flags(unicast) == [false, false])
    #expect(unicast.view.question?.qclass.mnemonic == "CLASS32769")
    #expect(unicast.view.answers.texts == [##"\# 4 c0000207"##])
  }

  @Test("of NetBIOS has two types that differ from those of DNS (RFC 1002 §4.2.1.3)")
  func netBIOS() throws {
    let octets =
      [UInt8].header(questions: 1, answers: 2) + [0, 0, 0x20, 0, 1]
      + .record(.nimloc, [0, 0, 192, 0, 2, 7]) + .record(.srv, [1, 2, 3])
    #expect(throws: WireError.self) { try StoredMessage(octets) }
    let message = try StoredMessage(octets, dialect: .netBIOS)
    func type(_ message: StoredMessage) -> String {
      var text = ByteWriter()
      message.view.question?.writeType(to: &text)
      return text.text()
    }
    #expect(type(message) == "NB")
    let texts = message.view.answers.map { record in
      var text = ByteWriter()
      record.writeType(to: &text)
      return text.text() + " " + record.dataPresentation
    }
    #expect(texts == [##"NB \# 6 0000c0000207"##, ##"NBSTAT \# 3 010203"##])
    let other = try StoredMessage([UInt8].header(questions: 1) + [0, 0, 0x20, 0, 1])
    #expect(type(other) == "NIMLOC")
  }

  @Test("of an update may have records without data")
  func update() throws {
    let empty = [UInt8].header(flags: 0x2800, answers: 1) + .record(.a, class: 255, [])
    let message = try StoredMessage(empty)
    #expect(message.header.opcode == .update)
    #expect(message.view.answers.texts == ["\\# 0"])
    #expect(throws: WireError.self) {
      try StoredMessage(.header(flags: 0x2800, answers: 1) + .record(.a, []))
    }
    #expect(throws: WireError.self) { try StoredMessage(.header(answers: 1) + .record(.a, class: 254, [])) }
    let strings = try StoredMessage(.header(flags: 0x2800, authority: 1) + .record(.txt, class: 255, []))
    #expect(strings.view.authority.texts == ["\\# 0"])
    let required = try StoredMessage(.header(flags: 0x2800, answers: 1) + .record(.a, class: 254, []))
    #expect(required.view.answers.texts == ["\\# 0"])
    #expect(throws: WireError.self) {
      try StoredMessage(.header(flags: 0x2800, authority: 1) + .record(.a, class: 254, []))
    }
    #expect(throws: WireError.self) {
      try StoredMessage(.header(flags: 0x2800, additional: 1) + .record(.mx, class: 255, []))
    }
    let deleted = try StoredMessage(
      .header(flags: 0x2800, authority: 1) + .record(.a, class: 254, [192, 0, 2, 1]))
    #expect(deleted.view.authority.texts == ["192.0.2.1"])
  }

  @Test("is refused with the reason and the offset in one line")
  func errorText() {
    #expect(error(.rdataLength(.a), 25).description == "rdata of A does not fit its length at octet 25")
  }
}

/// An error in the form that `#expect(throws:)` compares.
func error(_ reason: WireError.Reason, _ offset: Int) -> WireError { WireError(reason, at: offset) }
