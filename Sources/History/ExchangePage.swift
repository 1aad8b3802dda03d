package import Correlation
package import Formats
import SQLite
import TraceModel

/// Exchanges that follow each other in a history, and where to go on.
package struct ExchangePage: Sendable {
  package struct Entry: Sendable {
    package let id: ExchangeID
    package let exchange: StoredExchange
    package let host: Host
  }

  package var entries: [Entry] = []
  /// Older ones than this were not looked at; nil when there are none.
  package var next: ExchangeID?
  /// Whether it ended early, before it had as many as were wanted.
  package var isPartial = false

  package init() {}
}

extension HistoryReader {
  /// The newest exchanges that a query names, newest first, with its filter.
  ///
  /// - Parameters:
  ///   - bound: only older ones than this.
  ///   - isStopped: asked now and then; what was found until then is given.
  package func page(
    _ query: HistoryQuery, before bound: ExchangeID?, most: Int, clockOffsets: ClockOffsets = ClockOffsets(),
    isStopped: () -> Bool
  ) throws(HistoryProblem) -> ExchangePage {
    let told = query.told.isEmpty ? nil : try names(told: query.told)
    var page = ExchangePage()
    for day in days.reversed() where query.mayContain(day) && day <= bound?.day ?? day {
      guard page.next == nil else { break }
      try withDay(day) { (reader) throws(SQLiteError) in
        guard let names = try reader.collectNames(query, told: told) else { return }
        let hosts = try reader.hosts(clockOffsets)
        let bound = bound?.day == day ? bound?.number : nil
        let spans = try reader.spans(query, names)
        var select = try reader.prepareBackwards(query, names)
        for span in spans.reversed() where span.first < bound ?? .max {
          try reader.readBackwards(query, &select, span, before: bound) { row, number in
            page.entries.append(
              .init(
                id: ExchangeID(day, number), exchange: row.exchange,
                host: row.host(among: hosts, clockOffsets)))
            guard page.entries.count < most else {
              page.next = ExchangeID(day, number)
              return false
            }
            return true
          }
          guard page.next == nil else { return }
          if isStopped() {
            page.isPartial = true
            page.next = ExchangeID(day, span.first)
            return
          }
        }
      }
    }
    return page
  }

  /// One exchange; nil when there is none of that id, for example because retention has deleted it.
  package func exchange(
    _ id: ExchangeID, clockOffsets: ClockOffsets = ClockOffsets()
  ) throws(HistoryProblem) -> ExchangePage.Entry? {
    guard days.contains(id.day) else { return nil }
    var entry: ExchangePage.Entry?
    try withDay(id.day) { (reader) throws(SQLiteError) in
      let hosts = try reader.hosts(clockOffsets)
      guard let row = try reader.row(id.number) else { return }
      entry = .init(
        id: id, exchange: row.exchange,
        host: row.host(among: hosts, clockOffsets))
    }
    return entry
  }
}

// MARK: Rows of a day

extension DayReader {
  /// The statement of `readBackwards`.
  func prepareBackwards(_ query: HistoryQuery, _ names: WantedNames) throws(SQLiteError) -> Statement {
    try database.prepare(
      RowReader.select + " WHERE id BETWEEN ?1 AND ?2" + query.conditions(names) + " ORDER BY id DESC")
  }

  /// Gives the exchanges of a block that the query names to `body`, the last first, until that returns false.
  mutating func readBackwards(
    _ query: HistoryQuery, _ select: inout Statement, _ span: Span, before bound: Int64?,
    _ body: (borrowing HistoryRow, Int64) -> Bool
  ) throws(SQLiteError) {
    select.bind(1, span.first)
    select.bind(2, min(span.last, bound.map { $0 - 1 } ?? .max))
    while try select.step() {
      let row = try rows.row(select, trace: span.trace)
      guard query.matches(row.exchange) else { continue }
      guard body(row, select.number(0)) else { return select.reset() }
    }
  }

  /// One exchange; nil when it is not in a block.
  mutating func row(_ id: Int64) throws(SQLiteError) -> HistoryRow? {
    var block = try database.prepare("SELECT trace FROM block WHERE first <= ?1 AND last >= ?1")
    block.bind(1, id)
    guard try block.step() else { return nil }
    var select = try database.prepare(RowReader.select + " WHERE id = ?1")
    select.bind(1, id)
    guard try select.step() else { return nil }
    return try rows.row(select, trace: block.number(0))
  }
}
