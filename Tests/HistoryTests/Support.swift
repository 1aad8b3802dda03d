import Correlation
import DNSWire
import Formats
import Lab
import PacketDecoding
import TraceModel
import TracePipeline
import TestHistories

@testable import History

extension TestHistory {
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
