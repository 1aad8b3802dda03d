import DNSWire
import Testing

/// Well-formed messages that no DNS program sends.
struct PlausibilityTests {
  static let question: [UInt8] = [1, 97, 0, 0, 1, 0, 1]
  static let record: [UInt8] = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]
  static let rootRecord: [UInt8] = [0] + record.dropFirst(2)

  struct Octets: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var octets: [UInt8]
    /// The expected result.
    var isSo: Bool

    init(_ what: String, _ flags: UInt16, _ counts: [UInt8], _ rest: [UInt8], _ isSo: Bool) {
      testDescription = what
      octets = [0x12, 0x34, UInt8(flags >> 8), UInt8(flags & 0xff)] + counts.flatMap { [0, $0] } + rest
      self.isSo = isSo
    }
  }

  static let messages = [
    Octets("a query", 0x0100, [1, 0, 0, 0], question, true),
    Octets("a query of class CH", 0x0100, [1, 0, 0, 0], question.dropLast() + [3], true),
    Octets("a query of class 7", 0x0100, [1, 0, 0, 0], question.dropLast() + [7], false),
    Octets("a query of type 0", 0x0100, [1, 0, 0, 0], [1, 97, 0, 0, 0, 0, 1], false),
    Octets("a response", 0x8180, [1, 1, 0, 0], question + record, true),
    Octets(
      "a response with EDNS", 0x8180, [1, 0, 0, 1], question + [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0], true),
    Octets("a response with padding behind it", 0x8180, [1, 1, 0, 0], question + record + [0, 0], true),
    Octets("a truncated response of its question", 0x8380, [1, 3, 0, 0], question, true),
    Octets("a response without a question", 0x8180, [0, 1, 0, 0], rootRecord, true),
    Octets("the same with octets behind it", 0x8180, [0, 1, 0, 0], rootRecord + [0, 0], false),
    Octets("the same truncated", 0x8380, [0, 2, 0, 0], rootRecord, false),
    Octets("a refusal of the header alone", 0x8185, [0, 0, 0, 0], [], false),
    Octets("a header that says nothing", 0x8180, [0, 0, 0, 0], [], false),
    Octets("a stateful operation", 0x3000, [0, 0, 0, 0], [0, 1, 0, 4, 0, 0, 0, 1], true),
    Octets("zeros behind a stateful operation's header", 0x3000, [0, 0, 0, 0], [0, 0, 0, 0], false),
    Octets("a stateful operation that is too short", 0x3000, [0, 0, 0, 0], [0, 1, 0, 4, 0], false),
    // Accepted, a null verifier, success; then a result (RFC 5531 §9, RFC 1813 §3.3).
    Octets(
      "a reply of NFS", 0x8180, [0, 1, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0xed], false),
    // Version 2 of RPC; program 100003, version 3, GETATTR, null credentials.
    Octets(
      "a call of NFS", 0x8180, [0, 0, 0, 2],
      [0, 1, 0x86, 0xa3, 0, 0, 0, 3, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 24), false),
  ]

  @Test(arguments: messages) func `it is classified as DNS by its octets alone, or not:`(_ example: Octets) {
    // Octets that are not a message are not classified as DNS either.
    let isPlausible = (try? StoredMessage(example.octets))?.isPlausible ?? false
    #expect(isPlausible == example.isSo)
  }

  @Test func `a query has a question, asks for a cookie, or is an inverse query`() throws {
    let cookie: [UInt8] = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 12, 0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]
    let examples = [
      Octets("nothing", 0x0100, [0, 0, 0, 0], [], true),
      Octets("nothing, with EDNS", 0x0100, [0, 0, 0, 1], [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0], true),
      Octets("a cookie", 0x0100, [0, 0, 0, 1], cookie, false),
      Octets("in reverse", 0x0800, [0, 1, 0, 0], rootRecord, false),
      Octets("a session", 0x3000, [0, 0, 0, 0], [0, 1, 0, 0], false),
      Octets("a name", 0x0100, [1, 0, 0, 0], Self.question, false),
      Octets("an answer to nothing", 0x8185, [0, 0, 0, 0], [], false),
      Octets("a truncated answer of the header alone", 0x8380, [1, 0, 0, 0], [], false),
      Octets(
        "a query behind two octets, cut before a question ends", 0x0200, [2, 1, 0, 0], [1, 97, 0, 0], true),
    ]
    for example in examples {
      let message = try #require(try? StoredMessage(example.octets), "\(example.testDescription)")
      #expect(message.lacksQuestion == example.isSo, "\(example.testDescription)")
    }
  }

  private var rootRecord: [UInt8] { Self.rootRecord }
}

extension StoredMessage {
  fileprivate var isPlausible: Bool { view.isPlausible }
  fileprivate var lacksQuestion: Bool { view.lacksQuestion }
}
