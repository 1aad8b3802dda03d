import Correlation
import DNSWire

extension HistoryQuery {
  /// Conditions on the columns of an exchange, to stand behind AND. What they exclude, the query does not name; whether it names
  /// the others, `isUndecided` and `matches` say.
  func conditions(_ names: WantedNames) -> String {
    var text = condition(on: "time") + names.condition
    if namesProcesses {
      text += " AND (process IN (SELECT process FROM temp.wanted_process) OR more IS NOT NULL)"
    }
    if filter.unanswered { text += " AND outcome = 1" }
    if filter.failed { text += " AND " + Self.isFailed }
    if let slow = filter.slow { text += " AND (outcome = 1 OR coalesce(latency, 0) >= \(slow))" }
    if !filter.types.isEmpty {
      text += " AND type IN (\(filter.types.map { "\($0.rawValue)" }.joined(separator: ", ")))"
    }
    if !filter.codes.isEmpty {
      text += " AND rcode IN (\(filter.codes.map { "\($0.rawValue)" }.joined(separator: ", ")))"
    }
    if !filter.servers.isEmpty {
      // An address's text has digits, letters, dots and colons only.
      let addresses = filter.servers.map { "'\($0)'" }.joined(separator: ", ")
      text +=
        " AND coalesce(query_path, answer_path) IN (SELECT id FROM path WHERE server IN (\(addresses)))"
    }
    return text
  }

  /// As `ExchangeBatch.Entry.isFailed`, of the columns of an exchange.
  static let isFailed = "(exchange.outcome = 1 OR coalesce(exchange.rcode, 0) <> 0)"

  /// An expression that is 1 where the conditions alone do not decide.
  func isUndecided(_ names: WantedNames) -> String {
    if !told.isEmpty { return "1" }
    guard namesProcesses else { return names.isUndecided }
    // It may have been sent on behalf of a process that is wanted.
    return
      "(process IS NULL OR process NOT IN (SELECT process FROM temp.wanted_process)) OR \(names.isUndecided)"
  }

  /// Whether the query names an exchange of its time.
  func matches(_ exchange: StoredExchange) -> Bool {
    filter.matches(exchange.view) && (told.isEmpty || exchange.isTold(anyOf: told))
  }
}

extension HistoryQuery {
  /// Whether it names every exchange.
  var isEverything: Bool { since == nil && until == nil && filter.isEmpty && told.isEmpty && names.isEmpty }
}
