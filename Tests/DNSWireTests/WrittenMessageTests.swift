import DNSWire
import Testing
import Traffic

/// Messages that another encoder wrote, and the same with octets changed.
struct WrittenMessageTests {
  @Test func `messages.txt is there, and whole`() {
    #expect(WrittenMessage.all.count == 95)
    #expect(WrittenMessage.all.allSatisfy { $0.octets.count > 12 })
  }

  @Test(arguments: Set(WrittenMessage.all.map(\.name)).subtracting(malformed.map(\.0)).sorted())
  func `record data has the text that dnspython gives it in`(_ name: String) throws {
    for written in WrittenMessage.all where written.name == name {
      let message = try Message(written.octets)
      message.walk()
      // dnspython divides Base64 into groups.
      func joined(_ text: String) -> String { text.filter { $0 != " " } }
      let texts = message.records.map { joined($0.dataPresentation) }
      #expect(written.text.isEmpty || texts.contains(joined(written.text)), "\(texts)")
    }
  }

  private static let malformed: [(String, [WireError.Reason])] = [
    ("bad-edns-length", [.rdataLength(.opt)]),
    ("bad-names", [.truncatedQuestion, .forwardPointer, .reservedLabelType]),
    ("bad-svcb-length", [.rdataLength(.https)]),
    ("bad-alpn-too-long", [.malformedRData(.https)]),
    ("bad-alpn-too-short", [.malformedRData(.https)]),
    ("bad-hint", [.malformedRData(.https)]),
    ("bad-loc-length", [.rdataLength(.loc)]),
    ("bad-cut", [.truncatedRecord]),
  ]

  @Test(arguments: malformed)
  func `what is malformed is refused with the reason`(_ name: String, reasons: [WireError.Reason]) {
    var found: [WireError.Reason] = []
    for octets in WrittenMessage.named(name) {
      do { try Message(octets).walk() } catch { found.append(error.reason) }
    }
    #expect(found == reasons)
  }

  @Test func `a message that is malformed behind the question still shows it to who asks for no more`() throws
  {
    let octets = try #require(WrittenMessage.named("bad-hint").last)
    #expect(throws: WireError.self) { try Message(octets) }
    let message = try Message(octets, extent: .questions)
    #expect(message.question?.qtype == .https)
    #expect(message.answers.isEmpty)
    #expect(message.isCutShort)
  }

  @Test func `a response code has more bits than the header's four`() throws {
    let messages = try WrittenMessage.named("badvers").map { try Message($0) }
    #expect(messages.map(\.responseCode) == [.noError, .badVersion])
  }

  @Test func `the case is kept that the name was asked in`() throws {
    let question = try WrittenMessage.named("case").map { try Message($0) }.first?.question
    #expect(question?.qname.presentation() == "Us.V27.DiStRiBuTeD.Example.Test.")
    #expect(question?.qname.hasUpperCase == true)
    #expect(question?.qname == Name("us.v27.distributed.example.test"))
  }

  @Test func `cookies and keepalive are in the text of EDNS`() throws {
    let answer = try Message(try #require(WrittenMessage.named("cookie").last))
    let texts = answer.records.map(\.dataPresentation)
    #expect(texts.contains("COOKIE=c814985a928a63423dcd3e4f7ba9247a KEEPALIVE=370"), "\(texts)")
  }

  @Test(arguments: Set(WrittenMessage.all.map(\.name)).sorted())
  func `a message that is cut or changed gives a value or an error`(_ name: String) {
    for octets in WrittenMessage.named(name).prefix(4) { tryChanges(of: octets) }
  }
}

/// Decodes a message with one octet changed, and cut, at many places.
func tryChanges(of octets: [UInt8]) {
  if let message = try? Message(octets) { message.walk() }
  for step in 0..<40 {
    var changed = octets
    let index = step * 7919 % octets.count
    changed[index] = UInt8(truncatingIfNeeded: step &* 37)
    if let message = try? Message(changed) { message.walk() }
    if let message = try? Message(Array(octets.prefix(index)), extent: .start) { message.walk() }
  }
}
