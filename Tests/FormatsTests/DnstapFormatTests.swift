import TraceModel
import Correlation
import DNSWire
import FrameStreams
import StrictJSON
import Testing

@testable import Formats

/// dnstap: one frame per message, with its octets as sent.
struct DnstapFormatTests {
  let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private struct Frame {
    let tap: [UInt64: Protobuf.Value]
    let message: [UInt64: Protobuf.Value]

    init(_ octets: [UInt8]) throws {
      tap = try Protobuf.message(octets)
      message = try Protobuf.message(#require(tap[14]?.octets))
    }

    var extra: [String: StrictJSON.Value] {
      get throws { try StrictJSON.parse(#require(tap[3]?.octets)).value.leaves }
    }
  }

  private func octets(_ record: FixtureRecord, framing: DnstapFormat.Framing = .framesOnly) -> [UInt8] {
    var output: [UInt8] = []
    var format = DnstapFormat(host: Fixture.host, version: "querent test", framing: framing)
    format.start(&output)
    format.encode(record, to: &output)
    format.finish(&output)
    return output
  }

  private func frames(_ octets: [UInt8]) throws -> [Frame] {
    var rest = octets[...]
    var frames: [Frame] = []
    while !rest.isEmpty {
      let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      try #require(length > 0 && rest.count >= 4 + length)
      frames.append(try Frame(Array(rest.dropFirst(4).prefix(length))))
      rest = rest.dropFirst(4 + length)
    }
    return frames
  }

  private func frames(_ example: String) throws -> [Frame] {
    try frames(octets(#require(fixture.record(example))))
  }

  @Test func `a frame names the process of its message, not that of the previous one`() {
    var format = DnstapFormat(host: Fixture.host, version: "querent test", framing: .framesOnly)
    for first in fixture.examples {
      for second in fixture.examples {
        var output: [UInt8] = []
        format.encode(first.record, to: &output)
        format.encode(second.record, to: &output)
        let alone = octets(first.record) + octets(second.record)
        #expect(output == alone, "\(first.name), then \(second.name)")
      }
    }
  }

  @Test func `every field has the meaning of dnstap.proto`() throws {
    let record = try #require(fixture.record("chain of aliases"))
    let frames = try frames("chain of aliases")
    #expect(frames.count == 2)
    let query: [UInt64: Protobuf.Value] = [
      // STUB_QUERY, INET, UDP.
      1: .number(9), 2: .number(1), 3: .number(1), 4: .octets([192, 168, 44, 3]),
      5: .octets([192, 168, 44, 1]), 6: .number(57915), 7: .number(53),
      8: .number(1_795_341_813), 9: .word(123_456_789),
      10: .octets(Array(try #require(record.exchange.query).message.octets)),
    ]
    #expect(frames[0].message == query)
    var response = query
    // STUB_RESPONSE; it has the time of the query too.
    response[1] = .number(10)
    response[10] = nil
    response[12] = .number(1_795_341_813)
    response[13] = .word(135_802_467)
    response[14] = .octets(Array(try #require(record.exchange.answer).message.octets))
    #expect(frames[1].message == response)
    for frame in frames {
      #expect(Set(frame.tap.keys) == [1, 2, 3, 14, 15])
      #expect(frame.tap[1] == .octets(Array("workstation".utf8)))
      #expect(frame.tap[2] == .octets(Array("querent test".utf8)))
      #expect(frame.tap[15] == .number(1))
    }
  }

  @Test(
    arguments: [
      ("AAAA over TCP", [9, 10], 2, 2), ("another host asked", [5, 6], 1, 1), ("unanswered", [9], 1, 1),
      ("late", [10], 1, 1), ("unsolicited", [10], 1, 1), ("message: query", [9], 1, 1),
      ("message: answer", [10], 1, 1),
    ] as [(String, [UInt64], UInt64, UInt64)])
  func `a client has stub messages, a server has client messages:`(
    example: String, types: [UInt64], family: UInt64, transport: UInt64
  ) throws {
    let frames = try frames(example)
    #expect(frames.map { $0.message[1] } == types.map { .number($0) })
    for frame in frames {
      #expect(frame.message[2] == .number(family))
      #expect(frame.message[3] == .number(transport))
      #expect(frame.message[4]?.octets?.count == (family == 1 ? 4 : 16))
    }
  }

  @Test func `the extra has the process fields of the JSON format`() throws {
    for example in fixture.examples where !example.record.exchange.isMessage {
      var ours: [UInt8] = []
      var format = JSONFormat(host: Fixture.host)
      format.encode(example.record, to: &ours)
      let expected = try StrictJSON.parse(ours.dropLast()).value.leaves.filter { leaf in
        ["process.", "container.", "querent.answered_by.", "querent.attribution.", "querent.role"].contains {
          leaf.key.hasPrefix($0)
        }
      }
      for frame in try frames(example.name) {
        let extra = try frame.extra
        for (path, value) in expected { #expect(extra[path] == value, "\(example.name): \(path)") }
        #expect(!extra.keys.contains { $0.hasPrefix("dns.") })
      }
    }
  }

  @Test func `the extra of a message that was captured in part has a mark`() throws {
    let frames = try frames("an answer captured in part")
    #expect(try frames.map { try $0.extra["querent.transport.truncated_capture"] } == [nil, true])
    #expect(frames[1].message[14]?.octets?.count == 56)
  }

  @Test func `only the arguments are omitted if they are too long`() throws {
    let long = ExchangeBuilder {
      $0.attribution = .process(
        "java", 1,
        details: ProcessDetails(
          executable: "/usr/bin/java", arguments: (0..<4000).map { "argument \($0)" }))
    }
    let frames = try frames(octets(FixtureRecord(try long.exchange(), sequence: 1)))
    for frame in frames {
      #expect(try #require(frame.tap[3]?.octets).count < 32_768)
      #expect(try frame.extra["process.args"] == nil)
      #expect(try frame.extra["process.executable"] == "/usr/bin/java")
    }
  }

  @Test func `a file has START and STOP around the frames, and a connection writes its own`() throws {
    let record = try #require(fixture.record("late"))
    let start = ControlFrame.start(Array("protobuf:dnstap.Dnstap".utf8)).octets
    #expect(octets(record, framing: .complete) == start + octets(record) + ControlFrame.stop.octets)
  }
}
