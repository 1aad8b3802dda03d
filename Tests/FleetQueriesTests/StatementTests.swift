import Correlation
import DNSWire
import Foundation
import History
import Testing
import TraceModel

@testable import FleetQueries

/// Questions about many hosts, as SQL. What ClickHouse answers to them is tested with a ClickHouse, in Server/Tests/Export.
struct StatementTests {
  @Test(arguments: [
    #"it's"#, #"\"#, #"\' OR 1=1 --"#, "tab\tand\nline", "nul\0", "'; DROP TABLE exchanges; --", "日本", "",
  ])
  func `text is one literal, whatever it holds:`(text: String) throws {
    let literal = ClickHouseText.literal(text)
    #expect(Self.value(of: literal) == text)
    var query = FleetQuery()
    query.terms.users = [text]
    let statement = query.statement(for: .summary).text
    #expect(statement.contains("user = \(literal))"))
  }

  @Test func `patterns are conditions on the columns, alternatives of one kind and all kinds together`() {
    var query = FleetQuery()
    query.terms.processes = ["cur?", "100%_"]
    query.terms.unanswered = true
    query.hosts = ["web*"]
    query.since = Timestamp(nanoseconds: 1_767_225_600_000_000_000)
    let text = query.statement(for: .top(.names, most: 3)).text
    #expect(text.contains(#"process LIKE 'cur_'"#))
    #expect(text.contains(#"process = '100%_'"#))
    #expect(
      text.contains("AND outcome = 'unanswered' AND day >= '2026-01-01' AND time_ns >= 1767225600000000000"))
    #expect(text.contains("host LIKE 'web%'"))
    query.terms.processes = [#"a\*_%"#]
    #expect(query.statement(for: .told).text.contains(##"process LIKE 'a\\\\%\\_\\%'"##))
  }

  @Test func `a pattern of a name means the same as a regular expression`() throws {
    var generator = SystemRandomNumberGenerator()
    let pieces = ["a", "b", "A", "-", "*", "?", ".", "\\", "@", "é", "$", "1", "\\.", "\\*", "\\032"]
    func text(_ most: Int) -> String {
      (0..<Int.random(in: 1...most, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }
      .joined()
    }
    var (checked, matched) = (0, 0)
    let names = (["a", "b", "a.b", "a.b.a", ".", "b.a.b.a"] + (0..<300).map { _ in text(5) }).compactMap {
      OwnedName($0)
    }
    for _ in 0..<300 {
      let pattern = text(5)
      guard let compiled = NamePattern(pattern) else { continue }
      let expression = try NSRegularExpression(pattern: compiled.regularExpression)
      for name in names {
        let shown = name.view.presentation(finalDot: false, lowercased: true)
        let isFound = expression.firstMatch(in: shown, range: NSRange(shown.startIndex..., in: shown)) != nil
        let isMatch = compiled.matches(name.view)
        #expect(isFound == isMatch, "\(pattern) \(shown) \(compiled.regularExpression)")
        checked += 1
        if isMatch { matched += 1 }
      }
    }
    #expect(checked > 10_000 && matched > 100)
  }

  /// What ClickHouse reads in a literal.
  private static func value(of literal: String) -> String? {
    var rest = literal.unicodeScalars[...]
    guard rest.popFirst() == "'", rest.popLast() == "'" else { return nil }
    var value = ""
    while let character = rest.popFirst() {
      guard character != "'" else { return nil }
      guard character == "\\" else {
        value.unicodeScalars.append(character)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      value.unicodeScalars.append(escaped == "0" ? "\0" : escaped)
    }
    return value
  }
}
