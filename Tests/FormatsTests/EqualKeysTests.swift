import DNSWire
import Foundation
import StrictJSON
import Testing

@testable import Formats

/// Equal answers of one message are found without comparing all pairs.
struct EqualKeysTests {
  /// A number that counts its comparisons.
  private struct Counted: Comparable, Sendable {
    @TaskLocal static var count = Count()
    let value: Int

    static func == (left: Self, right: Self) -> Bool {
      count.value += 1
      return left.value == right.value
    }

    static func < (left: Self, right: Self) -> Bool {
      count.value += 1
      return left.value < right.value
    }
  }

  /// Used by one test's task only.
  private final class Count: @unchecked Sendable {
    var value = 0
  }

  private static func values(_ count: Int, _ kind: String) -> [Int] {
    switch kind {
    case "all equal": Array(repeating: 7, count: count)
    case "all different": (0..<count).map { $0 &* 7919 % 65_537 }
    case "ascending": Array(0..<count)
    case "descending": (0..<count).reversed()
    default: (0..<count).map { $0 &* 7919 % 65_537 % max(1, count / 3) }
    }
  }

  @Test(
    arguments: [0, 1, 2, 3, 15, 16, 17, 18, 100, 4096],
    ["all equal", "all different", "ascending", "descending", "some equal"])
  func `equal keys are linked in their order, with at most n log n comparisons`(count: Int, kind: String) {
    let values = Self.values(count, kind)
    let counter = Count()
    var keys = EqualKeys<Counted>()
    Counted.$count.withValue(counter) {
      for value in values { keys.append(Counted(value: value)) }
      keys.find()
    }
    // Each with the previous one, and then all pairs, or two comparisons per step of sorting.
    let logarithm = Int(log2(Double(max(count, 2))).rounded(.up))
    #expect(counter.value <= count + (count <= 16 ? count * count / 2 : 2 * count * logarithm))

    var last: [Int: Int] = [:]
    var next: [Int?] = Array(repeating: nil, count: count)
    for (index, value) in values.enumerated() {
      #expect(keys.isFirst(index) == (last[value] == nil))
      if let before = last.updateValue(index, forKey: value) { next[before] = index }
    }
    #expect(values.indices.map { keys.next(after: $0) } == next)
    keys.removeAll()
    #expect(keys.indices.isEmpty)
  }

  /// More than the number for which all pairs are compared.
  private static let addresses = (0..<40).map { UInt32(0xc000_0200 + $0 * 7 % 19) }
  private static let texts = addresses.map { StrictJSON.Value.string("192.0.2.\($0 & 0xff)") }

  @Test func `each address of forty answers is in related.ip once, in their order`() throws {
    let answers = try Self.addresses.map { try MessageBuilder.Record.record("a.test", .a, .a($0)) }
    let record = try Self.records(JSONFormat(host: Fixture.host), answers)[0]
    #expect(record["dns.resolved_ip"] == .array(Self.texts))
    var expected: [StrictJSON.Value] = [.string("192.168.44.3"), .string("192.168.44.1")]
    for text in Self.texts where !expected.contains(text) { expected.append(text) }
    #expect(record["related.ip"] == .array(expected))
  }

  @Test func `forty answers are grouped by type in EVE, the types in the order of their first record`() throws
  {
    let answers = try Self.addresses.enumerated().flatMap { index, address in
      [
        try MessageBuilder.Record.record("a.test", RecordType(rawValue: UInt16(65_000 - index)), .octets([])),
        try MessageBuilder.Record.record("a.test", .a, .a(address)),
      ]
    }
    let record = try Self.records(EVEFormat(host: Fixture.host), answers)[1]
    #expect(record["dns.grouped.A"] == .array(Self.texts))
    for index in 0..<40 {
      #expect(record["dns.grouped.TYPE\(65_000 - index)"] == .array([.string("\\# 0")]))
    }
    let line = try Self.lines(EVEFormat(host: Fixture.host), answers)[1]
    let text = String(decoding: line, as: UTF8.self)
    let grouped = try #require(text.range(of: ##""grouped":{"TYPE65000":["\\# 0"],"A":["192.0.2.0","##))
    #expect(text[grouped.upperBound...].contains(##"],"TYPE64999":["\\# 0"],"TYPE64998":["##))
  }

  private static func lines(_ encoder: any Encoder, _ answers: [MessageBuilder.Record]) throws -> [[UInt8]] {
    var encoder = encoder
    var output: [UInt8] = []
    encoder.encode(
      FixtureRecord(try ExchangeBuilder { $0.answers = answers }.exchange(), sequence: 1), to: &output)
    return output.split(separator: UInt8(ascii: "\n")).map(Array.init)
  }

  private static func records(
    _ encoder: any Encoder, _ answers: [MessageBuilder.Record]
  ) throws -> [[String: StrictJSON.Value]] {
    try lines(encoder, answers).map { try StrictJSON.parse($0).value.leaves }
  }
}
