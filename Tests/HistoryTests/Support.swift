import Correlation
import DNSWire
import Formats
import Foundation
import HostSystem
import Lab
import PacketDecoding
import TraceModel
import TracePipeline
import Traffic

@testable import History

/// A history in a directory of its own.
final class TestHistory {
  let folder: Folder
  let directory: GuardedDirectory
  var retention = Retention()
  let interfaces = InterfaceNames()

  init() throws {
    folder = try Folder()
    directory = try GuardedDirectory(creating: folder.path("history"), readableBy: "")
  }

  /// Stores exchanges, in one transaction for each group; gives the subscriber's ledger.
  @discardableResult
  func store(_ groups: [[TestExchange]]) throws -> SubscriberLedger {
    let writer = HistoryWriter { _ in }
    let subscriber = HistorySubscriber(to: writer, interfaces: interfaces)
    try writer.start(
      directory, TraceIdentity(host: Host(name: "here"), version: "test", started: Timestamp(nanoseconds: 0)),
      retention,
      overflowPolicy: .wait { false })
    var now = Timestamp(nanoseconds: 0)
    for group in groups {
      for exchange in group {
        now = Timestamp(nanoseconds: exchange.time + 1_000_000)
        // In a statement of its own: the compiler destroys what a call that throws has not made.
        let stored = try exchange.stored()
        subscriber.receive(stored.view, at: now)
      }
      subscriber.advance(to: now)
      // The next group is another second's.
      subscriber.advance(to: now.advanced(byNanoseconds: 2_000_000_000))
    }
    subscriber.finish()
    subscriber.ledger.lose(writer.finish().messages)
    return subscriber.ledger
  }

  func reader() throws -> HistoryReader { try HistoryReader(directory) }

  /// The exchanges that a query finds.
  func exchanges(_ query: HistoryQuery = HistoryQuery()) throws -> [StoredExchange] {
    let keeper = Keeper(Selection(query.filter))
    var replay = HistoryReplay([keeper], unit: .exchanges, host: CurrentHost(Host()))
    try replay.run(reader(), query, clockOffsets: ClockOffsets()) { false }
    return keeper.exchanges
  }

  func names(_ query: HistoryQuery = HistoryQuery()) throws -> [String] {
    try exchanges(query).compactMap { $0.view.question?.qname.presentation(finalDot: false) }
  }

  /// What the sqlite3 client prints.
  func sqlite(_ file: String, _ text: String) throws -> String {
    let client = try Running(["sqlite3", "-readonly", directory.path(file), text])
    guard client.wait() == 0 else { throw LabError(client.errorText) }
    return client.text
  }
}

extension HistoryQuery {
  init(named patterns: String...) throws {
    self.init()
    names = patterns
    filter.names = patterns.compactMap(NamePattern.init)
    guard filter.names.count == patterns.count else { throw LabError("no pattern") }
  }
}

/// Keeps what its selection admits.
private final class Keeper: Subscriber {
  private(set) var exchanges: [StoredExchange] = []
  private let selection: Selection
  let ledger = SubscriberLedger()

  init(_ selection: Selection) { self.selection = selection }

  func receive(_ exchange: borrowing Exchange, at now: Timestamp) {
    if selection.admits(exchange) { exchanges.append(StoredExchange(copying: exchange)) }
  }
}
