import DNSWire
import Testing

@Suite("A name")
struct NameTests {
  /// The names of RFC 1035 §4.1.4 at the offsets it gives, as owners of questions before and behind it.
  @Test("is put together from what it points to (RFC 1035 §4.1.4)")
  func compression() throws {
    var octets: [UInt8] = .header(questions: 4)
    octets += [1] + "F".utf8 + [3] + "ISI".utf8 + [4] + "ARPA".utf8 + [0, 0, 1, 0, 1]
    octets += [3] + "FOO".utf8 + [0xC0, 12, 0, 1, 0, 1]
    octets += [0xC0, 14, 0, 1, 0, 1]
    octets += [0, 0, 1, 0, 1]
    let names = try Message(octets).questions.map(\.qname)
    #expect(names.map(\.description) == ["F.ISI.ARPA.", "FOO.F.ISI.ARPA.", "ISI.ARPA.", "."])
    #expect(names.map(\.labelCount) == [3, 4, 2, 0])
    #expect(names.map(\.wireLength) == [12, 16, 10, 1])
    #expect(names.map(\.isRoot) == [false, false, false, true])
    #expect(names[1].labels.map { String(decoding: $0, as: UTF8.self) } == ["FOO", "F", "ISI", "ARPA"])
    #expect(names[1].parent == names[0])
    #expect(names[3].parent == nil)
    #expect(names[1].isSubdomain(of: names[2]))
    #expect(names[2].isSubdomain(of: names[2]))
    #expect(names[2].isSubdomain(of: names[3]))
    #expect(!names[2].isSubdomain(of: names[1]))
  }

  @Test("shows no octet that a terminal could act on (RFC 1035 §5.1)")
  func escaping() throws {
    let label: [UInt8] = Array("a.b\\c\"d$e(f)g;h@i j".utf8) + [0x00, 0x1B, 0x7F, 0xC3, 0xA9]
    let message = try Message(.header(questions: 1) + [UInt8(label.count)] + label + [0, 0, 1, 0, 1])
    let name = try #require(message.question?.qname)
    #expect(
      name.presentation()
        == #"a\.b\\c\"d\$e\(f\)g\;h\@i\032j\000\027\127\195\169."#)
    #expect(Name(name.presentation()) == name)
  }

  @Test("is written with or without its final dot, as it came or in lower case")
  func styles() throws {
    let name = try #require(Name("wWw.Example."))
    #expect(name.presentation() == "wWw.Example.")
    #expect(name.presentation(finalDot: false) == "wWw.Example")
    #expect(name.presentation(finalDot: false, lowercased: true) == "www.example")
    #expect(Name.root.presentation(finalDot: false) == ".")
    #expect(name.hasUpperCase)
    #expect(Name("example").map(\.hasUpperCase) == false)
  }

  @Test("equals another but for the case of ASCII letters (RFC 4343)")
  func equality() throws {
    let name = try #require(Name("www.example.com."))
    let loud = try #require(Name("WWW.eXample.COM"))
    #expect(name == loud)
    #expect(name.hashValue == loud.hashValue)
    #expect(name != Name("www.example.org"))
    #expect(name != Name("www.example"))
    #expect(name != Name("w.ww.example.com"))
    #expect(name != Name("www\\.example.com"))
    #expect(Name("\\195\\137") != Name("\\195\\169"))
    #expect(Name("[") != Name("{"))
  }

  @Test("can be kept without the message it came in")
  func copying() throws {
    let names = try Message(MessageTests.answer).answers.map(\.name)
    #expect(names.map { $0.copy() } == names)
    #expect(names.map { $0.copy().description } == names.map(\.description))
    #expect(Name.root.copy().isRoot)
  }

  @Test("equals itself wherever it lies and however it is compressed")
  func equalityOfCompressed() throws {
    let names = try Message(MessageTests.answer).answers.map(\.name)
    #expect(names == [Name("www.example.com"), Name("web.example.com")])
    #expect(Set(names + [Name("WEB.example.com")].compactMap(\.self)).count == 2)
  }

  @Test(
    "is parsed from presentation form",
    arguments: [
      (".", [0]), ("a", [1, 97, 0]), ("a.", [1, 97, 0]), ("a.b", [1, 97, 1, 98, 0]),
      ("\\065\\.\\\\", [3, 65, 46, 92, 0]), ("\\255", [1, 255, 0]),
    ] as [(String, [UInt8])])
  func parsing(text: String, expected: [UInt8]) throws {
    var wire: [UInt8] = []
    try #require(Name(text)).writeWire(to: &wire)
    #expect(wire == expected)
  }

  @Test(
    "is not parsed from what has no wire form",
    arguments: ["", "..", "a..b", ".a", "\\", "\\2", "\\256", "\\12a"])
  func notParsed(text: String) {
    #expect(Name(text) == nil)
  }

  @Test("has labels of up to 63 octets and up to 255 octets in all (RFC 1035 §2.3.4)")
  func limits() {
    let label = String(repeating: "a", count: 63)
    #expect(Name(label) != nil)
    #expect(Name(label + "a") == nil)
    let long = [label, label, label, String(repeating: "a", count: 61)].joined(separator: ".")
    #expect(Name(long)?.wireLength == 255)
    #expect(Name(long + "a") == nil)
  }
}

@Suite("A malformed name is refused")
struct MalformedNameTests {
  private func refusal(_ name: [UInt8], before: [UInt8] = []) -> WireError? {
    do {
      _ = try Message(.header(questions: before.isEmpty ? 1 : 2) + before + name + [0, 1, 0, 1])
      return nil
    } catch {
      return error
    }
  }

  @Test("when it points to itself or forward")
  func pointers() {
    #expect(refusal([0xC0, 12]) == error(.forwardPointer, 12))
    #expect(refusal([0xC0, 14]) == error(.forwardPointer, 12))
    #expect(refusal([0xFF, 0xFF]) == error(.forwardPointer, 12))
    #expect(refusal([1, 97, 0xC0, 12]) == error(.forwardPointer, 14))
  }

  @Test("when its pointers form a loop")
  func loops() {
    let before: [UInt8] = [1, 97, 0xC0, 12, 0, 1, 0, 1]
    #expect(refusal([0xC0, 12], before: before) == error(.forwardPointer, 14))
    // Two records that point to each other: the earlier one would have to point forward.
    #expect(refusal([0xC0, 12], before: [0xC0, 18, 0, 1, 0, 1]) == error(.forwardPointer, 12))
  }

  @Test("when the labels it points to run into the name itself")
  func overlap() {
    // A pointer to the header's last octets, where a label of six octets would reach over the pointer.
    var octets: [UInt8] = .header(questions: 1, additional: 6)
    octets += [0xC0, 11, 0, 1, 0, 1]
    #expect(throws: error(.overlappingName, 12)) { try Message(octets) }
  }

  @Test("when a label has one of the reserved types", arguments: [0x40, 0x41, 0x7F, 0x80, 0xBF] as [UInt8])
  func labelTypes(octet: UInt8) {
    #expect(refusal([octet, 0, 0]) == error(.reservedLabelType, 12))
  }

  @Test("when it is longer than 255 octets, even if only by what it points to")
  func tooLong() {
    let label = [63] + [UInt8](repeating: 97, count: 63)
    let three = label + label + label
    #expect(refusal(three + [61] + [UInt8](repeating: 97, count: 61) + [0]) == nil)
    #expect(refusal(three + [62] + [UInt8](repeating: 97, count: 62) + [0]) == error(.nameTooLong, 12))
    let before = three + [0, 0, 1, 0, 1]
    #expect(refusal([61] + [UInt8](repeating: 98, count: 61) + [0xC0, 12], before: before) == nil)
    #expect(
      refusal([62] + [UInt8](repeating: 98, count: 62) + [0xC0, 12], before: before)
        == error(.nameTooLong, 209))
  }

  @Test("when it follows more pointers than a name has labels")
  func pointerChain() {
    // The root, then pointers that each lead to the one before.
    func chain(_ length: Int) -> [UInt8] {
      var octets: [UInt8] = .header(questions: 1, answers: 1, authority: 1) + [0, 0, 1, 0, 1]
      octets += [0, 0, 10, 0, 1, 0, 0, 0, 0]
      let dataLength = length * 2 + 1
      octets += [UInt8(dataLength >> 8), UInt8(dataLength & 0xFF)]
      var target = octets.count
      octets.append(0)
      for _ in 0..<length {
        let here = octets.count
        octets += [0xC0 | UInt8(target >> 8), UInt8(target & 0xFF)]
        target = here
      }
      // The owner of the authority record is the end of the chain.
      return octets + [0xC0 | UInt8(target >> 8), UInt8(target & 0xFF), 0, 10, 0, 1, 0, 0, 0, 0, 0, 0]
    }
    #expect(throws: Never.self) { try Message(chain(126)).walk() }
    #expect(throws: error(.tooManyPointers, 283)) { try Message(chain(127)) }
  }

  @Test("without work that grows faster than the message")
  func quadraticChain() {
    // 8,000 pointers, each to the one before; then owners that all start at the chain's end.
    var octets: [UInt8] = .header(answers: 2)
    octets += [0, 0, 10, 0, 1, 0, 0, 0, 0, 0x3E, 0x81, 0]
    for index in 0..<8000 {
      let target = index == 0 ? 23 : 24 + 2 * (index - 1)
      octets += [0xC0 | UInt8(target >> 8), UInt8(target & 0xFF)]
    }
    octets += [0xC0 | UInt8(16022 >> 8), UInt8(16022 & 0xFF), 0, 10, 0, 1, 0, 0, 0, 0, 0, 0]
    #expect(throws: WireError(.tooManyPointers, at: 16024)) { try Message(octets) }
  }
}
