import Bytes
import Correlation
import DNSWire
import SQLite
import TraceModel

/// The file of one day, open for reading.
struct DayReader: ~Copyable {
  let day: Day
  let database: Database
  var rows: RowReader

  init(_ path: String, _ day: Day) throws(SchemaError) {
    let database = try Database.reading(path, .day)
    let rows = try SchemaError.of { () throws(SQLiteError) in try RowReader(database) }
    self.day = day
    self.database = database
    self.rows = rows
  }

  /// Where exchanges of one block are.
  struct Span {
    var trace: Int64
    var first: Int64
    var last: Int64
  }

  /// Gives each exchange that a query may want to `body`, in the order in which they ended, until that returns false. Whether
  /// the filter takes it is not asked.
  mutating func read(
    _ query: HistoryQuery, _ names: WantedNames, _ body: (borrowing HistoryRow) -> Bool
  ) throws(SQLiteError) {
    let spans = try spans(query, names)
    var select = try database.prepare(
      RowReader.select + " WHERE id BETWEEN ?1 AND ?2" + query.conditions(names))
    for span in spans {
      select.bind(1, span.first)
      select.bind(2, span.last)
      while try select.step() {
        let row = try rows.row(select, trace: span.trace)
        guard body(row) else { return select.reset() }
      }
    }
  }

  /// The blocks that a query has to look at.
  func spans(_ query: HistoryQuery, _ names: WantedNames) throws(SQLiteError) -> [Span] {
    var text = "SELECT trace, first, last FROM block WHERE 1"
    if let since = query.since { text += " AND latest >= \(since.nanoseconds)" }
    if let until = query.until { text += " AND earliest <= \(until.nanoseconds)" }
    if names == .listed {
      text += " AND id IN (SELECT block FROM name_block WHERE name IN (SELECT name FROM temp.wanted))"
    }
    if query.namesProcesses {
      try collectProcesses(query)
      text +=
        " AND id IN (SELECT block FROM process_block WHERE process IN (SELECT process FROM temp.wanted_process))"
    }
    var select = try database.prepare(text + " ORDER BY id")
    var spans: [Span] = []
    while try select.step() {
      spans.append(Span(trace: select.number(0), first: select.number(1), last: select.number(2)))
    }
    return spans
  }

  private func collectProcesses(_ query: HistoryQuery) throws(SQLiteError) {
    try database.execute("CREATE TEMP TABLE IF NOT EXISTS wanted_process(process INTEGER PRIMARY KEY)")
    try database.execute("DELETE FROM temp.wanted_process")
    var insert = try database.prepare("INSERT INTO temp.wanted_process VALUES(?1)")
    var select = try database.prepare("SELECT * FROM process")
    while try select.step() {
      guard query.filter.matches(ProcessRow.process(select)) else { continue }
      insert.bind(1, select.number(0))
      try insert.run()
    }
  }
}

// MARK: Summing up again

extension DayReader {
  /// Adds what a block says to the changes of a roll-up.
  mutating func sum(_ block: Int64, into changes: inout RollUp.Changes) throws(SQLiteError) {
    var select = try database.prepare(
      RowReader.select
        + " WHERE id BETWEEN (SELECT first FROM block WHERE id = ?1) AND (SELECT last FROM block WHERE id = ?1)"
    )
    select.bind(1, block)
    var batch = ExchangeBatch(InterfaceNames())
    while try select.step() {
      let row = try rows.row(select, trace: 0)
      batch.append(row.exchange.view)
    }
    changes.add(batch)
  }
}
