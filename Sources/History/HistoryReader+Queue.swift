package import Correlation
package import Formats
import SQLite

/// A place in the file of a day: the number of an exchange, and when the trace that stored it started, in nanoseconds since the
/// epoch. Power loss may take the last transactions; then another trace uses their numbers again.
package struct DayMark: Hashable, Sendable {
  package var number: Int64
  package var started: Int64

  /// Before the first exchange.
  package static let start = DayMark(number: 0, started: 0)

  package init(number: Int64, started: Int64) {
    self.number = number
    self.started = started
  }
}

/// One exchange, with what another host needs to tell it from all others.
package struct OriginatedExchange {
  package let id: ExchangeID
  package let exchange: StoredExchange
  package let host: Host
  /// Another number than that of the exchange before means that `host` may be another one.
  package let trace: Int64
  /// The machine and the start of the trace: letters, digits and a dot. With the id it identifies the exchange among those of all
  /// hosts, also when a history is deleted and begun again.
  package let origin: String
  /// When the trace started, in nanoseconds since the epoch.
  package let started: Int64
}

// The history as a queue: exchanges by their numbers, in the order in which they ended.
extension HistoryReader {
  /// The last exchange that is committed in the file of a day; nil when there is none.
  ///
  /// - Parameter marks: of earlier answers.
  /// - Returns: for each mark, the number of the last exchange up to it that is still the same.
  package func end(
    of day: Day, since marks: [DayMark]
  ) throws(HistoryProblem) -> (last: DayMark, unchanged: [Int64])? {
    var end: (last: DayMark, unchanged: [Int64])?
    try withDay(day) { (reader) throws(SQLiteError) in
      var select = try reader.database.prepare(
        "SELECT last, started FROM block LEFT JOIN trace ON trace.id = block.trace ORDER BY block.id DESC LIMIT 1"
      )
      guard try select.step() else { return }
      // A file may be damaged.
      let last = DayMark(number: max(0, select.number(0)), started: select.number(1))
      var unchanged: [Int64] = []
      for mark in marks { unchanged.append(try reader.unchanged(upTo: mark)) }
      end = (last, unchanged)
    }
    return end
  }

  /// Gives the exchanges of a range of numbers to `body`, until that returns false.
  package func exchanges(
    of day: Day, _ range: ClosedRange<Int64>, _ body: (borrowing OriginatedExchange) -> Bool
  ) throws(HistoryProblem) {
    try withDay(day) { (reader) throws(SQLiteError) in
      let hosts = try reader.hosts(ClockOffsets())
      let origins = try reader.origins()
      for span in try reader.spans(in: range) {
        let origin = origins[span.trace] ?? (name: "0.0", started: 0)
        let isGoing = try reader.read(span) { row, number in
          body(
            OriginatedExchange(
              id: ExchangeID(day, number), exchange: row.exchange,
              host: row.host(among: hosts, ClockOffsets()),
              trace: row.trace, origin: origin.name, started: origin.started))
        }
        guard isGoing else { return }
      }
    }
  }
}

extension DayReader {
  fileprivate func unchanged(upTo mark: DayMark) throws(SQLiteError) -> Int64 {
    // The last block of the same trace, clipped: what follows it has been lost, and what has its numbers is of another trace.
    var select = try database.prepare(
      """
      SELECT min(last, ?1) FROM block LEFT JOIN trace ON trace.id = block.trace
        WHERE first <= ?1 AND coalesce(started, 0) = ?2 ORDER BY block.id DESC LIMIT 1
      """)
    select.bind(1, mark.number)
    select.bind(2, mark.started)
    return try select.step() ? max(0, select.number(0)) : 0
  }

  /// By the ids of traces.
  fileprivate func origins() throws(SQLiteError) -> [Int64: (name: String, started: Int64)] {
    var origins: [Int64: (name: String, started: Int64)] = [:]
    var select = try database.prepare("SELECT id, coalesce(machine, ''), started FROM trace")
    while try select.step() {
      // What is in a file is not trusted to be a machine id.
      let machine = select.text(1).filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(32)
      let started = select.number(2)
      origins[select.number(0)] = ("\(machine.isEmpty ? "0" : String(machine)).\(started)", started)
    }
    return origins
  }

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
