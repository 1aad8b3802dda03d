import Correlation
import Formats
import Foundation
import HostSystem
import TestHistories
import Testing
import TraceModel
import Traffic

@testable import History

/// When the roll-up is written.
struct RollUpTests {
  @Test func `of a busy trace the roll-up is written once a second, and the rest of it when the trace rests`()
    throws
  {
    let history = try TestHistory()
    let store = TestStore(history)
    for number in 0..<3 { #expect(try store.write("n\(number).test").written == 2) }
    #expect(try asked(history) == "n0.test\n")
    #expect(store.isSumPending)
    store.sumUp()
    #expect(!store.isSumPending)
    #expect(try asked(history) == "n0.test\nn1.test\nn2.test\n")
  }

  @Test func `what is summed up and not written is bounded: with many addresses it is written at once`()
    throws
  {
    let history = try TestHistory()
    let store = TestStore(history)
    _ = try store.write("first.test")
    var names = 0
    repeat {
      _ = try store.write("n\(names).test", addresses: 0..<50)
      names += 1
    } while store.isSumPending
    #expect(names <= 600)
    #expect(try history.sqlite(RollUp.fileName, "SELECT count(*) FROM told") == "\(1 + 50 * names)\n")
  }

  @Test func `blocks before a transaction that failed are in the roll-up too`() throws {
    let history = try TestHistory()
    let store = TestStore(history)
    for number in 0..<3 { _ = try store.write("n\(number).test") }
    // The next day's file is no file.
    let tomorrow = Day(number: Day(of: Timestamp(nanoseconds: TestExchange().time)).number + 1)
    try FileManager.default.createDirectory(
      atPath: history.directory.path(tomorrow.fileName), withIntermediateDirectories: false)
    #expect(try store.write("lost.test", daysLater: 1).lost == 2)
    #expect(try asked(history) == "n0.test\nn1.test\nn2.test\n")
  }

  private func asked(_ history: TestHistory) throws -> String {
    try history.sqlite(RollUp.fileName, "SELECT text FROM asked JOIN name ON name.id = name ORDER BY 1")
  }
}

/// A store that writes each exchange in a transaction of its own.
private final class TestStore {
  private var store: HistoryStore

  init(_ history: TestHistory) {
    store = HistoryStore(
      history.directory,
      TraceIdentity(host: Host(name: "here"), version: "test", started: Timestamp(nanoseconds: 0)),
      Retention())
  }

  var isSumPending: Bool { store.isSumPending }
  func sumUp() { store.sumUp() }

  func write(_ name: String, addresses: Range<UInt32> = 0..<1, daysLater: Int64 = 0) throws
    -> HistoryStore.Outcome
  {
    var exchange = TestExchange()
    exchange.name = name
    exchange.addresses = Array(addresses)
    exchange.time += daysLater * Day.length
    var batch = ExchangeBatch(InterfaceNames())
    batch.append(try exchange.stored().view)
    batch.endsTransaction = true
    return store.write(batch, of: Day(of: Timestamp(nanoseconds: exchange.time)))
  }
}
