import TraceModel
import Formats
import Testing

/// Lines for grep.
struct KeyValueFormatTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func lines(_ name: String) throws -> [String] {
    var output: [UInt8] = []
    var format = KeyValueFormat(host: Fixture.host)
    format.encode(try #require(fixture.record(name)), to: &output)
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func `the fixture's output equals the golden file`() throws {
    var output: [UInt8] = []
    var format = KeyValueFormat(host: Fixture.host)
    format.start(&output)
    for example in fixture.examples { format.encode(example.record, to: &output) }
    try Golden.expect("exchanges.keyvalue.txt", output)
  }

  @Test func `a query has a line, and so has each answer record`() throws {
    #expect(
      try lines("mail exchange") == [
        "COMM=dig PID=10738 TGID=10738 TID=10738 DEV=ens18 PROTO=UDP SRC=192.168.44.3 DST=192.168.44.1 SPT=57915 "
          + "DPT=53 UID=1000 GID=100 DNS_QR=0 DNS_NAME=example.com. DNS_TYPE=MX",
        "COMM=dig PID=10738 TGID=10738 TID=10738 DEV=ens18 PROTO=UDP SRC=192.168.44.1 DST=192.168.44.3 SPT=53 "
          + "DPT=57915 UID=1000 GID=100 DNS_QR=1 DNS_NAME=example.com. DNS_TYPE=MX DNS_RCODE=NOERROR DNS_RTYPE=MX "
          + "DNS_DATA='10 mx1.example.com.'",
        "COMM=dig PID=10738 TGID=10738 TID=10738 DEV=ens18 PROTO=UDP SRC=192.168.44.1 DST=192.168.44.3 SPT=53 "
          + "DPT=57915 UID=1000 GID=100 DNS_QR=1 DNS_NAME=example.com. DNS_TYPE=MX DNS_RCODE=NOERROR DNS_RTYPE=MX "
          + "DNS_DATA='20 mx2.example.com.'",
      ])
  }

  @Test func `a thread has its own number, the name is the program's`() throws {
    #expect(
      try #require(lines("chain of aliases").first).hasPrefix("COMM=firefox PID=4711 TGID=4711 TID=4712 "))
  }

  @Test(
    arguments: [
      ("no such name", [nil, nil]), ("unanswered", ["unanswered"]), ("pending", ["pending"]),
      ("late", ["late"]),
      ("repeated", ["repeated"]), ("unsolicited", ["unsolicited"]), ("message: query", [nil]),
      ("message: answer", [nil]), ("nobody is known", [nil, nil]),
    ] as [(String, [String?])])
  func `an outcome other than an answer is named`(example: String, outcomes: [String?]) throws {
    #expect(try lines(example).map { Self.split($0)["DNS_OUTCOME"] } == outcomes)
  }

  @Test func `only a message that was captured in part is marked`() throws {
    #expect(
      try lines("an answer captured in part").map {
        Self.split($0)["DNS_CAPTURE"]
      } == [nil, "cut"])
  }

  @Test func `an unknown process has no keys`() throws {
    for line in try lines("nobody is known") {
      let keys = Set(Self.split(line).keys)
      #expect(keys.isDisjoint(with: ["COMM", "PID", "TGID", "TID", "UID", "GID", "DEV"]))
      #expect(line.hasPrefix("PROTO=UDP "))
    }
  }

  @Test func `every line can be split at the spaces outside quotes`() throws {
    let known: Set<String> = [
      "COMM", "PID", "TGID", "TID", "DEV", "PROTO", "LOOKUP", "SRC", "DST", "SPT", "DPT", "UID", "GID",
      "DNS_QR",
      "DNS_NAME",
      "DNS_TYPE", "DNS_RCODE", "DNS_RTYPE", "DNS_DATA", "DNS_OUTCOME", "DNS_CAPTURE", "FOR_COMM", "FOR_PID",
      "ANSWERED_FROM", "FORWARDED_TO",
    ]
    for example in fixture.examples {
      for line in try lines(example.name) {
        let keys = Self.pairs(line).map(\.0)
        #expect(Set(keys).isSubset(of: known), "\(line)")
        #expect(Set(keys).count == keys.count, "\(line)")
      }
    }
    let hostile = try lines("hostile text").map(Self.split)
    try #require(hostile.count == 3)
    #expect(hostile[0]["DNS_NAME"] == #"a\027[31m\010b.exa\032mple\.com.\255\155x."#)
    #expect(hostile[1]["DNS_DATA"] == #""q\"\\ \039\027[\010\000\127\255" "\194\1552J" """#)
    #expect(hostile[2]["DNS_DATA"] == #""nospace\039""#)
    let process = try lines("hostile process").map(Self.split)
    try #require(!process.isEmpty)
    #expect(process[0]["COMM"] == #"\027[31m\010\032\039\\\155\194\155\255"#)
    #expect(process[0]["DNS_NAME"] == #"it\039s.example."#)
  }

  /// As in a shell, without backslashes.
  private static func pairs(_ line: String) -> [(String, String)] {
    var words = [""]
    var isQuoted = false
    for character in line {
      switch character {
      case "'": isQuoted.toggle()
      case " " where !isQuoted: words.append("")
      default: words[words.count - 1].append(character)
      }
    }
    return words.map { word in
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }

  private static func split(_ line: String) -> [String: String] {
    Dictionary(pairs(line)) { $1 }
  }
}
