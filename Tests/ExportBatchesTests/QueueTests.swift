import Foundation
import History
import HostSystem
import Lab
import TestHistories
import Testing
import Traffic

@testable import ExportBatches

/// Batches of real histories.
struct QueueTests {
  @Test func `batches end at a day and at the number of exchanges, and have each of them once`() throws {
    let history = try TestHistory()
    let days = [
      TestExchange.some(7, "a"), TestExchange.some(3, "b", day: 1), TestExchange.some(4, "c", day: 3),
    ]
    // The third batch begins and ends within a transaction.
    try history.store([Array(days[0][..<5]), Array(days[0][5...]), days[1], days[2]])
    let destination = try TestDestination(history, exchanges: 3)
    #expect(try destination.receiveAll() == 6)
    #expect(destination.names == days.flatMap(\.names))
    #expect(
      destination.tokens.map { $0.split(separator: ".").suffix(3).joined(separator: ".") }.map {
        $0.dropFirst(8)
      }
        == ["28.1.3", "28.4.6", "28.7.7", "29.1.3", "01.1.3", "01.4.4"])
    #expect(destination.backlog == .init())
  }

  @Test func `a batch ends where it has enough octets, and has one exchange at least`() throws {
    let history = try TestHistory()
    let exchanges = TestExchange.some(9)
    try history.store([exchanges])
    let whole = try #require(try TestDestination(history).next()?.body.count)
    for (octets, batches) in [(0, 9), (whole / 2, 2), (whole + 1, 1)] {
      try FileManager.default.removeItem(atPath: history.folder.path("state"))
      let destination = try TestDestination(history, octets: octets)
      #expect(try destination.receiveAll() == batches)
      #expect(destination.names == exchanges.names)
    }
  }

  @Test func `what is not confirmed is the same batch after a restart, whatever was stored meanwhile`() throws
  {
    let history = try TestHistory()
    try history.store([TestExchange.some(4)], started: 1)
    let destination = try TestDestination(history, octets: 1)
    try destination.confirm(#require(try destination.next()))
    try destination.restart()
    let large = try TestDestination(TestHistory())
    #expect(try large.next() == nil)
    let before = try #require(try destination.next())
    try history.store([TestExchange.some(4, "earlier", day: -1)], started: 2)
    try history.store([TestExchange.some(4, "later")], started: 3)
    for _ in 0..<2 {
      let again = try #require(try destination.next())
      #expect(again.token == before.token && again.body == before.body && again.hasMore)
      try destination.restart()
    }
    try destination.receiveAll()
    #expect(Set(destination.names).count == 12 && destination.names.count == 12)
    try destination.restart()
    #expect(try destination.next() == nil)
  }

  @Test func `what is added to a day before that of the last batch is sent too`() throws {
    let history = try TestHistory()
    let exchanges = [3, 0, 1, 0, 3].enumerated().map {
      TestExchange.some(2, "\($0.offset)-", day: $0.element)
    }
    let destination = try TestDestination(history)
    for (place, group) in exchanges.enumerated() {
      try history.store([group], started: Int64(place))
      #expect(try destination.receiveAll() == 1)
      try destination.restart()
    }
    #expect(destination.names == exchanges.flatMap(\.names))
  }

  @Test func `what retention deletes is counted if it was not sent, each exchange once`() throws {
    let history = try TestHistory()
    let destination = try TestDestination(history, exchanges: 3)
    try history.store([TestExchange.some(10), TestExchange.some(2, day: 1)])
    try destination.confirm(#require(try destination.next()))
    // This one is on its way meanwhile.
    _ = try destination.next()
    #expect(destination.backlog.count == 9 && destination.backlog.removed == 0)
    history.retention = Retention(age: Day.length)
    let last = TestExchange.some(2, "last", day: 2)
    try history.store([last], started: 1)
    try destination.restart()
    let batch = try #require(try destination.next())
    #expect(destination.backlog.count == 4 && destination.backlog.removed == 7)
    try destination.confirm(batch)
    try destination.receiveAll()
    #expect(destination.names.count == 3 + 4 && destination.backlog.removed == 7)
  }

  @Test func `a batch that is confirmed after its day was deleted is not counted as deleted`() throws {
    let history = try TestHistory()
    let destination = try TestDestination(history, exchanges: 3)
    try history.store([TestExchange.some(5)])
    let batch = try #require(try destination.next())
    history.directory.remove(Self.file(0))
    try destination.confirm(batch)
    #expect(try destination.next() == nil)
    #expect(
      destination.names.count == 3 && destination.backlog.removed == 2 && destination.backlog.count == 0)
  }

  @Test func `another history of the same day is sent from its beginning, with other tokens`() throws {
    let history = try TestHistory()
    let destination = try TestDestination(history, exchanges: 3)
    try history.store([TestExchange.some(5)], started: 1)
    try destination.confirm(#require(try destination.next()))
    _ = try destination.next()
    history.directory.remove(Self.file(0))
    try history.store([TestExchange.some(4, "new")], started: 2)
    try destination.receiveAll()
    #expect(destination.names.suffix(4) == TestExchange.some(4, "new").names[...])
    #expect(destination.backlog.removed == 2)
    #expect(Set(destination.tokens).count == destination.tokens.count)
  }

  /// `PRAGMA synchronous=NORMAL` allows it.
  @Test func `numbers that are used again after power loss are sent again, as other exchanges`() throws {
    let history = try TestHistory()
    let destination = try TestDestination(history, exchanges: 4)
    try history.store([TestExchange.some(2, "kept"), TestExchange.some(2, "lost")], started: 1)
    try destination.receiveAll()
    try history.store([TestExchange.some(3, "unsent")], started: 2)
    let batch = try #require(try destination.next())
    #expect(destination.backlog.count == 3)
    _ = try history.sqlite(
      Self.file(0),
      "DELETE FROM exchange WHERE id > 2; DELETE FROM block WHERE first > 2; DELETE FROM trace WHERE started = 2",
      isReading: false)
    try history.store([TestExchange.some(5, "after")], started: 3)
    try destination.restart()
    try destination.receiveAll()
    #expect(
      destination.names == ["kept0.test", "kept1.test", "lost0.test", "lost1.test"]
        + TestExchange.some(5, "after").names)
    #expect(destination.backlog.removed == 3)
    #expect(!destination.tokens.contains(batch.token) && Set(destination.tokens).count == 3)
  }

  @Test func `a day that can't be read does not keep the others from being sent`() throws {
    let history = try TestHistory()
    try history.store([TestExchange.some(2, "a"), TestExchange.some(3, "b", day: 1)])
    let path = history.directory.path(Self.file(0))
    let octets = try Data(contentsOf: URL(filePath: path))
    try Data(repeating: 0x5a, count: octets.count).write(to: URL(filePath: path))
    let destination = try TestDestination(history)
    try destination.receiveAll()
    #expect(destination.names == TestExchange.some(3, "b").names)
    let problem = try #require(destination.problem)
    #expect(problem.description.hasPrefix("the history can't be read"))
    try octets.write(to: URL(filePath: path))
    try destination.receiveAll()
    #expect(destination.names.count == 5 && destination.problem == nil)
  }

  @Test func `rows that are missing in a file are counted, and what follows them is sent`() throws {
    let history = try TestHistory()
    try history.store([TestExchange.some(9), TestExchange.some(2, "b", day: 1)])
    _ = try history.sqlite(Self.file(0), "DELETE FROM exchange WHERE id IN (2, 3, 4, 8, 9)", isReading: false)
    let destination = try TestDestination(history, exchanges: 2)
    try destination.receiveAll()
    #expect(destination.names == ["n0.test", "n4.test", "n5.test", "n6.test", "b0.test", "b1.test"])
    #expect(destination.backlog.removed == 5 && destination.backlog.count == 0)
  }

  @Test func `what can't be noted is not sent`() throws {
    let history = try TestHistory()
    try history.store([TestExchange.some(2)])
    let destination = try TestDestination(history)
    try FileManager.default.moveItem(atPath: destination.state, toPath: destination.state + "-away")
    #expect(throws: ExportProblem.self) { try destination.next() }
    try FileManager.default.moveItem(atPath: destination.state + "-away", toPath: destination.state)
    #expect(try destination.receiveAll() == 1)
  }

  @Test(arguments: 1...4)
  func `sent, waiting and deleted exchanges are always those that were stored`(seed: UInt64) throws {
    let history = try TestHistory()
    let destination = try TestDestination(history, exchanges: 4)
    var random = Generator(state: seed)
    var stored = 0
    for step in 0..<40 {
      let day = Int64.random(in: 0...3, using: &random)
      switch Int.random(in: 0...9, using: &random) {
      case 0...3:
        let exchanges = TestExchange.some(.random(in: 1...6, using: &random), "\(step)-", day: day)
        try history.store([exchanges], started: Int64(step))
        stored += exchanges.count
      case 4...6: if let batch = try destination.next() { try destination.confirm(batch) }
      case 7: try destination.restart()
      default: history.directory.remove(Self.file(day))
      }
      // What is deleted before it was seen is not known of.
      _ = try destination.next()
      let backlog = destination.backlog
      #expect(destination.names.count + Int(backlog.count + backlog.removed) == stored, "step \(step)")
    }
    try destination.receiveAll()
    #expect(Set(destination.names).count == destination.names.count)
    #expect(destination.names.count + Int(destination.backlog.removed) == stored)
    #expect(Set(destination.tokens).count == destination.tokens.count)
  }

  /// - Parameter day: after that of the other tests.
  private static func file(_ day: Int64) -> String {
    "\(Day(number: 1_795_900_000_000_000_000 / Day.length + day)).sqlite"
  }
}
