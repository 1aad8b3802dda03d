package import Correlation
package import Formats
import SQLite
package import TraceModel

/// What the file of a day holds that is committed.
package struct DayExtent: Hashable, Sendable {
  /// Who wrote the file first, and when: another history of the same day has another origin.
  package var origin: String
  /// The number of the last exchange.
  package var last: Int64
  /// When the last exchange began.
  package var latest: Timestamp
}

/// One exchange, with what another host needs to tell it from all others.
package struct OriginatedExchange {
  package let id: ExchangeID
  package let exchange: StoredExchange
  package let host: Host
  /// Another number than that of the exchange before means that `host` may be another one.
  package let trace: Int64
}

// The history as a queue: exchanges by their numbers, in the order in which they ended.
extension HistoryReader {
  /// Nil when nothing is committed in the file of this day, or when there is none.
  package func extent(of day: Day) throws(HistoryProblem) -> DayExtent? {
    var extent: DayExtent?
    try withDay(day) { (reader) throws(SQLiteError) in
      var select = try reader.database.prepare(
        """
        SELECT coalesce(machine, ''), started, (SELECT max(last) FROM block), (SELECT max(latest) FROM block) FROM trace
          ORDER BY id LIMIT 1
        """)
      guard try select.step(), let last = select.optionalNumber(2) else { return }
      extent = DayExtent(
        origin: Self.origin(machine: select.text(0), started: select.number(1)), last: last,
        latest: Timestamp(nanoseconds: select.number(3)))
    }
    return extent
  }

  /// Hexadecimal digits and a dot: what is in a file is not trusted to be a machine id.
  private static func origin(machine: String, started: Int64) -> String {
    let digits = machine.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(32)
    return "\(digits.isEmpty ? "0" : String(digits)).\(started)"
  }

  /// Gives the exchanges of a range of numbers to `body`, until that returns false.
  package func exchanges(
    of day: Day, _ range: ClosedRange<Int64>, _ body: (borrowing OriginatedExchange) -> Bool
  ) throws(HistoryProblem) {
    try withDay(day) { (reader) throws(SQLiteError) in
      let hosts = try reader.hosts(ClockOffsets())
      for span in try reader.spans(in: range) {
        let isGoing = try reader.read(span) { row, number in
          body(
            OriginatedExchange(
              id: ExchangeID(day, number), exchange: row.exchange,
              host: row.host(among: hosts, ClockOffsets()),
              trace: row.trace))
        }
        guard isGoing else { return }
      }
    }
  }
}

extension DayReader {
  /// The parts of a range, each of one trace.
  fileprivate func spans(in range: ClosedRange<Int64>) throws(SQLiteError) -> [Span] {
    var select = try database.prepare(
      "SELECT trace, first, last FROM block WHERE last >= ?1 AND first <= ?2 ORDER BY id")
    select.bind(1, range.lowerBound)
    select.bind(2, range.upperBound)
    var spans: [Span] = []
    while try select.step() {
      spans.append(
        Span(
          trace: select.number(0), first: max(select.number(1), range.lowerBound),
          last: min(select.number(2), range.upperBound)))
    }
    return spans
  }

  /// Gives each exchange with its number to `body`, until that returns false; returns what it returned last.
  fileprivate mutating func read(
    _ span: Span, _ body: (borrowing HistoryRow, Int64) -> Bool
  ) throws(SQLiteError) -> Bool {
    var select = try database.prepare(RowReader.select + " WHERE id BETWEEN ?1 AND ?2 ORDER BY id")
    select.bind(1, span.first)
    select.bind(2, span.last)
    while try select.step() {
      let row = try rows.row(select, trace: span.trace)
      guard body(row, select.number(0)) else { return false }
    }
    return true
  }
}
