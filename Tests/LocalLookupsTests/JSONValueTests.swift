import Testing

@testable import LocalLookups

struct JSONValueTests {
  private static let values: [(String, JSONValue)] = [
    ("null", .null), ("true", .bool(true)), (" false ", .bool(false)), ("0", .integer(0)),
    ("-12", .integer(-12)),
    ("1.5", .otherNumber), ("1e3", .otherNumber), ("99999999999999999999", .otherNumber),
    (#""a\"\\\/\b\f\n\r\t""#, .string("a\"\\/\u{8}\u{c}\n\r\t")), (#""\u00e9\uD83D\uDE00é""#, .string("é😀é")),
    ("[]", .array([])), ("[1, [2],\n{}]", .array([.integer(1), .array([.integer(2)]), .object([:])])),
    (#"{"a":1,"b":{"a":[]},"a":2}"#, .object(["a": .integer(2), "b": .object(["a": .array([])])])),
  ]

  @Test(arguments: values)
  func `a value is read`(text: String, value: JSONValue) {
    #expect(JSONValue(Array(text.utf8)[...]) == value)
  }

  @Test(arguments: [
    "", " ", "nul", "tru", "1 2", "[1", "[1,]", "[,1]", "{", "{1:2}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
    "\"a",
    #""\x""#, #""\u12""#, #""\ud800""#, #""\ud800A""#, "\"\n\"", "-", "+1", "'a'", "]", "}",
  ])
  func `what is not JSON gives nothing`(text: String) {
    #expect(JSONValue(Array(text.utf8)[...]) == nil)
  }

  @Test func `nesting is bounded`() {
    func nested(_ depth: Int) -> [UInt8] {
      Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
    }
    #expect(JSONValue(nested(16)[...]) != nil)
    #expect(JSONValue(nested(17)[...]) == nil)
    #expect(JSONValue(nested(10000)[...]) == nil)
  }
}
