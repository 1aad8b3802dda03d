import Correlation
import DNSWire
import Formats
import Testing
import TraceModel
import TracePipeline

@testable import Top

/// What is counted of which exchange.
struct CountsTests {
  @Test func `an exchange is counted in its group of every grouping`() throws {
    let top = TopSubscriber.live()
    try top.receive(
      Asked(
        container: Container(id: "9f2b0c4d5e6f7081", runtime: "docker", Container.Metadata(name: "web"))))
    let labels = Grouping.allCases.map { top.rows($0).map(\.label) }
    #expect(
      labels == [
        ["curl"], ["www.example.com"], ["example.com"], ["192.0.2.53"], ["ana"], ["web"], ["NOERROR"],
      ])
    for grouping in Grouping.allCases {
      let row = try #require(top.rows(grouping).first)
      #expect(row.counts == Counts(queries: 1) && row.lastName == "www.example.com")
      #expect(row.latency == Quantiles(p50: 10_000_000, p95: 10_000_000, p99: 10_000_000))
    }
  }

  @Test func `what is not known has a group of its own`() throws {
    let top = TopSubscriber.live()
    try top.receive(Asked(process: nil, user: nil, outcome: .unanswered))
    try top.receive(
      Asked(
        server: Endpoint(address: IPAddress(v6High: 0x2001_0db8_0000_0000, low: 1), port: 5300), user: nil))
    #expect(top.rows(.process, .label).map(\.label) == ["(unknown)", "curl"])
    #expect(top.rows(.user, .label).map(\.label) == ["(unknown)", "uid 1000"])
    #expect(top.rows(.container).map(\.label) == ["(none)"])
    #expect(top.rows(.rcode, .label).map(\.label) == ["(no answer)", "NOERROR"])
    #expect(top.rows(.server, .label).map(\.label) == ["192.0.2.53", "[2001:db8::1]:5300"])
  }

  @Test(
    arguments: [
      (.answered, .noError, Counts(queries: 1)), (.answered, .nameError, Counts(queries: 1, nonexistent: 1)),
      (.answered, .serverFailure, Counts(queries: 1, errors: 1)),
      (.answered, .refused, Counts(queries: 1, errors: 1)),
      (.unanswered, .noError, Counts(queries: 1, unanswered: 1)),
      (.pending, .noError, Counts(queries: 1, unanswered: 1)),
      (.late, .noError, Counts()), (.repeated, .serverFailure, Counts()), (.unsolicited, .noError, Counts()),
    ] as [(Outcome, ResponseCode, Counts)])
  func `a query is counted once, with the way it ended`(
    outcome: Outcome, code: ResponseCode, counts: Counts
  ) throws {
    let top = TopSubscriber.live()
    try top.receive(Asked(outcome: outcome, code: code))
    let model = top.model(TopRequest(), TopSource())
    #expect(model.totals == counts)
    #expect(model.rows.first?.counts ?? Counts() == counts)
    #expect(model.unpaired == (counts.queries == 0 ? 1 : 0))
    #expect(top.ledger.difference == 0 && top.ledger.received > 0)
  }

  @Test func `rates and shares are of the last minute, counts of all time`() throws {
    let top = TopSubscriber.live()
    top.advance(to: Asked.start)
    for index in 0..<30 { try top.receive(Asked(process: "old", time: Int64(index) * 100)) }
    for index in 0..<120 { try top.receive(Asked(process: "new", time: 70_000 + Int64(index) * 250)) }
    for index in 0..<60 { try top.receive(Asked(process: "other", time: 71_000 + Int64(index) * 100)) }
    top.advance(to: Asked.moment(101_000))
    let rows = top.rows(.process)
    #expect(rows.map(\.label) == ["new", "other", "old"])
    #expect(rows.map(\.counts.queries) == [120, 60, 30])
    #expect(rows.map(\.rate) == [2, 1, 0])
    #expect(rows.map(\.share) == [120.0 / 180, 60.0 / 180, 0])
    let model = top.model(TopRequest(), TopSource())
    #expect(model.elapsed == 101 && model.totals.queries == 210)
    #expect(model.rates.count == 60 && model.rates.reduce(0, +) == 180)
  }

  @Test func `another filter counts the latest exchanges anew, and what comes`() throws {
    let top = TopSubscriber.live()
    for index in 0..<10 { try top.receive(Asked(process: index < 3 ? "a" : "b", time: Int64(index))) }
    var filter = Filter()
    filter.processes = [Glob("a")]
    top.set(filter)
    #expect(top.rows(.process).map(\.counts.queries) == [3])
    try top.receive(Asked(process: "b"))
    try top.receive(Asked(process: "a"))
    #expect(top.rows(.process).map(\.counts.queries) == [4])
    #expect(top.ledger.filtered == 2 && top.ledger.difference == 0)
    top.set(Filter())
    #expect(top.model(TopRequest(), TopSource()).totals.queries == 12)
    top.clear()
    #expect(top.model(TopRequest(), TopSource()).totals.queries == 0 && top.rows(.name).isEmpty)
  }

  @Test func `an opened group has its names, its servers and its latest exchanges, also of before`() throws {
    let top = TopSubscriber.live()
    for index in 0..<5 { try top.receive(Asked(name: "n\(index % 2).example", time: Int64(index))) }
    try top.receive(Asked(process: "dig", name: "other.example"))
    let row = try #require(top.rows(.process).first)
    top.open(TopFocus(grouping: .process, key: row.key, label: row.label))
    try top.receive(Asked(name: "n9.example", code: .refused, time: 9))
    try top.receive(Asked(process: "dig", name: "other.example"))
    let detail = try #require(top.model(TopRequest(), TopSource()).detail)
    #expect(detail.row.label == "curl" && detail.row.counts == Counts(queries: 6, errors: 1))
    #expect(detail.first.rows.map(\.label) == ["n0.example", "n1.example", "n9.example"])
    #expect(detail.first.rows.map(\.share) == [0.5, 2.0 / 6, 1.0 / 6])
    #expect(detail.second.rows.map(\.label) == ["192.0.2.53"])
    #expect(detail.exchanges.count == 6 && detail.exchanges[0].text.contains("n9.example"))
    #expect(detail.exchanges.map(\.ending) == [.error, .plain, .plain, .plain, .plain, .plain])
    top.close()
    #expect(top.model(TopRequest(), TopSource()).detail == nil)
  }

  @Test func `a file's rates are of its own time`() throws {
    let top = TopSubscriber(.recorded, suffixes: PublicSuffixList(), host: .init(), keepsRecent: false)
    for index in 0..<100 { try top.receive(Asked(time: Int64(index) * 202)) }
    try top.receive(Asked(name: "deaf.example", outcome: .unanswered, time: 20_000))
    let model = top.model(TopRequest(), TopSource())
    #expect(model.elapsed == 20 && model.rate == 101.0 / 20)
    #expect(top.rows(.name).map(\.rate) == [5, 1.0 / 20])
    #expect(model.rates.count == 60)
  }

  @Test func `names that are hostile to a terminal are escaped`() throws {
    let attack = "\u{1b}[2J\n"
    let top = TopSubscriber.live()
    try top.receive(
      Asked(
        process: TaskName(attack), name: "a\\027[31m.example", user: attack,
        container: Container(id: attack, runtime: nil, Container.Metadata(name: attack))))
    let row = try #require(top.rows(.process).first)
    top.open(TopFocus(grouping: .process, key: row.key, label: row.label))
    for grouping in Grouping.allCases {
      let model = top.model(TopState.showing(grouping).request, TopSource())
      for lines in [
        TopFrame(model, .showing(grouping), .unicode).lines, TopFrame(model, .opened(row), .unicode).lines,
      ] {
        #expect(
          lines.allSatisfy { line in
            line.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
          })
      }
    }
  }
}

extension TopState {
  static func showing(_ grouping: Grouping) -> TopState {
    var state = TopState()
    state.grouping = grouping
    return state
  }

  static func opened(_ row: TopRow) -> TopState {
    var state = TopState()
    state.focus = TopFocus(grouping: .process, key: row.key, label: row.label)
    return state
  }
}
