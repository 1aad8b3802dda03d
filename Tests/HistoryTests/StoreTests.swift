import Correlation
import DNSWire
import Formats
import Foundation
import HostSystem
import Lab
import SQLite
import SystemPackage
import PacketDecoding
import TestHistories
import Testing
import TraceModel
import Traffic
import TracePipeline

@testable import History

/// Writing and reading again.
struct StoreTests {
  @Test func `exchanges come again as they were, in their order`() throws {
    let history = try TestHistory()
    var exchanges: [TestExchange] = []
    for number in 0..<50 {
      var exchange = TestExchange()
      exchange.name = "host\(number % 7).Example.com"
      exchange.id = UInt16(number * 1000)
      exchange.time += Int64(number) * 1_000_000
      exchange.isAnswered = number % 5 != 0
      exchange.process = number % 3 == 0 ? nil : TestExchange.curl
      exchange.port = UInt16(1024 + number)
      exchanges.append(exchange)
    }
    let ledger = try history.store([Array(exchanges[..<20]), Array(exchanges[20...])])
    #expect(ledger.received == 90 && ledger.written == 90 && ledger.unwritten == 0)
    let found = try history.exchanges()
    #expect(found.count == 50)
    for (found, made) in zip(found, try exchanges.map { try $0.stored() }) {
      #expect(found.query?.message.octets == made.query?.message.octets)
      #expect(found.answer?.message.octets == made.answer?.message.octets)
      #expect(found.query?.context.time == made.query?.context.time)
      #expect(found.query?.context.flow == made.query?.context.flow)
      #expect(found.answer?.context.flow == made.answer?.context.flow)
      #expect(found.answer?.context.direction == made.answer?.context.direction)
      #expect(found.query?.context.networkNamespace == made.query?.context.networkNamespace)
      #expect(found.outcome == made.outcome && found.messageCount == made.messageCount)
      #expect(found.attribution.method == made.attribution.method)
      #expect(found.attribution.owner == made.attribution.owner)
      #expect(found.attribution.details?.arguments == made.attribution.details?.arguments)
    }
    // What many exchanges have in common is stored once.
    let day = "\(Day(of: Timestamp(nanoseconds: TestExchange().time))).sqlite"
    #expect(try history.sqlite(day, "SELECT count(*) FROM name; SELECT count(*) FROM process") == "7\n1\n")
    #expect(try history.sqlite(day, "SELECT count(*) FROM block") == "2\n")
    // Query and answer of seven names, the answer's name compressed or not.
    #expect(try history.sqlite(day, "SELECT count(*) FROM message") == "14\n")
  }

  @Test func `a second trace goes on where the first one ended`() throws {
    let history = try TestHistory()
    for number in 0..<3 {
      var exchange = TestExchange()
      exchange.name = "n\(number).test"
      exchange.time += Int64(number) * 1_000_000_000
      try history.store([[exchange]])
    }
    #expect(try history.names() == ["n0.test", "n1.test", "n2.test"])
    #expect(try history.reader().told([IPAddress(v4: 0xcb00_7107)], HistoryQuery()).rows.count == 3)
  }

  @Test func `days are files, and times say which of them are read`() throws {
    let history = try TestHistory()
    var exchanges: [TestExchange] = []
    for day in 0..<4 {
      var exchange = TestExchange()
      exchange.name = "day\(day).test"
      exchange.time += Int64(day) * Day.length
      exchanges.append(exchange)
    }
    try history.store(exchanges.map { [$0] })
    #expect(try history.reader().days.count == 4)
    var query = HistoryQuery()
    query.since = Timestamp(nanoseconds: exchanges[1].time)
    query.until = Timestamp(nanoseconds: exchanges[2].time)
    #expect(try history.names(query) == ["day1.test", "day2.test"])
    query.until = Timestamp(nanoseconds: exchanges[2].time - 1)
    #expect(try history.names(query) == ["day1.test"])
  }

  @Test(arguments: [20_000, 1])
  func `names are found by whole names, by suffixes and by wildcards, and in no case of letters:`(
    mostListed: Int
  ) throws {
    let history = try TestHistory()
    let names = [
      "example.com", "www.example.com", "a.b.Example.com", "example.community", "badexample.com", "com",
      "www.example.net",
      #"odd\.example.com"#, #"a\;b.example.com"#,
    ]
    try history.store([
      names.map { name in
        var exchange = TestExchange()
        exchange.name = name
        return exchange
      }
    ])
    func find(_ query: HistoryQuery) throws -> [String] {
      try DayReader.$mostListed.withValue(mostListed) { try history.names(query) }
    }
    #expect(try find(HistoryQuery(named: "example.com")) == ["example.com"])
    #expect(
      try find(HistoryQuery(named: "*.EXAMPLE.com"))
        == ["www.example.com", "a.b.Example.com", #"a\;b.example.com"#])
    #expect(
      try find(HistoryQuery(named: "www.*.*")).sorted() == ["www.example.com", "www.example.net"])
    #expect(try find(HistoryQuery(named: "*.com.")).count == 6)
    #expect(try find(HistoryQuery(named: "a;b.example.com")) == [#"a\;b.example.com"#])
    #expect(try find(HistoryQuery(named: "none.test")).isEmpty)
    #expect(
      try find(HistoryQuery(named: "com", "example.community")) == ["example.community", "com"])
  }

  @Test func `hostile names and texts are stored as they are, and found`() throws {
    let history = try TestHistory()
    let names = [
      #"'\; DROP TABLE name\;--.test"#, #"\000\001\255.test"#, #"%_*?.test"#, #"a\"b.test"#,
      String(repeating: "x", count: 63) + ".test", ".",
    ]
    let hostile = ObservedProcess(
      TaskSnapshot(
        identity: ProcessIdentity(pid: 1, startTime: .max), tid: -1,
        credentials: Credentials(uid: .max, gid: .max),
        name: TaskName(octets: [0xff, 0x27, 0x0a]), threadName: "", cgroupID: .max, source: .unknown),
      ProcessDetails(executable: "'; DELETE FROM exchange; --\u{0}\n", arguments: ["\u{0}"]))
    try history.store([
      names.map { name in
        var exchange = TestExchange()
        exchange.name = name
        exchange.process = hostile
        return exchange
      }
    ])
    #expect(try history.names().count == names.count)
    let found = try #require(try history.exchanges().first)
    #expect(found.attribution.owner == hostile.task)
    #expect(found.attribution.details?.executable == hostile.details?.executable)
    #expect(found.attribution.details?.arguments == ["\u{0}"])
    #expect(try history.names(HistoryQuery(named: "*.test")).count == names.count - 1)
    #expect(try history.names(HistoryQuery(named: ".")) == ["."])
  }

  @Test func `who was told an address is in the roll-up, and its exchanges are found by it`() throws {
    let history = try TestHistory()
    var one = TestExchange()
    one.name = "one.test"
    var two = one
    two.addresses = [1, 2, 0xcb00_7107]
    two.time += 5_000_000_000
    var three = one
    three.name = "three.test"
    three.addresses = [9]
    three.process = nil
    three.time += 7_000_000_000
    try history.store([[one, two], [three]])
    let report = try history.reader().told([IPAddress(v4: 0xcb00_7107)], HistoryQuery())
    #expect(
      report.rows == [
        [
          .time(Timestamp(nanoseconds: one.time)), .time(Timestamp(nanoseconds: two.time)), .number(2),
          .text("203.0.113.7"), .text("one.test"), .text("curl"), .text("/usr/bin/curl"), .text("ann"), .none,
        ]
      ])
    #expect(
      try history.reader().told([IPAddress(v4: 9)], HistoryQuery()).rows.map { $0[4] } == [
        .text("three.test")
      ])
    var query = HistoryQuery()
    query.told = [IPAddress(v4: 2)]
    #expect(try history.exchanges(query).map { $0.query?.context.time.nanoseconds } == [two.time])
    query.told = [IPAddress(v4: 3)]
    #expect(try history.exchanges(query).isEmpty)
  }

  @Test func `pages and what follows name the interfaces of the exchanges`() throws {
    let history = try TestHistory()
    var exchange = TestExchange()
    exchange.interfaceIndex = 7
    history.interfaces.set("eth7", for: 7, TestExchange.networkNamespace)
    try history.store([[exchange]])
    var tail = try HistoryTail(history.reader())
    try history.store([[exchange]])
    let page = try history.reader().page(HistoryQuery(), before: nil, most: 9) { false }
    let added = try tail.read(history.reader(), HistoryQuery(), most: 9)
    for (entries, count) in [(page.entries, 2), (added.entries, 1)] {
      let names = entries.map { $0.host.interfaces.name(7, TestExchange.networkNamespace) }
      #expect(names == Array(repeating: "eth7", count: count))
    }
  }

  @Test func `an A record of a class without addresses tells none, as in the formats`() throws {
    let history = try TestHistory()
    var exchange = TestExchange()
    // There a name, here that of the question, and a number (RFC 1034 §3.6).
    (exchange.recordClass, exchange.addresses) = (.chaos, [0xc00c_0001])
    try history.store([[exchange]])
    #expect(try history.sqlite(RollUp.fileName, "SELECT count(*) FROM asked") == "1\n")
    #expect(try history.sqlite(RollUp.fileName, "SELECT count(*) FROM told") == "0\n")
  }

  @Test func `a process that answers is not taken for the one that asked`() throws {
    let history = try TestHistory()
    var exchange = TestExchange()
    exchange.role = .server
    try history.store([[exchange]])
    #expect(
      try history.sqlite(
        RollUp.fileName, "SELECT program.name, count FROM told JOIN program ON program.id = told.program")
        == "|1\n")
    let process = try history.exchanges().first.map { $0.view.attribution.process?.task.name }
    #expect(process == "curl")
  }
}
