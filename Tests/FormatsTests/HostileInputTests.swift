import TraceModel
import Correlation
import DNSWire
import Formats
import Lab
import StrictJSON
import Testing

/// Any octets from the network or a process give output that is safe for a terminal and valid for a parser.
struct HostileInputTests {
  static let formats: [(name: String, encoder: any Encoder)] = [
    ("json", JSONFormat(host: Fixture.host)), ("keyvalue", KeyValueFormat(host: Fixture.host)),
    ("eve", EVEFormat(host: Fixture.host)),
    ("clickhouse", ClickHouseFormat(host: Fixture.host, day: "2026-11-29")),
    ("table", TableFormat(host: Fixture.host, width: nil, style: .plain)),
    ("table 80", TableFormat(host: Fixture.host, width: 80, style: .colour)),
  ]

  private func check(_ record: FixtureRecord, _ comment: Comment) throws {
    for (name, encoder) in Self.formats {
      var encoder = encoder
      var output: [UInt8] = []
      encoder.encode(record, to: &output)
      let text = try #require(String(validating: output, as: UTF8.self), comment)
      #expect(text.last == "\n")
      // querent's colours are the only escape sequences allowed.
      let bare = name == "table 80" ? text.replacing(/\u{1b}\[(0|1|2|31|33)m/, with: "") : text
      #expect(bare.unicodeScalars.allSatisfy { !$0.isControl || $0 == "\n" }, "\(name), \(comment)")
      if name == "json" || name == "clickhouse" { _ = try StrictJSON.parse(output.dropLast()) }
      if name == "eve" {
        for line in output.split(separator: UInt8(ascii: "\n")) { _ = try StrictJSON.parse(line) }
      }
      if name != "keyvalue" && name != "eve" {
        #expect(text.utf8.count { $0 == UInt8(ascii: "\n") } == 1, "\(name), \(comment)")
      }
    }
    let (json, protobuf) = (otlp(.json, record), otlp(.protobuf, record))
    _ = try StrictJSON.parse(json)
    // Decoders refuse a whole request because of one text that is not UTF-8.
    #expect(
      try OTLPMessage.request.strings(in: protobuf).allSatisfy {
        String(validating: $0, as: UTF8.self) != nil
      }, comment)
  }

  private func otlp(_ encoding: OTLPLogs.Encoding, _ record: FixtureRecord) -> [UInt8] {
    var logs = OTLPLogs(encoding)
    logs.begin(Fixture.host)
    logs.append(record.exchange.view, id: "1")
    return logs.finish()
  }

  @Test func `the fixture's output contains no control characters`() throws {
    for example in try Fixture().examples { try check(example.record, "\(example.name)") }
  }

  @Test(arguments: 1...200) func `the output for random octets contains no control characters`(seed: UInt64)
    throws
  {
    var random = Generator(state: seed)
    func octets(_ count: ClosedRange<Int>) -> [UInt8] {
      (0..<Int.random(in: count, using: &random)).map { _ in .random(in: 0...255, using: &random) }
    }
    func name() -> String {
      (0...Int.random(in: 0...3, using: &random)).map { _ in
        octets(1...20).map { "\\" + String(repeating: "0", count: 3 - "\($0)".count) + "\($0)" }.joined()
      }.joined(separator: ".")
    }
    func text() -> String { String(decoding: octets(0...20), as: UTF8.self) }
    let builder = try ExchangeBuilder {
      $0.name = name()
      $0.type = RecordType(rawValue: .random(in: 0...300, using: &random))
      $0.code = ResponseCode(rawValue: .random(in: 0...15, using: &random))
      let strings = octets(0...40)
      $0.answers = [
        try .record(name(), .txt, .octets([UInt8(strings.count)] + strings)),
        try .record(name(), RecordType(rawValue: 65281), .octets(octets(0...30))),
        try .record(name(), .cname, .name(try .parse(name()))),
      ]
      $0.opt = .init(
        options: (0..<4).map { _ in
          .init(code: EDNSOptionCode(rawValue: .random(in: 0...26, using: &random)), octets: octets(0...20))
        })
      $0.attribution = .process(
        TaskName(octets: octets(0...16)), 1, thread: TaskName(octets: octets(0...16)),
        details: ProcessDetails(
          executable: text(), arguments: [text(), text()], workingDirectory: text(), user: text(),
          group: text(),
          parent: ProcessDetails.Parent(pid: 2, name: text(), executable: text()), cgroup: text(),
          container: Container(
            id: text(), runtime: text(),
            Container.Metadata(name: text(), image: text(), pod: text(), namespace: text()))))
    }
    try check(FixtureRecord(try builder.exchange(), sequence: 1), "seed \(seed)")
  }
}
