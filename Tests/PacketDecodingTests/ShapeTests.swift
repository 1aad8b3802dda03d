import TraceModel
import PacketDecoding
import Testing

/// The shape of DNS on other ports, rule by rule.
struct ShapeTests {
  struct Header: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var flags: Int
    var counts: [Int]
    var rest: [UInt8]
    var isDNS: Bool
  }

  static let question: [UInt8] = [1, 97, 0, 0, 1, 0, 1]

  static func header(
    _ description: String, _ flags: Int, _ counts: [Int], _ isDNS: Bool, rest: [UInt8] = question,
    records: Int = 0
  ) -> Header {
    Header(
      testDescription: description, flags: flags, counts: counts,
      rest: rest + Array(repeating: 0, count: records * 11), isDNS: isDNS)
  }

  static let headers: [Header] = [
    header("a query", 0x0100, [1, 0, 0, 0], true),
    header("a query with EDNS", 0x0120, [1, 0, 0, 1], true, records: 1),
    header("a query with five additional records", 0x0100, [1, 0, 0, 5], false, records: 5),
    header("a query with an answer", 0x0100, [1, 1, 0, 0], false, records: 1),
    header("a query with no question", 0x0100, [0, 0, 0, 0], false),
    header("a query with two questions", 0x0100, [2, 0, 0, 0], false, rest: question + question),
    header("a query with the Z bit", 0x0140, [1, 0, 0, 0], false),
    header("an inverse query", 0x0800, [1, 0, 0, 0], true),
    header("opcode 3", 0x1800, [1, 0, 0, 0], false),
    header("opcode 7", 0x3800, [1, 0, 0, 0], false),
    header("a notification with a record", 0x2400, [1, 1, 0, 0], true, records: 1),
    header("an update", 0x2800, [1, 0, 2, 0], true, records: 2),
    header("an update of no zone", 0x2800, [0, 0, 2, 0], false, records: 2),
    header("a response", 0x8180, [1, 1, 0, 0], true, records: 1),
    header("a response with no question", 0x8180, [0, 1, 0, 0], true, rest: [], records: 1),
    header("a response with two questions", 0x8180, [2, 0, 0, 0], false, rest: question + question),
    header("a response of the header alone", 0x8181, [0, 0, 0, 0], true, rest: []),
    header("a response of nothing and something", 0x8181, [0, 0, 0, 0], false, rest: [0]),
    header("a response with 513 answers", 0x8180, [1, 513, 0, 0], false, records: 513),
    header("a response with 65 additional records", 0x8180, [1, 0, 0, 65], false, records: 65),
    header("more answers than can be there", 0x8180, [1, 3, 0, 0], false, records: 2),
    header("more answers than can be there, truncated", 0x8380, [1, 3, 0, 0], true, records: 2),
    header("a first label of 64", 0x0100, [1, 0, 0, 0], false, rest: [64] + Array(repeating: 97, count: 80)),
    header("a first label beyond the end", 0x0100, [1, 0, 0, 0], false, rest: [7, 97, 0, 0, 1, 0, 1]),
    header("a question of the root", 0x0100, [1, 0, 0, 0], true, rest: [0, 0, 2, 0, 1]),
  ]

  @Test(arguments: headers)
  func `the verdict is right on`(_ header: Header) {
    let message =
      Build.short(99) + Build.short(header.flags) + header.counts.flatMap(Build.short) + header.rest
    var bench = Bench()
    bench.push(Capture(Build.ipv4(Build.udp(message, to: 5300))))
    #expect(bench.payloads.isEmpty != header.isDNS)
    bench.push(.synchronize(0, to: 5300))
    bench.push(.segment(Build.framed(message), at: 1, to: 5300))
    #expect(bench.payloads.count == (header.isDNS ? 2 : 0))
    // On a DNS port it is delivered in any case.
    bench.push(Capture(Build.ipv4(Build.udp(message))))
    bench.push(.segment(Build.framed(message), at: 1))
    #expect(bench.payloads.count == (header.isDNS ? 4 : 2))
  }

  @Test(arguments: 0..<12)
  func `fewer than twelve octets are not DNS`(_ count: Int) {
    var bench = Bench()
    bench.push(Capture(Build.ipv4(Build.udp(Array(Build.query().prefix(count)), to: 5300))))
    #expect(bench.payloads.isEmpty)
  }

  @Test func `octets of another protocol that are too few to judge are not lost messages`() {
    // The kernel hands over what may become DNS: the last chunk of HTTP, and nothing else of its stream.
    var bench = Bench()
    bench.push(.segment(Array("0\r\n\r\n".utf8), at: 1000, to: 8080, recognition: .undecided))
    bench.push(.segment(Array(":\n\n".utf8), at: 5000, to: 8080, recognition: .undecided))
    bench.push(.segment([], at: 5003, flags: 0x11, to: 8080))
    bench.finish()
    #expect(bench.messages.isEmpty)
    #expect(bench.ledger.lost == 0)
    #expect(bench.ledger.foreignPackets == 2)
  }
}
