import Correlation
import Formats
import Foundation
import HostSystem
import Lab
import SQLite
import SystemPackage
import TestHistories
import Testing
import TraceModel
import Traffic
import TracePipeline

@testable import History

/// The files themselves.
struct FileTests {
  private static let day = Day(of: Timestamp(nanoseconds: TestExchange().time))

  @Test func `a suffix is searched by the index`() throws {
    let history = try TestHistory()
    try history.store([[TestExchange()]])
    let plan = try history.sqlite(
      Self.day.fileName,
      "EXPLAIN QUERY PLAN \(NameSearch.select) WHERE labels >= 'com.example.' AND labels < 'com.example/'")
    #expect(plan.contains("SEARCH label USING PRIMARY KEY (labels>? AND labels<?)"), "\(plan)")
    #expect(plan.contains("SEARCH name USING INTEGER PRIMARY KEY"), "\(plan)")
    #expect(!plan.contains("SCAN"), "\(plan)")
    let told = try history.sqlite(
      RollUp.fileName,
      "EXPLAIN QUERY PLAN SELECT * FROM told JOIN name ON name.id = told.name WHERE address = '192.0.2.1'")
    #expect(told.contains("SEARCH told USING PRIMARY KEY (address=?)") && !told.contains("SCAN"), "\(told)")
    let new = try history.sqlite(RollUp.fileName, "EXPLAIN QUERY PLAN SELECT * FROM name WHERE first >= 5")
    #expect(new.contains("USING INDEX name_first"), "\(new)")
  }

  @Test func `days beyond the age are deleted, with what the roll-up says of them`() throws {
    let history = try TestHistory()
    history.retention = Retention(age: 2 * Day.length)
    var exchanges: [TestExchange] = []
    for day in 0..<5 {
      var exchange = TestExchange()
      exchange.name = "day\(day).test"
      exchange.time += Int64(day) * Day.length
      exchanges.append(exchange)
    }
    try history.store(exchanges.map { [$0] })
    #expect(try history.names() == ["day2.test", "day3.test", "day4.test"])
    #expect(try history.reader().told([IPAddress(v4: 0xcb00_7107)], HistoryQuery()).rows.count == 3)
    #expect(
      try history.sqlite(RollUp.fileName, "SELECT count(*) FROM name; SELECT count(*) FROM progress")
        == "3\n3\n")
    #expect(!history.directory.names.contains { $0.contains("-wal") || $0.contains("-shm") })
  }

  @Test func `the oldest days are deleted while the files take too much, never the current one`() throws {
    let history = try TestHistory()
    history.retention = Retention(size: 1)
    var exchanges: [TestExchange] = []
    for day in 0..<3 {
      var exchange = TestExchange()
      exchange.time += Int64(day) * Day.length
      exchanges.append(exchange)
    }
    try history.store(exchanges.map { [$0] })
    #expect(try history.reader().days == [Day(number: Self.day.number + 2)])
    // Other files are nobody's business here.
    try Data("keep".utf8).write(to: URL(filePath: history.directory.path("2001-01-01.txt")))
    try history.store([[exchanges[2]]])
    #expect(history.directory.names.contains("2001-01-01.txt"))
  }

  @Test func `what the roll-up has missed it gets when the day is opened next`() throws {
    let history = try TestHistory()
    var exchanges: [TestExchange] = []
    for number in 0..<3 {
      var exchange = TestExchange()
      exchange.name = "n\(number).test"
      exchange.time += Int64(number) * 1_000_000_000
      exchanges.append(exchange)
    }
    try history.store([[exchanges[0]], [exchanges[1]]])
    // As if the last transaction of the roll-up had never been.
    for file in history.directory.names where file.hasPrefix("rollup") { history.directory.remove(file) }
    try history.store([[exchanges[2]]])
    #expect(
      try history.sqlite(
        RollUp.fileName,
        "SELECT text, sum(count) FROM asked JOIN name ON name.id = name GROUP BY 1 ORDER BY 1")
        == "n0.test|1\nn1.test|1\nn2.test|1\n")
    #expect(try history.reader().told([IPAddress(v4: 0xcb00_7107)], HistoryQuery()).rows.count == 3)
  }

  @Test func `what it has missed of an earlier day it gets too`() throws {
    let history = try TestHistory()
    var later = TestExchange()
    later.time += 3 * Day.length
    try history.store([[TestExchange()]])
    history.directory.remove(RollUp.fileName)
    try history.store([[later]])
    #expect(try history.sqlite(RollUp.fileName, "SELECT sum(count) FROM asked") == "2\n")
    #expect(try history.sqlite(RollUp.fileName, "SELECT first FROM name") == "\(TestExchange().time)\n")
  }

  @Test func `files are for their owner and a group, and the directory for nobody else`() throws {
    let history = try TestHistory()
    try history.store([[TestExchange()]])
    func mode(_ path: String) throws -> Int? {
      (try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber)?.intValue
    }
    #expect(try mode(history.directory.path) == 0o750)
    for name in history.directory.names {
      #expect(try mode(history.directory.path(name)) == 0o640, "\(name)")
    }
  }

  @Test func `a file that is a link, or has another name, is not written`() throws {
    let history = try TestHistory()
    let victim = history.folder.path("victim")
    try Data("precious".utf8).write(to: URL(filePath: victim))
    let name = history.directory.path(Self.day.fileName)
    try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: victim)
    #expect(try history.store([[TestExchange()]]).unwritten == 2)
    history.directory.remove(Self.day.fileName)
    try FileManager.default.linkItem(atPath: victim, toPath: name)
    #expect(try history.store([[TestExchange()]]).unwritten == 2)
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
  }

  @Test func `a directory that others can change is refused, and so is one below such a directory`() throws {
    let folder = try Folder()
    let (open, below) = (folder.path("open"), folder.path("open/below"))
    try FileManager.default.createDirectory(atPath: open, withIntermediateDirectories: false)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: open)
    #expect(throws: GuardedDirectory.Refusal.self) { try GuardedDirectory(creating: open, readableBy: "") }
    #expect(throws: GuardedDirectory.Refusal.self) { try GuardedDirectory(creating: below, readableBy: "") }
    try FileManager.default.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: open)
    _ = try GuardedDirectory(creating: below, readableBy: "")
  }

  @Test func `a file of another program, or of a newer version, is left as it is and said to be one`() throws
  {
    let history = try TestHistory()
    try history.directory.create(Self.day.fileName)
    do {
      let other = try Database(history.directory.path(Self.day.fileName), .readWrite)
      try other.execute("CREATE TABLE theirs(a); PRAGMA user_version = 3")
    }
    #expect(try history.store([[TestExchange()]]).unwritten == 2)
    #expect(try history.sqlite(Self.day.fileName, "SELECT name FROM sqlite_master") == "theirs\n")
    let problem = #expect(throws: HistoryProblem.self) { try history.exchanges() }
    #expect(problem?.kind == .foreign)
  }

  @Test func `a damaged file is an error, and no crash`() throws {
    let history = try TestHistory()
    try history.store([
      (0..<200).map { number in
        var exchange = TestExchange()
        exchange.name = "n\(number).test"
        return exchange
      }
    ])
    let path = history.directory.path(Self.day.fileName)
    let whole = try Data(contentsOf: URL(filePath: path))
    var problems = 0
    for place in stride(from: 100, to: whole.count, by: 997) {
      var octets = whole
      for index in place..<min(place + 40, octets.count) { octets[index] ^= 0x5a }
      try octets.write(to: URL(filePath: path))
      do {
        _ = try history.exchanges()
      } catch is HistoryProblem {
        problems += 1
      }
    }
    #expect(problems > 0)
  }

  @Test func `a file that a killed process has left unfinished is read as it was before`() throws {
    let history = try TestHistory()
    try history.store([[TestExchange()]])
    let client = try Running([
      "sqlite3", "-cmd", "PRAGMA cache_size=1", history.directory.path(Self.day.fileName),
      """
      BEGIN; DELETE FROM exchange; CREATE TABLE more AS
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) SELECT i, randomblob(99) FROM n;
      """,
      ".shell kill -9 $PPID",
    ])
    client.wait()
    #expect(history.directory.names.contains(Self.day.fileName + "-journal"))
    #expect(try history.names() == ["www.example.com"])
    #expect(!history.directory.names.contains(Self.day.fileName + "-journal"))
  }

  @Test func `a reader sees whole transactions while a trace writes`() throws {
    let history = try TestHistory()
    let writer = HistoryWriter { _ in }
    let subscriber = HistorySubscriber(to: writer, interfaces: InterfaceNames())
    try writer.start(
      history.directory, TraceIdentity(host: .init(), version: "", started: Timestamp(nanoseconds: 0)),
      Retention(),
      overflowPolicy: .wait { false })
    var time = TestExchange().time
    var seen = 0
    for round in 1...40 {
      for number in 0..<25 {
        var exchange = TestExchange()
        exchange.name = "n\(number).test"
        exchange.time = time
        time += 1_000_000
        subscriber.receive(try exchange.stored().view, at: Timestamp(nanoseconds: time))
      }
      time += 2_000_000_000
      subscriber.advance(to: Timestamp(nanoseconds: time))
      let count = try history.exchanges().count
      #expect(count % 25 == 0 && count >= seen && count <= round * 25)
      seen = count
    }
    subscriber.finish()
    #expect(writer.finish().messages == 0)
    #expect(try history.exchanges().count == 1000)
  }
}
