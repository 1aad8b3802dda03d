import Correlation
import DNSWire
import SQLite
package import TraceModel

// The answers to the questions that are asked most, each from an index.
extension HistoryReader {
  private static let program = """
    program.name, program.executable, CASE WHEN program.user <> '' THEN program.user WHEN program.uid >= 0 THEN program.uid
      END, coalesce(nullif(program.container_name, ''), program.container)
    """

  /// Who was told one of these addresses, under which name, first, last and how often.
  package func told(_ addresses: [IPAddress], _ query: HistoryQuery) throws(HistoryProblem) -> Report {
    var report = Report([
      "first", "last", "count", "address", "name", "process", "executable", "user", "container",
    ])
    try withRollUp { (database) throws(SQLiteError) in
      var select = try database.prepare(
        """
        SELECT told.first, told.last, told.count, told.address, name.text, \(Self.program) FROM told
          JOIN name ON name.id = told.name JOIN program ON program.id = told.program WHERE address = ?1
          \(Self.overlap(query, "told")) ORDER BY told.last
        """)
      for address in addresses {
        select.bind(1, text: address.description)
        while try select.step() {
          report.rows.append([
            select.time(0), select.time(1), .number(select.number(2)), .text(select.text(3)),
            .text(select.text(4)),
            select.value(5), select.value(6), select.value(7), select.value(8),
          ])
        }
      }
    }
    return report
  }

  /// The names that were seen for the first time, and who asked for them first.
  ///
  /// - Parameter most: only the latest so many, of a query that names none; nil for all.
  package func new(_ query: HistoryQuery, latest most: Int? = nil) throws(HistoryProblem) -> Report {
    var report = Report(["first", "last", "count", "name", "process", "executable", "user", "container"])
    try withRollUp { (database) throws(SQLiteError) in
      var select = try database.prepare(
        """
        SELECT name.first, max(asked.last), sum(asked.count), name.text, \(Self.program), min(asked.first) FROM name
          JOIN asked ON asked.name = name.id JOIN program ON program.id = asked.program
          WHERE 1\(query.condition(on: "name.first")) GROUP BY name.first, name.id
          ORDER BY name.first DESC, name.id DESC LIMIT \(most ?? -1)
        """)
      while try select.step() {
        guard try takes(select.text(3), query) else { continue }
        report.rows.append([
          select.time(0), select.time(1), .number(select.number(2)), .text(select.text(3)), select.value(4),
          select.value(5), select.value(6), select.value(7),
        ])
      }
    }
    report.rows.reverse()
    return report
  }

  private func takes(_ name: String, _ query: HistoryQuery) throws(SQLiteError) -> Bool {
    guard !query.filter.names.isEmpty else { return true }
    guard let name = OwnedName(name) else { return false }
    return query.filter.names.contains { $0.matches(name.view) }
  }

  /// Those of which there were most, most first.
  package func top(_ ranking: Ranking, _ query: HistoryQuery, most: Int) throws(HistoryProblem) -> Report {
    let (columns, key) = ranking.selection
    var counts: [String: (count: Int64, failed: Int64)] = [:]
    for day in days where query.mayContain(day) {
      try withDay(day) { (reader) throws(SQLiteError) in
        var select = try reader.database.prepare(
          """
          SELECT \(key), count(*), sum(\(HistoryQuery.isFailed)) FROM exchange \(ranking.join)
            WHERE \(try reader.range(query))\(query.condition(on: "exchange.time"))
            \(ranking == .failures ? " AND " + HistoryQuery.isFailed : "") GROUP BY 1
          """)
        while try select.step() {
          let key = select.text(0)
          counts[key, default: (0, 0)].count += select.number(1)
          counts[key, default: (0, 0)].failed += select.number(2)
        }
      }
    }
    var report = Report(["count", "failed"] + columns)
    let all = counts.sorted {
      $0.value.count != $1.value.count ? $0.value.count > $1.value.count : $0.key < $1.key
    }
    for (key, sum) in all.prefix(most) {
      let parts = key.split(separator: "\u{1f}", omittingEmptySubsequences: false).map(String.init)
      report.rows.append(
        [.number(sum.count), .number(sum.failed)]
          + ranking.values(parts).map { $0.isEmpty ? .none : .text($0) })
    }
    return report
  }

  /// The condition that something lasted into the time that is asked about, to stand behind AND.
  private static func overlap(_ query: HistoryQuery, _ table: String) -> String {
    var text = ""
    if let since = query.since { text += " AND \(table).last >= \(since.nanoseconds)" }
    if let until = query.until { text += " AND \(table).first <= \(until.nanoseconds)" }
    return text
  }
}

extension Ranking {
  /// The columns of the report, and one text that holds all their values.
  fileprivate var selection: (columns: [String], key: String) {
    switch self {
    case .names: (["name"], "coalesce(name.text, '')")
    case .processes:
      (
        ["process", "executable", "user", "container"],
        """
        coalesce(process.name, '') || char(31) || coalesce(process.executable, '') || char(31) ||
          coalesce(process.user, process.uid, '') || char(31) ||
          coalesce(process.container_name, process.container, '')
        """
      )
    case .servers:
      (
        ["server", "port", "transport"],
        "coalesce(path.server, '') || char(31) || coalesce(path.server_port, '') || char(31) || path.transport"
      )
    case .failures: (["code", "name"], "coalesce(exchange.rcode, '') || char(31) || coalesce(name.text, '')")
    }
  }

  fileprivate var join: String {
    switch self {
    case .names, .failures: "LEFT JOIN name ON name.id = exchange.name"
    case .processes: "LEFT JOIN process ON process.id = exchange.process"
    case .servers: "JOIN path ON path.id = coalesce(exchange.query_path, exchange.answer_path)"
    }
  }

  fileprivate func values(_ parts: [String]) -> [String] {
    guard self == .failures, let code = parts.first else { return parts }
    let mnemonic = UInt16(code).map { ResponseCode(rawValue: $0).mnemonic } ?? "unanswered"
    return [mnemonic] + parts.dropFirst()
  }
}

extension DayReader {
  /// The condition that picks the exchanges of the blocks that a query has to look at.
  func range(_ query: HistoryQuery) throws(SQLiteError) -> String {
    var select = try database.prepare(
      """
      SELECT min(first), max(last) FROM block WHERE latest >= \(query.since?.nanoseconds ?? .min)
        AND earliest <= \(query.until?.nanoseconds ?? .max)
      """)
    guard try select.step(), let first = select.optionalNumber(0) else { return "0" }
    return "exchange.id BETWEEN \(first) AND \(select.number(1))"
  }
}

extension Statement {
  func time(_ column: Int32) -> Report.Value { .time(Timestamp(nanoseconds: number(column))) }

  /// A text; nothing when it is empty or NULL.
  func value(_ column: Int32) -> Report.Value {
    let text = text(column)
    return text.isEmpty ? .none : .text(text)
  }
}
