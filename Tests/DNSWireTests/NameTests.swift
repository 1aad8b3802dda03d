import Bytes
import DNSWire
import Testing

@Suite("A name")
struct NameTests {
  /// The names of RFC 1035 §4.1.4 at its offsets, as owners of questions before and after them.
  @Test("is resolved from its compression pointers (RFC 1035 §4.1.4)")
  func compression() throws {
    var octets: [UInt8] = .header(questions: 4)
    octets += [1] + "F".utf8 + [3] + "ISI".utf8 + [4] + "ARPA".utf8 + [0, 0, 1, 0, 1]
    octets += [3] + "FOO".utf8 + [0xC0, 12, 0, 1, 0, 1]
    octets += [0xC0, 14, 0, 1, 0, 1]
    octets += [0, 0, 1, 0, 1]
    let message = try StoredMessage(octets)
    var names: [OwnedName] = []
    var counts: [[Int]] = []
    var labels: [String] = []
    var questions = message.view.questions.makeCursor()
    while let name = questions.next()?.qname {
      names.append(OwnedName(name))
      counts.append([name.labelCount, name.wireLength, name.place, name.isRoot ? 1 : 0])
      guard counts.count == 2 else { continue }
      var cursor = name.labels
      while let label = cursor.next() { labels.append(label.text) }
    }
    #expect(names.map(\.description) == ["F.ISI.ARPA.", "FOO.F.ISI.ARPA.", "ISI.ARPA.", "."])
    #expect(counts == [[3, 12, 12, 0], [4, 16, 28, 0], [2, 10, 14, 0], [0, 1, 44, 1]])
    #expect(labels == ["FOO", "F", "ISI", "ARPA"])
  }

  @Test("has the name without its first label as parent, and names that end with it as subdomains")
  func hierarchy() throws {
    let message = try StoredMessage(MessageTests.answer)
    guard let web = message.view.answers.first?.rdata, case .cname(let name) = web, let parent = name.parent
    else {
      Issue.record("no alias")
      return
    }
    // The labels after `web` are at the target of a pointer.
    #expect(OwnedName(parent) == OwnedName("example.com"))
    #expect(parent.wireLength == 13)
    #expect(parent.place == 16)
    let top = try #require(OwnedName("com"))
    let root = OwnedName.root
    let isBelow = [
      name.isSubdomain(of: parent), parent.isSubdomain(of: parent), parent.isSubdomain(of: top.view),
      parent.isSubdomain(of: root.view), parent.isSubdomain(of: name),
    ]
    #expect(isBelow == [true, true, true, true, false])
    #expect(root.view.parent?.wireLength == nil)
  }

  @Test("has a text without control characters (RFC 1035 §5.1)")
  func escaping() throws {
    let label: [UInt8] = Array("a.b\\c\"d$e(f)g;h@i j".utf8) + [0x00, 0x1B, 0x7F, 0xC3, 0xA9]
    let message = try StoredMessage(
      .header(questions: 1) + [UInt8(label.count)] + label + [0, 0, 1, 0, 1])
    guard let name = message.view.question?.qname else {
      Issue.record("asks nothing")
      return
    }
    #expect(
      name.presentation()
        == #"a\.b\\c\"d\$e\(f\)g\;h\@i\032j\000\027\127\195\169."#)
    #expect(OwnedName(name.presentation()) == OwnedName(name))
  }

  @Test("is written with or without its final dot, as sent or in lower case")
  func styles() throws {
    let owned = try #require(OwnedName("wWw.Example."))
    let name = owned.view
    #expect(name.presentation() == "wWw.Example.")
    #expect(name.presentation(finalDot: false) == "wWw.Example")
    #expect(name.presentation(finalDot: false, lowercased: true) == "www.example")
    let root = OwnedName.root
    #expect(root.view.presentation(finalDot: false) == ".")
    let lower = try #require(OwnedName("example"))
    let haveUpperCase = [name.hasUpperCase, lower.view.hasUpperCase]
    #expect(haveUpperCase == [true, false])
  }

  @Test("is compared case-insensitively for ASCII letters (RFC 4343)")
  func equality() throws {
    let name = try #require(OwnedName("www.example.com."))
    let loud = try #require(OwnedName("WWW.eXample.COM"))
    #expect(name == loud)
    #expect(name.hashValue == loud.hashValue)
    #expect(name != OwnedName("www.example.org"))
    #expect(name != OwnedName("www.example"))
    #expect(name != OwnedName("w.ww.example.com"))
    #expect(name != OwnedName("www\\.example.com"))
    #expect(OwnedName("\\195\\137") != OwnedName("\\195\\169"))
    #expect(OwnedName("[") != OwnedName("{"))
  }

  @Test("equals itself at any offset and with any compression, and can be copied from the message")
  func equalityOfCompressed() throws {
    let message = try StoredMessage(MessageTests.answer)
    let names = message.view.answers.map { OwnedName($0.name) }
    #expect(names == [OwnedName("www.example.com"), OwnedName("web.example.com")])
    #expect(Set(names + [OwnedName("WEB.example.com")].compactMap(\.self)).count == 2)
    let hashes = message.view.answers.map { record in
      var hash = KeyedHash.empty
      record.name.hash(into: &hash)
      return hash.finish()
    }
    let ofOwned = names.map { name in
      var hash = KeyedHash.empty
      name.view.hash(into: &hash)
      return hash.finish()
    }
    #expect(hashes == ofOwned)
  }

  @Test(
    "is parsed from presentation form",
    arguments: [
      (".", [0]), ("a", [1, 97, 0]), ("a.", [1, 97, 0]), ("a.b", [1, 97, 1, 98, 0]),
      ("\\065\\.\\\\", [3, 65, 46, 92, 0]), ("\\255", [1, 255, 0]),
    ] as [(String, [UInt8])])
  func parsing(text: String, expected: [UInt8]) throws {
    var wire: [UInt8] = []
    let name = try #require(OwnedName(text))
    name.view.writeWire(to: &wire)
    #expect(wire == expected)
  }

  @Test(
    "is not parsed from text without a wire form",
    arguments: ["", "..", "a..b", ".a", "\\", "\\2", "\\256", "\\12a"])
  func notParsed(text: String) {
    #expect(OwnedName(text) == nil)
  }

  @Test("has labels of up to 63 octets and a length of up to 255 octets (RFC 1035 §2.3.4)")
  func limits() throws {
    let label = String(repeating: "a", count: 63)
    #expect(OwnedName(label) != nil)
    #expect(OwnedName(label + "a") == nil)
    let long = [label, label, label, String(repeating: "a", count: 61)].joined(separator: ".")
    let longest = try #require(OwnedName(long))
    #expect(longest.view.wireLength == 255)
    #expect(OwnedName(long + "a") == nil)
  }
}

@Suite("A malformed name is refused")
struct MalformedNameTests {
  private func refusal(_ name: [UInt8], before: [UInt8] = []) -> WireError? {
    do {
      _ = try StoredMessage(.header(questions: before.isEmpty ? 1 : 2) + before + name + [0, 1, 0, 1])
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

  @Test("when the labels at a pointer's target overlap the name itself")
  func overlap() {
    // A pointer to the header's last octets, where a label of six octets would include the pointer.
    var octets: [UInt8] = .header(questions: 1, additional: 6)
    octets += [0xC0, 11, 0, 1, 0, 1]
    #expect(throws: error(.overlappingName, 12)) { try StoredMessage(octets) }
  }

  @Test("when a label has one of the reserved types", arguments: [0x40, 0x41, 0x7F, 0x80, 0xBF] as [UInt8])
  func labelTypes(octet: UInt8) {
    #expect(refusal([octet, 0, 0]) == error(.reservedLabelType, 12))
  }

  @Test("when it is longer than 255 octets, even if only because of a pointer")
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

  @Test("when it has more pointers than a name has labels")
  func pointerChain() {
    // The root, then pointers, each to the previous one.
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
    #expect(throws: Never.self) { try StoredMessage(chain(126)).walk() }
    #expect(throws: error(.tooManyPointers, 283)) { try StoredMessage(chain(127)) }
  }

  @Test("with work that is linear in the length of the message")
  func quadraticChain() {
    // 8,000 pointers, each to the previous one; then owner names that all start at the end of the chain.
    var octets: [UInt8] = .header(answers: 2)
    octets += [0, 0, 10, 0, 1, 0, 0, 0, 0, 0x3E, 0x81, 0]
    for index in 0..<8000 {
      let target = index == 0 ? 23 : 24 + 2 * (index - 1)
      octets += [0xC0 | UInt8(target >> 8), UInt8(target & 0xFF)]
    }
    octets += [0xC0 | UInt8(16022 >> 8), UInt8(16022 & 0xFF), 0, 10, 0, 1, 0, 0, 0, 0, 0, 0]
    #expect(throws: WireError(.tooManyPointers, at: 16024)) { try StoredMessage(octets) }
  }
}

extension Span<UInt8> {
  fileprivate var text: String {
    var text: [UInt8] = []
    for index in indices { text.append(self[index]) }
    return String(decoding: text, as: UTF8.self)
  }
}
