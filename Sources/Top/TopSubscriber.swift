package import Correlation
package import DNSWire
package import Formats
import Synchronization
package import TraceModel
package import TracePipeline

/// Counts exchanges by group for `querent top`. It counts on the pipeline's thread; other threads ask for models.
package final class TopSubscriber: Subscriber, Sendable {
  private let counts: Mutex<TopCounts>
  private let host: Host

  /// - Parameters:
  ///   - kind: whether rates are of the last minute, or of all of a file.
  ///   - suffixes: for registered domains.
  ///   - keepsRecent: whether the latest exchanges are kept, to be counted anew with another filter or when a group is
  ///     opened; false where the source can be read again.
  package init(
    _ kind: TopSource.Kind, suffixes: PublicSuffixList, host: Host, names: TableFormat.Names = .ascii,
    filter: Filter = Filter(), keepsRecent: Bool = true
  ) {
    self.host = host
    counts = Mutex(
      TopCounts(kind, suffixes: suffixes, names: names, filter: filter, keepsRecent: keepsRecent))
  }

  package var ledger: SubscriberLedger { counts.withLock { $0.ledger } }

  package func receive(_ exchange: borrowing Exchange, at now: Timestamp) {
    counts.withLock { $0.receive(exchange, at: now) }
  }

  package func advance(to now: Timestamp) { counts.withLock { $0.advance(to: now) } }
}

// What the person at the terminal asks for, from any thread.
extension TopSubscriber {
  /// What a frame is to show now.
  package func model(_ request: TopRequest, _ source: TopSource) -> TopModel {
    counts.withLock { $0.model(request, source, host) }
  }

  /// Counts from nothing again, with another filter; of a live trace, from the latest exchanges on.
  package func set(_ filter: Filter) { counts.withLock { $0.set(filter) } }

  /// Counts from nothing again.
  package func clear() { counts.withLock { $0.clear() } }

  /// Counts what is shown of an opened group too.
  package func open(_ focus: TopFocus) { counts.withLock { $0.open(focus.grouping, focus.key, focus.label) } }

  package func close() { counts.withLock { $0.close() } }
}

/// A group that is opened.
package struct TopFocus: Hashable, Sendable {
  package var grouping: Grouping
  package var key: UInt64
  package var label: String

  package init(grouping: Grouping, key: UInt64, label: String) {
    self.grouping = grouping
    self.key = key
    self.label = label
  }
}
