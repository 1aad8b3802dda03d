import Bytes
import TraceModel
import Correlation
import DNSWire
import Testing

@testable import Formats

/// Lines for a terminal.
struct TableFormatTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private func table(width: Int?, _ style: TableFormat.Style) -> [UInt8] {
    var output: [UInt8] = []
    var format = TableFormat(host: Fixture.host, width: width, style: style)
    format.start(&output)
    for example in fixture.examples { format.encode(example.record, to: &output) }
    return output
  }

  @Test(arguments: [60, 80, 100, 132, nil], [TableFormat.Style.plain, .colour])
  func `the fixture's output equals the golden file`(width: Int?, style: TableFormat.Style) throws {
    let name = "\(width.map { "\($0)" } ?? "unlimited")\(style == .colour ? "-colour" : "")"
    try Golden.expect("exchanges.table-\(name).txt", table(width: width, style))
  }

  @Test(arguments: Array(3...200)) func `no line is wider than the terminal`(width: Int) {
    for style in [TableFormat.Style.plain, .colour] {
      for line in Self.lines(table(width: width, style)) { #expect(line.count <= width, "\(line)") }
    }
  }

  @Test func `colour does not change the text`() {
    for width in [60, 132, nil] {
      #expect(Self.lines(table(width: width, .colour)) == Self.lines(table(width: width, .plain)))
    }
  }

  @Test func `without a terminal nothing is cut`() throws {
    let text = String(decoding: table(width: nil, .plain), as: UTF8.self)
    #expect(!text.contains("…"))
    #expect(text.contains(#"1 . alpn="h3,h2" ipv4hint="192.0.2.1""#))
  }

  @Test func `no line ends with a space`() {
    for width in [60, 100, nil] {
      for line in Self.lines(table(width: width, .plain)) { #expect(line.last != " ", "\(line)") }
    }
  }

  @Test func `columns are reduced one after the other, and the process and the name always remain`() {
    var last = TableFormat.Column.allCases.count
    for width in stride(from: 200, through: 3, by: -1) {
      let columns = TableFormat.Column.fit(width: width)
      #expect(columns.count <= last)
      last = columns.count
      #expect(columns.map(\.column).contains(.process) && columns.map(\.column).contains(.name))
      #expect(columns.reduce(-1) { $0 + $1.width + 1 } == width)
    }
    #expect(last == 2)
  }

  @Test(arguments: Array(60...200))
  func `every terminal of 60 columns or more shows time, process, PID, name, type and answer`(width: Int) {
    let columns = TableFormat.Column.fit(width: width)
    let staying: [TableFormat.Column] = [.time, .process, .pid, .name, .type, .answer]
    #expect(columns.map(\.column).filter(staying.contains) == staying)
    #expect(columns.allSatisfy { $0.column != .time || $0.width >= 8 })
  }

  @Test func `each terminal shows the columns that fit`() throws {
    let alias = try ExchangeBuilder {
      $0.name = "alias.example.com"
      $0.time = 7_000_000_000
      $0.server = Endpoint("192.0.2.53", 5300)
      $0.transport = .tcp
      $0.code = .nameError
      $0.answers = [try .record("alias.example.com", .cname, .name(try .parse("gone.example.com")))]
    }
    let exchanges = [
      try #require(fixture.record("no such name")), try #require(fixture.record("a local server answered")),
      FixtureRecord(try alias.exchange(), sequence: 1),
    ]
    var output: [UInt8] = []
    for width in [160, 140, 120, 110, 100, 80, 60] {
      output += Array("\(width) columns:\n".utf8)
      var format = TableFormat(host: Fixture.host, width: width, style: .plain)
      format.start(&output)
      for exchange in exchanges { format.encode(exchange, to: &output) }
    }
    try Golden.expect("widths.table.txt", output)
  }

  @Test(arguments: [
    ("a local server answered", "192.0.2.1", "127.0.0.1 dnsmasq"),
    ("another host asked", "192.0.2.1", "from 198.51.100.77"),
    ("unanswered", "no answer, sent 3 times", "192.168.44.1"),
    ("pending", "still waiting", "192.168.44.1"),
    ("late", "192.0.2.1 (late)", "192.168.44.1"),
    ("repeated", "192.0.2.1 (repeated)", "192.168.44.1"),
    ("chain of aliases", "192.0.2.1, 192.0.2.2", "192.168.44.1"),
    ("message: query", "?", "192.168.44.1"),
    ("no such name", #"15 "Blocked" "ads are blocked""#, "192.168.44.1"),
    ("no such type", "no records", "192.168.44.1"),
    ("AAAA over TCP", "2001:db8::80", "2001:db8::53 tcp"),
    ("unassigned numbers", ##"\# 3 0102ff (truncated)"##, "203.0.113.9:5300"),
    ("an announcement", "192.168.44.9 (unsolicited)", "192.168.44.9:5353"),
    ("an answer captured in part", "(cut) 192.0.2.1", "192.168.44.1"),
    ("a resolver's query", "192.0.2.1", "9.9.9.9 for firefox +1"),
    ("answered through a resolver", "192.0.2.1", "127.0.0.1 dnsmasq > 9.9.9.9"),
    ("answered from a resolver's cache", "192.0.2.1", "127.0.0.1 dnsmasq (cache)"),
  ])
  func `a line shows the answer and its server`(example: String, answer: String, server: String)
    throws
  {
    var output: [UInt8] = []
    var format = TableFormat(host: Fixture.host, width: 300, style: .plain)
    format.encode(try #require(fixture.record(example)), to: &output)
    let line = String(decoding: output.dropLast(), as: UTF8.self)
    var cells: [TableFormat.Column: String] = [:]
    var at = line.startIndex
    for (column, width) in TableFormat.Column.fit(width: 300) {
      let end = line.index(at, offsetBy: width, limitedBy: line.endIndex) ?? line.endIndex
      cells[column] = String(line[at..<end].reversed().drop { $0 == " " }.reversed())
      at = line.index(end, offsetBy: 1, limitedBy: line.endIndex) ?? line.endIndex
    }
    #expect(cells[.answer] == answer)
    #expect(cells[.server] == server)
  }

  @Test func `an answer without records shows the reason if the RCODE column is missing`() throws {
    var output: [UInt8] = []
    var format = TableFormat(host: Fixture.host, width: 80, style: .plain)
    for example in ["nobody is known", "no such name", "no such type"] {
      format.encode(try #require(fixture.record(example)), to: &output)
    }
    let lines = Self.lines(output)
    try #require(lines.count == 3)
    #expect(lines[0].contains("REFUSED"))
    #expect(lines[1].contains("NXDOMAIN, 15"))
    #expect(lines[2].contains("no records"))
  }

  @Test(arguments: [60, 80, 100, 300]) func `with --idn a name is in Unicode, and the columns are aligned`(
    width: Int
  ) throws {
    var format = TableFormat(host: Fixture.host, width: width, style: .plain, names: .unicode)
    var output: [UInt8] = []
    for example in ["an internationalised name", "chain of aliases"] {
      format.encode(try #require(fixture.record(example)), to: &output)
    }
    let lines = Self.lines(output)
    try #require(lines.count == 2)
    #expect(lines[0].contains(width < 80 ? "www.中国.bü…" : "www.中国.bücher.e"))
    #expect(lines[1].contains(width < 80 ? "www.example…" : "www.example.com"))
    // Each of the two Chinese letters takes two columns.
    let places = lines.map { $0.split(separator: "192.0.2.", maxSplits: 1).first?.count }
    let (first, second) = (try #require(places[0]), try #require(places[1]))
    #expect(first + 2 == second)
  }

  @Test func `an answer without a question has the name of its records`() throws {
    var output: [UInt8] = []
    var format = TableFormat(host: Fixture.host, width: 80, style: .plain)
    format.encode(try #require(fixture.record("an announcement")), to: &output)
    #expect(String(decoding: output, as: UTF8.self).contains("printer.local"))
  }

  @Test(
    arguments: [
      (-5, "0us"), (0, "0us"), (999, "0us"), (1000, "1us"), (834_000, "834us"), (999_999, "999us"),
      (1_000_000, "1.00ms"), (1_500_000, "1.50ms"), (9_999_999, "9.99ms"), (10_000_000, "10.0ms"),
      (12_345_678, "12.3ms"), (99_999_999, "99.9ms"), (100_000_000, "100ms"), (999_999_999, "999ms"),
      (1_000_000_000, "1.00s"), (4_000_000_000, "4.00s"), (12_345_678_901, "12.3s"),
      (123_000_000_000, "123s"),
      (Int64.max, "9223372036s"), (Int64.min, "0us"),
    ] as [(Int64, String)])
  func `a latency has three significant digits`(nanoseconds: Int64, text: String) {
    #expect(ByteWriter.text { TableFormat.write(latency: nanoseconds, to: &$0) } == text)
  }

  /// Lines without escape sequences, as wide as on a terminal.
  private static func lines(_ output: [UInt8]) -> [String] {
    String(decoding: output, as: UTF8.self).replacing(/\u{1b}\[\d+m/, with: "").split(separator: "\n").map(
      String.init)
  }
}
