import Foundation
import JSONDecoding
import Testing

/// JSON of other programs.
struct JSONValueTests {
  private func parse(_ text: String, mostDepth: Int = 32) throws -> JSONValue {
    try JSONValue(Array(text.utf8), mostDepth: mostDepth)
  }

  @Test func `values are parsed as they were written`() throws {
    let text =
      #" { "a" : [ 1 , -2.5e+3, true, false, null ] , "b":{"c":"x\"\\\/\b\f\n\r\té€"}, "a2":[], "o":{} } "#
    #expect(
      try parse(text)
        == .object([
          "a": .array([.number("1"), .number("-2.5e+3"), .flag(true), .flag(false), .null]),
          "b": .object(["c": .string("x\"\\/\u{8}\u{c}\n\r\té€")]), "a2": .array([]), "o": .object([:]),
        ]))
    #expect(try parse(text)["b"]?["c"]?.text?.hasPrefix("x") == true)
    #expect(try parse(text)["a"]?.elements.first?.integer == 1)
  }

  @Test func `a surrogate pair is one character, and a single surrogate is replaced`() throws {
    #expect(try parse(#""\ud83d\ude00""#).text == "😀")
    #expect(try parse(#""\ud83dx""#).text == "\u{fffd}x")
    #expect(try parse(#""\ud83dA""#).text == "\u{fffd}A")
    #expect(try parse(#""\udc00""#).text == "\u{fffd}")
  }

  @Test func `of two members with one name the last is used`() throws {
    #expect(try parse(#"{"a":1,"a":2}"#)["a"]?.integer == 2)
  }

  @Test(arguments: [
    "", " ", "{", "[", "]", "{]", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "tru", "nul", "01",
    "1.", "-",
    "1e", "+1", ".5", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\n\"", "1 2", "'a'", "[1}", "\u{b}1",
  ])
  func `text that is not JSON is refused`(text: String) {
    #expect(throws: JSONError.self) { try parse(text) }
  }

  @Test func `nesting beyond the limit is refused`() throws {
    let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
    #expect(throws: JSONError.self) { try parse(deep) }
    #expect(throws: Never.self) { try parse(deep, mostDepth: 40) }
    #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  @Test func `text that Foundation writes is parsed`() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let value = Self.random(depth: 5, &generator)
      let octets = try JSONEncoder().encode(value.members)
      #expect(try JSONValue(Array(octets)) == .object(value.members.mapValues(\.parsed)))
    }
  }

  /// A value for Foundation to write.
  private indirect enum Sample: Encodable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case nothing
    case list([Sample])
    case table([String: Sample])

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let text): try container.encode(text)
      case .number(let number): try container.encode(number)
      case .flag(let flag): try container.encode(flag)
      case .nothing: try container.encodeNil()
      case .list(let list): try container.encode(list)
      case .table(let table): try container.encode(table)
      }
    }

    var members: [String: Sample] { if case .table(let table) = self { table } else { ["value": self] } }

    var parsed: JSONValue {
      switch self {
      case .text(let text): .string(text)
      case .number(let number): .number("\(number)")
      case .flag(let flag): .flag(flag)
      case .nothing: .null
      case .list(let list): .array(list.map(\.parsed))
      case .table(let table): .object(table.mapValues(\.parsed))
      }
    }
  }

  private static func random(depth: Int, _ generator: inout SystemRandomNumberGenerator) -> Sample {
    func text() -> String {
      String(
        (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
          "ab\"\\/\n\t\u{1}é€😀".randomElement(using: &generator) ?? "x"
        })
    }
    switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &generator) {
    case 0: return .text(text())
    case 1: return .number(Int.random(in: -1000...1000, using: &generator))
    case 2: return .flag(Bool.random(using: &generator))
    case 3: return .nothing
    case 4: return .list((0..<3).map { _ in random(depth: depth - 1, &generator) })
    default:
      let pairs = (0..<3).map { ("\($0)" + text(), random(depth: depth - 1, &generator)) }
      return .table(Dictionary(pairs) { first, _ in first })
    }
  }
}
