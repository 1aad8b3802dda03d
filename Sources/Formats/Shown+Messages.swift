import Correlation

extension OutputRecord {
  /// Its messages, each alone and of the exchange's parties, for formats with a record a message.
  ///
  /// The query of a late or repeated answer is not among them: it was shown before. Nor are queries that
  /// were sent again, which the first one's `retries` count.
  var messages: [OutputRecord] {
    guard !isMessage else { return [self] }
    let isKnown = exchange.outcome == .late || exchange.outcome == .repeated
    var messages: [OutputRecord] = []
    for observation in [isKnown ? nil : exchange.query, exchange.answer] {
      guard let observation else { continue }
      let part = exchange.part(observation, retries: messages.isEmpty ? exchange.retries : 0)
      messages.append(OutputRecord(.exchange(part), sequence: sequence))
    }
    return messages
  }
}
