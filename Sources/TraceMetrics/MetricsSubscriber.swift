package import Correlation
package import TraceModel
package import TracePipeline

/// Counts exchanges for Prometheus, on the pipeline's thread, in tables of a bounded size (`MetricsCounts`).
package final class MetricsSubscriber: Subscriber {
  // In one value, so that each call asks once whether somebody else is changing it.
  private var state: State

  fileprivate struct State {
    var counts: MetricsCounts
    let filter: Filter?
    var ledger = SubscriberLedger()
  }

  /// - Parameters:
  ///   - servers: those that have a histogram of their own.
  ///   - filter: which exchanges are counted.
  package init(servers: [IPAddress] = [], filter: Filter = Filter()) {
    state = State(counts: MetricsCounts(servers: servers), filter: filter.isEmpty ? nil : filter)
  }

  /// What has been counted so far: a copy, which another thread may read.
  package var counts: MetricsCounts { state.counts }
  package var ledger: SubscriberLedger { state.ledger }
  package var followsOthers: Bool { true }

  package func receive(_ exchange: borrowing Exchange, at now: Timestamp) { state.receive(exchange) }
}

extension MetricsSubscriber.State {
  mutating func receive(_ exchange: borrowing Exchange) {
    let messages = UInt64(exchange.messageCount)
    ledger.received += messages
    guard filter?.matches(exchange) ?? true else {
      ledger.filtered += messages
      return
    }
    counts.count(exchange)
    ledger.written += messages
  }
}
