import Correlation
import DNSWire
import SQLite
package import TraceModel

// The answers to the questions that are asked most, each from an index of the roll-up. Of a filter they take the conditions on
// names, processes, users and containers; the others are not summed up.
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
          \(Self.overlap(query, "told"))\(try query.programs(database).of("told")) ORDER BY told.last
        """)
      for address in addresses {
        select.bind(1, text: address.description)
        while try select.step() {
          guard takes(select.text(4), query) else { continue }
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

  /// The names that were seen for the first time, and who asked for them first; with conditions on processes, those that these
  /// asked for the first time.
  ///
  /// - Parameter most: only the latest so many, of a query that names none; nil for all.
  package func new(_ query: HistoryQuery, latest most: Int? = nil) throws(HistoryProblem) -> Report {
    var report = Report(["first", "last", "count", "name", "process", "executable", "user", "container"])
    try withRollUp { (database) throws(SQLiteError) in
      let programs = try query.programs(database)
      // Without them the index of the names' own times is used. Beside one min(), the other columns are of its row.
      let last = "(SELECT max(last) FROM asked AS other WHERE other.name = name.id\(programs.of("other")))"
      let columns = "\(last), sum(asked.count), name.text, \(Self.program)"
      let text =
        programs.areAll
        ? """
        SELECT name.first, \(columns), min(asked.first) FROM name
          JOIN asked ON asked.name = name.id JOIN program ON program.id = asked.program
          WHERE 1\(query.condition(on: "name.first")) GROUP BY name.first, name.id
          ORDER BY name.first DESC, name.id DESC LIMIT \(most ?? -1)
        """
        : """
        SELECT min(asked.first), \(columns) FROM asked
          JOIN name ON name.id = asked.name JOIN program ON program.id = asked.program
          WHERE 1\(programs.of("asked")) GROUP BY name.id HAVING 1\(query.condition(on: "min(asked.first)"))
          ORDER BY 1 DESC, name.id DESC LIMIT \(most ?? -1)
        """
      var select = try database.prepare(text)
      while try select.step() {
        guard takes(select.text(3), query) else { continue }
        report.rows.append([
          select.time(0), select.time(1), .number(select.number(2)), .text(select.text(3)), select.value(4),
          select.value(5), select.value(6), select.value(7),
        ])
      }
    }
    report.rows.reverse()
    return report
  }

  /// The number of a user of the traced host, by name; nil when no process of that user was seen.
  package func uid(of user: String) throws(HistoryProblem) -> UInt32? {
    var uid: UInt32?
    try withRollUp { (database) throws(SQLiteError) in
      var select = try database.prepare("SELECT uid FROM program WHERE user = ?1 AND uid >= 0 LIMIT 1")
      select.bind(1, text: user)
      if try select.step() { uid = UInt32(exactly: select.number(0)) }
    }
    return uid
  }

  private func takes(_ name: String, _ query: HistoryQuery) -> Bool {
    guard !query.filter.names.isEmpty else { return true }
    guard let name = OwnedName(name) else { return false }
    return query.filter.names.contains { $0.matches(name.view) }
  }

  /// The condition that something lasted into the time that is asked about, to stand behind AND.
  private static func overlap(_ query: HistoryQuery, _ table: String) -> String {
    var text = ""
    if let since = query.since { text += " AND \(table).last >= \(since.nanoseconds)" }
    if let until = query.until { text += " AND \(table).first <= \(until.nanoseconds)" }
    return text
  }
}

/// The programs that a query names.
private struct WantedPrograms {
  /// Nil for all.
  let ids: [Int64]?

  var areAll: Bool { ids == nil }

  /// The condition on a row of a table of the roll-up, to stand behind AND.
  func of(_ table: String) -> String {
    ids.map { " AND \(table).program IN (\($0.map(String.init).joined(separator: ", ")))" } ?? ""
  }
}

extension HistoryQuery {
  fileprivate func programs(_ database: borrowing Database) throws(SQLiteError) -> WantedPrograms {
    guard namesProcesses else { return WantedPrograms(ids: nil) }
    var ids: [Int64] = []
    var select = try database.prepare(
      "SELECT id, name, executable, uid, container, container_name FROM program")
    while try select.step() {
      let program = Program(
        name: select.text(1), executable: select.text(2), uid: select.number(3), container: select.text(4),
        containerName: select.text(5))
      if filter.matches(program.process) { ids.append(select.number(0)) }
    }
    return WantedPrograms(ids: ids)
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
