import Bytes
package import Correlation
import DNSWire
package import TraceModel
package import TracePipeline

/// Copies exchanges for a `HistoryWriter`, and says when a transaction ends: once a second of the trace's clock.
package final class HistorySubscriber: WritingSubscriber {
  private let writer: HistoryWriter
  private let interfaces: InterfaceNames
  private var selection: Selection
  private var batch: ExchangeBatch
  /// Of the exchanges in `batch`.
  private var day = Day(number: 0)
  private var lastEnd: Timestamp?
  /// Whether something was handed over that no transaction's end has followed.
  private var isOpen = false
  package var ledger = SubscriberLedger()

  /// Exchanges that are handed over together.
  private static let usual = 512
  /// Those that wait here while the queue is full.
  private static let most = 4096
  private static let mostOctets = 2 << 20
  /// Nanoseconds.
  private static let period: Int64 = 1_000_000_000

  /// - Parameter interfaces: those that the source names.
  package init(to writer: HistoryWriter, interfaces: InterfaceNames, selection: Selection = Selection()) {
    self.writer = writer
    self.interfaces = interfaces
    self.selection = selection
    batch = ExchangeBatch(interfaces)
  }

  package var followsOthers: Bool { true }

  package func select(_ filter: Filter) { selection.replace(filter) }

  /// A history has its own files.
  package func reopen() {}

  package func receive(_ exchange: borrowing Exchange, at now: Timestamp) {
    let messages = UInt64(exchange.messageCount)
    ledger.received += messages
    guard selection.admits(exchange) else {
      ledger.filtered += messages
      return
    }
    prepare(at: now)
    guard batch.count < Self.most, batch.octets.count < Self.mostOctets else {
      ledger.unwritten += messages
      return
    }
    // Of a lookup, its exchanges: what is not among them is not stored.
    if let lookup = exchange.lookup {
      for part in lookup.exchanges { batch.append(part.view) }
    } else {
      batch.append(exchange)
    }
    ledger.written += messages
    if batch.count >= Self.usual { _ = handOver(.wait) }
  }

  package func advance(to now: Timestamp) {
    guard !batch.isEmpty || isOpen else { return }
    // A clock that goes back ends a transaction too.
    if lastEnd.map({ now < $0 || now.nanoseconds(since: $0) >= Self.period }) ?? true {
      batch.endsTransaction = true
      // Without room it is tried again with the next packets.
      if handOver(.wait) { lastEnd = now }
    }
  }

  package func finish() {
    guard !batch.isEmpty else { return }
    batch.endsTransaction = true
    if !handOver(.last) { ledger.lose(batch.messages) }
  }

  private enum Patience { case wait, last }

  /// Sees to it that the batch takes an exchange of this day, and has room.
  private func prepare(at now: Timestamp) {
    let today = Day(of: now)
    if today != day {
      if !batch.isEmpty, !handOver(.wait) {
        ledger.lose(batch.messages)
        batch = ExchangeBatch(interfaces)
      }
      day = today
    }
    if batch.count >= Self.usual { _ = handOver(.wait) }
  }

  /// Hands the batch over; when that is not possible it stays, to be handed over later.
  private func handOver(_ patience: Patience) -> Bool {
    let isTaken =
      switch patience {
      case .wait: writer.offerPatiently(batch, day)
      case .last: writer.offerLast(batch, day)
      }
    guard isTaken else { return false }
    isOpen = !batch.endsTransaction
    batch = ExchangeBatch(interfaces)
    return true
  }
}
