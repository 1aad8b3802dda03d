import TraceModel
import Correlation
import DNSWire
import PacketDecoding

// What several formats ask of an exchange.
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
  /// The moment that the record is about: the query's, or that of a lone answer.
  var time: Timestamp { query?.time ?? answer?.time ?? Timestamp(nanoseconds: 0) }
  /// The flow of the first message.
  var flow: Flow? { query?.flow ?? answer?.flow }
}

extension Exchange {
  /// Lends each exchange of a lookup to `body`, or this one if it is none, for formats that write exchanges or messages.
  func forEachExchange(_ body: (borrowing Exchange) -> Void) {
    guard let lookup else { return body(self) }
    for exchange in lookup.exchanges { body(exchange.view) }
  }

  /// Lends its messages to `body`, each alone and of the exchange's attributions, for formats with a record a message.
  ///
  /// The query of a late or repeated answer is not among them: it was shown before. Nor are queries that
  /// were sent again, which the first one's `retries` count.
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
