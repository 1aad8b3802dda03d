import SQLite

// Columns of the exchanges that a query names, without making the exchanges again where the columns say enough.
extension HistoryReader {
  /// Lends each day in which a query may name something, with the names that it wants of it.
  ///
  /// - Parameter isGoing: asked before a day is opened.
  func forEachDay(
    of query: HistoryQuery, newestFirst: Bool = false, while isGoing: () -> Bool = { true },
    _ body: (inout DayReader, WantedNames) throws(SQLiteError) -> Void
  ) throws(HistoryProblem) {
    let told = query.told.isEmpty ? nil : try names(told: query.told)
    for day in newestFirst ? days.reversed() : days where query.mayContain(day) && isGoing() {
      try withDay(day) { (reader) throws(SQLiteError) in
        guard let names = try reader.collectNames(query, told: told) else { return }
        try body(&reader, names)
      }
    }
  }
}

extension DayReader {
  /// The path of an exchange, which names its server.
  static let path = "coalesce(query_path, answer_path)"

  /// The statement of `forEach(of:_:_:_:)`, after `spans` has collected the processes that the query wants.
  ///
  /// - Parameter columns: of an exchange; the first of them is number 2 in a row.
  func prepare(
    _ columns: String, _ query: HistoryQuery, _ names: WantedNames
  ) throws(SQLiteError) -> Statement {
    try database.prepare(
      """
      SELECT id, \(query.isUndecided(names)), \(columns) FROM exchange WHERE id BETWEEN ?1 AND ?2\(query.conditions(names))
      """)
  }

  /// Gives the columns of each exchange of a block that the query names to `body`.
  mutating func forEach(
    of span: Span, _ select: inout Statement, _ query: HistoryQuery, _ body: (borrowing Statement) -> Void
  ) throws(SQLiteError) {
    select.bind(1, span.first)
    select.bind(2, span.last)
    while try select.step() {
      if select.number(1) != 0 {
        guard let row = try row(select.number(0)), query.matches(row.exchange) else { continue }
      }
      body(select)
    }
  }

  /// The same of all blocks.
  mutating func forEach(
    _ columns: String, _ query: HistoryQuery, _ names: WantedNames, _ body: (borrowing Statement) -> Void
  ) throws(SQLiteError) {
    let spans = try spans(query, names)
    var select = try prepare(columns, query, names)
    for span in spans { try forEach(of: span, &select, query, body) }
  }
}
