import DNSWire
import TraceModel

extension Exchange {
  /// An exchange that ends without an answer.
  @_lifetime(borrow table, borrow reader)
  init(
    _ slot: Int, of table: borrowing ExchangeTable, _ reader: borrowing MessageReader, _ chain: Chain?,
    _ outcome: Outcome
  ) {
    self.init(
      query: table.queries.message(slot, reader), answer: nil, outcome: outcome, role: table[slot].role,
      retries: table[slot].retries, attribution: table.queries.attribution(slot),
      answeredBy: table[slot].answeredBy, isInTarget: table[slot].isInTarget, chain: chain,
      messageCount: table[slot].messageCount, packets: table[slot].packets)
  }

  /// An exchange that `answer` completes.
  @_lifetime(borrow table, borrow reader, copy answer)
  init(
    _ slot: Int, of table: borrowing ExchangeTable, _ reader: borrowing MessageReader, _ chain: Chain?,
    answeredBy answer: borrowing DecodedMessage
  ) {
    // If the query was shown before, because it timed out or was answered, it has been counted too.
    let (outcome, isCounted): (Outcome, Bool) =
      switch table[slot].state {
      case .waiting: (.answered, false)
      case .timedOut: (.late, true)
      case .answered: (.repeated, true)
      }
    self.init(
      query: table.queries.message(slot, reader), answer: copy answer, outcome: outcome,
      role: table[slot].role, retries: table[slot].retries,
      attribution: table.attribution(of: slot, answered: answer),
      // On an interface the local server's own packet is seen, and there is no second copy to wait for.
      answeredBy: answer.isSent && table[slot].isSent ? answer.attribution : table[slot].answeredBy,
      isInTarget: table[slot].isInTarget, chain: chain,
      messageCount: isCounted ? 1 : table[slot].messageCount + 1,
      packets: table[slot].packets, answerPackets: answer.packets)
  }
}
