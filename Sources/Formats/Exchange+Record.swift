package import TraceModel
package import Correlation
import DNSWire
import PacketDecoding

// Properties of an exchange that several formats need.
extension Exchange {
  /// The answer's EDNS, else the query's.
  var edns: EDNS? {
    @_lifetime(copy self)
    get {
      if let edns = answer?.message.edns { return edns }
      return query?.message.edns
    }
  }
  var header: Header? { query?.header ?? answer?.header }
  var owner: TaskSnapshot? { attribution.owner }
  var details: ProcessDetails? { attribution.details }
  /// The time of the record: the query's, or that of an answer without a query.
  package var time: Timestamp { query?.time ?? answer?.time ?? Timestamp(nanoseconds: 0) }
  /// The flow of the first message.
  var flow: Flow? { query?.flow ?? answer?.flow }
}

extension Exchange {
  /// Calls `body` with each exchange of a lookup, or with this one if it is not a lookup, for formats without lookups.
  func forEachExchange(_ body: (borrowing Exchange) -> Void) {
    guard let lookup else { return body(self) }
    for exchange in lookup.exchanges { body(exchange.view) }
  }

  /// Calls `body` with each message, with the exchange's attributions, for formats with a record per message.
  ///
  /// The query of a late or repeated answer is omitted, because it was shown before. Repetitions of a query
  /// are omitted too; `retries` of the first one counts them.
  func forEachMessage(_ body: (borrowing Exchange) -> Void) {
    forEachExchange { $0.forEachOwnMessage(body) }
  }

  private func forEachOwnMessage(_ body: (borrowing Exchange) -> Void) {
    guard !isMessage else { return body(self) }
    let isKnown = outcome == .late || outcome == .repeated
    if let query, !isKnown { body(part(query, retries: retries)) }
    if let answer { body(part(answer, retries: query == nil || isKnown ? retries : 0)) }
  }
}
