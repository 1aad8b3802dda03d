import History
import Testing
import TraceModel

@testable import FleetQueries

/// Answers in ClickHouse's format TabSeparated.
struct AnswerTests {
  private static let statement = FleetStatement(
    [.init("name", .text), .init("all", .texts), .init("count", .number), .init("at", .time)], "")

  private func row(_ line: String) throws -> [Report.Value] {
    let report = try Self.statement.report(Array((line + "\n").utf8))
    #expect(report.columns == ["name", "all", "count", "at"])
    return try #require(report.rows.first)
  }

  @Test func `escaped characters are those that were stored`() throws {
    #expect(
      try row(#"a\tb\\\n\'"# + "\t" + #"['x\'y','','\\\t,\']']"# + "\t7\t9")
        == [
          .text("a\tb\\\n'"), .texts(["x'y", "", "\\\t,']"]), .number(7), .time(Timestamp(nanoseconds: 9)),
        ])
  }

  @Test func `what is empty or NULL is not known`() throws {
    #expect(try row("\t[]\t\\N\t\\N") == [.none, .none, .none, .none])
    #expect(try Self.statement.report([]).rows.isEmpty)
  }

  @Test(arguments: [
    "", "a", "a\t[]\tx\t1", "a\t[]\t1\t1\t1", "a\t['b]\t1\t1", "a\t['b',]\t1\t1", "a\t[b]\t1\t1",
    "a\t[\t1\t1", "a\\\t[]\t1\t1",
    "a\t['b''c']\t1\t1", "a\t['\\\t1\t1", "a\t]\t1\t1", "a\t['b','\t1\t1", "a\t[]]\t1\t1",
  ])
  func `anything else is refused:`(line: String) {
    #expect(throws: FleetStatement.Malformed.self) { try Self.statement.report(Array((line + "\t\n").utf8)) }
    if !line.isEmpty {
      #expect(throws: FleetStatement.Malformed.self) { try Self.statement.report(Array((line + "\n").utf8)) }
    }
  }

  @Test func `any octets are an answer or an error`() {
    var generator = SystemRandomNumberGenerator()
    let octets = Array("\\'[],\t\n\\N1a".utf8) + [0, 0xff]
    for _ in 0..<20_000 {
      let answer = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
        octets.randomElement(using: &generator) ?? 0
      }
      _ = try? Self.statement.report(answer)
    }
  }
}
