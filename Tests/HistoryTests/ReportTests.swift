import Correlation
import DNSWire
import TestHistories
import Testing
import TraceModel
import Traffic

@testable import History

/// What a history says in tables.
struct ReportTests {
  @Test func `rankings and the summary count what is there`() throws {
    let history = try TestHistory()
    var exchanges: [TestExchange] = []
    for number in 0..<10 {
      var exchange = TestExchange()
      exchange.name = number < 6 ? "often.test" : "seldom\(number).test"
      exchange.code = number == 9 ? .nameError : .noError
      exchange.isAnswered = number != 0
      exchange.time += Int64(number)
      exchange.process = number < 7 ? TestExchange.curl : nil
      exchanges.append(exchange)
    }
    try history.store([exchanges])
    let reader = try history.reader()
    #expect(
      try reader.top(.names, HistoryQuery(), most: 2).rows
        == [
          [.number(6), .number(1), .text("often.test")], [.number(1), .number(0), .text("seldom6.test")],
        ])
    #expect(
      try reader.top(.failures, HistoryQuery(), most: 9).rows.map { $0[2] } == [
        .text("NXDOMAIN"), .text("unanswered"),
      ])
    #expect(
      try reader.top(.processes, HistoryQuery(), most: 9).rows.map { $0[0] } == [.number(7), .number(3)])
    #expect(try reader.top(.servers, HistoryQuery(), most: 9).rows.map { $0[2] } == [.text("127.0.0.53")])
    let summary = try reader.summary(HistoryQuery())
    #expect(summary.exchanges == 10 && summary.unanswered == 1 && summary.failed == 2)
    #expect(summary.names == 5 && summary.servers == 1)
    let median = try #require(summary.median)
    #expect(1_000_000...1_062_500 ~= median)
    #expect(summary.first == Timestamp(nanoseconds: exchanges[0].time))
    var query = HistoryQuery()
    query.since = Timestamp(nanoseconds: exchanges[9].time)
    #expect(try reader.summary(query).exchanges == 1)
    #expect(try reader.new(query).rows.map { $0[3] } == [.text("seldom9.test")])
    let names = try reader.new(HistoryQuery()).rows.map { $0[3] }
    #expect(names.count == 5)
    #expect(try reader.new(HistoryQuery(), latest: 2).rows.map { $0[3] } == names.suffix(2))
  }
  @Test func `a report is about what its filter matches`() throws {
    let history = try TestHistory()
    var exchanges: [TestExchange] = []
    for number in 0..<10 {
      var exchange = TestExchange()
      exchange.name = "n\(number % 5).test"
      exchange.addresses = [7]
      exchange.code = number == 9 ? .nameError : .noError
      exchange.time += Int64(number)
      exchange.process = number < 7 ? TestExchange.curl : nil
      exchanges.append(exchange)
    }
    try history.store([exchanges])
    let reader = try history.reader()
    func query(_ change: (inout FilterTerms) -> Void) throws -> HistoryQuery {
      var terms = FilterTerms()
      change(&terms)
      var query = HistoryQuery()
      query.filter = try terms.filter(showing: .exchanges) { _ in nil }
      query.names = terms.names
      return query
    }
    let curl = try query { $0.processes = ["cur?"] }
    let failed = try query { $0.failed = true }
    let one = try query { $0.names = ["N1.test"] }
    #expect(try reader.top(.processes, curl, most: 9).rows.map { $0[0] } == [.number(7)])
    #expect(try reader.top(.names, failed, most: 9).rows == [[.number(1), .number(1), .text("n4.test")]])
    #expect(try reader.top(.servers, one, most: 9).rows.map { $0[0] } == [.number(2)])
    #expect(try reader.summary(curl).exchanges == 7)
    #expect(try reader.summary(failed).names == 1)
    #expect(try reader.summary(one).programs == 1)
    let address = [IPAddress(v4: 7)]
    #expect(try reader.told(address, HistoryQuery()).rows.count == 8)
    #expect(try reader.told(address, curl).rows.count == 5)
    #expect(try reader.told(address, one).rows.count == 1)
    // Names 2, 3 and 4 were asked for by another process too, but first by curl.
    #expect(try reader.new(curl).rows.map { $0[2] } == [2, 2, 1, 1, 1].map { .number($0) })
    #expect(try reader.new(one).rows.map { $0[3] } == [.text("n1.test")])
    var late = try query { $0.users = ["1000"] }
    late.since = Timestamp(nanoseconds: exchanges[3].time)
    #expect(try reader.new(late).rows.map { $0[3] } == [.text("n3.test"), .text("n4.test")])
    #expect(failed.unsummed == "failed" && curl.unsummed == nil)
  }

  @Test func `of a new name the program that asked first is named, whoever asked last`() throws {
    let history = try TestHistory()
    var exchanges: [TestExchange] = []
    for number in 0..<8 {
      var exchange = TestExchange()
      exchange.name = number < 4 ? "one.test" : "other.test"
      exchange.time += Int64(number)
      exchange.process = number % 4 == 0 || number % 4 == 3 ? nil : TestExchange.curl
      if number >= 4 { exchange.process = exchange.process == nil ? TestExchange.curl : nil }
      exchanges.append(exchange)
    }
    try history.store([exchanges])
    let rows = try history.reader().new(HistoryQuery()).rows
    #expect(rows.map { $0[4] } == [.none, .text("curl")])
    #expect(
      rows.map { $0[1] } == [exchanges[3], exchanges[7]].map { .time(Timestamp(nanoseconds: $0.time)) })
  }

  @Test(arguments: [#"a\.b.test"#, #"sp\032ace.test"#, #"x\\y.b.test"#, #"\*.test"#, #"q.a\.b.test"#])
  func `a name with escapes finds itself and nothing else:`(name: String) throws {
    let history = try TestHistory()
    var exchanges: [TestExchange] = []
    for name in [name, "a.b.test", "b.test", "test", "ace.test", #"y.b.test"#, "c.a.b.test"] {
      var exchange = TestExchange()
      exchange.name = name
      exchanges.append(exchange)
    }
    try history.store([exchanges])
    var query = HistoryQuery()
    query.names = [name]
    query.filter.names = [try #require(NamePattern(name))]
    let reader = try history.reader()
    let owned = try #require(OwnedName(name))
    let stored = Report.Value.text(owned.view.presentation(finalDot: false))
    #expect(try reader.top(.names, query, most: 9).rows.map { $0[2] } == [stored])
    #expect(try reader.new(query).rows.map { $0[3] } == [stored])
  }
}
