import DNSWire
import SQLite

/// What `HistoryReader` can count.
package enum Ranking: String, CaseIterable, Sendable {
  case names, processes, servers, failures
}

extension HistoryReader {
  /// Those of which there were most among what a query names, most first.
  package func top(_ ranking: Ranking, _ query: HistoryQuery, most: Int) throws(HistoryProblem) -> Report {
    var counts: [[String]: HistoryCounts.Tally] = [:]
    try forEachDay(of: query) { (reader, names) throws(SQLiteError) in
      try reader.rank(ranking, query, names, into: &counts)
    }
    var report = Report(["count", "failed"] + ranking.columns)
    let all = counts.sorted {
      $0.value.count != $1.value.count
        ? $0.value.count > $1.value.count : $0.key.lexicographicallyPrecedes($1.key)
    }
    for (key, tally) in all.prefix(most) {
      report.rows.append(
        [.number(tally.count), .number(tally.failed)] + key.map { $0.isEmpty ? .none : .text($0) })
    }
    return report
  }
}

extension DayReader {
  /// Ids of the day.
  private struct Key: Hashable {
    let code: Int64
    let id: Int64
  }

  fileprivate mutating func rank(
    _ ranking: Ranking, _ query: HistoryQuery, _ names: WantedNames,
    into counts: inout [[String]: HistoryCounts.Tally]
  ) throws(SQLiteError) {
    var tallies: [Key: HistoryCounts.Tally] = [:]
    let columns =
      "\(HistoryQuery.isFailed), \(ranking == .failures ? "coalesce(rcode, -1)" : "0"), \(ranking.id)"
    try forEach(columns, query, names) { row in
      let isFailed = row.number(2) != 0
      guard isFailed || ranking != .failures else { return }
      tallies[Key(code: row.number(3), id: row.number(4)), default: .init()].add(isFailed: isFailed)
    }
    var find = try database.prepare(ranking.texts)
    for (key, tally) in tallies {
      find.bind(1, key.id)
      let isKnown = try find.step()
      var texts = ranking.textColumns.map { isKnown ? find.text($0) : "" }
      if ranking == .failures {
        texts.insert(
          UInt16(exactly: key.code).map { ResponseCode(rawValue: $0).mnemonic } ?? "unanswered", at: 0)
      }
      counts[texts, default: .init()] += tally
      find.reset()
    }
  }
}

extension Ranking {
  package var columns: [String] {
    switch self {
    case .names: ["name"]
    case .processes: ["process", "executable", "user", "container"]
    case .servers: ["server", "port", "transport"]
    case .failures: ["code", "name"]
    }
  }

  /// The column of an exchange that is counted.
  fileprivate var id: String {
    switch self {
    case .names, .failures: "name"
    case .processes: "process"
    case .servers: "coalesce(query_path, answer_path)"
    }
  }

  /// What an id stands for.
  fileprivate var texts: String {
    switch self {
    case .names, .failures: "SELECT text FROM name WHERE id = ?1"
    case .processes:
      """
      SELECT name, coalesce(executable, ''), coalesce(user, uid, ''), coalesce(container_name, container, '') FROM process
        WHERE id = ?1
      """
    case .servers: "SELECT coalesce(server, ''), server_port, transport FROM path WHERE id = ?1"
    }
  }

  fileprivate var textColumns: Range<Int32> {
    switch self {
    case .names, .failures: 0..<1
    case .processes: 0..<4
    case .servers: 0..<3
    }
  }
}
