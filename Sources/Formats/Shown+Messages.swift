import Correlation

extension Shown {
  /// Its messages, each alone and of the exchange's parties, for formats with a record a message.
  ///
  /// The query of a late or repeated answer is not among them: it was shown before. Nor are queries that
  /// were sent again, which the first one's `retries` count.
  var messages: [Shown] {
    guard !isMessage else { return [self] }
    let isKnown = exchange.outcome == .late || exchange.outcome == .repeated
    var messages: [Shown] = []
    for observation in [isKnown ? nil : exchange.query, exchange.answer] {
      guard let observation else { continue }
      var alone = Exchange(alone: observation, role: exchange.role)
      alone.outcome = exchange.outcome
      alone.party = exchange.party
      alone.answeredBy = exchange.answeredBy
      if messages.isEmpty { alone.retries = exchange.retries }
      messages.append(Shown(.exchange(alone), sequence: sequence))
    }
    return messages
  }
}
