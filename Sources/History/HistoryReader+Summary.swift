import Correlation
import DNSWire
import SQLite
import Statistics
package import TraceModel

/// What a history says in numbers.
package struct HistorySummary: Sendable, Equatable {
  package var first: Timestamp?
  package var last: Timestamp?
  package var exchanges: Int64 = 0
  package var failed: Int64 = 0
  package var unanswered: Int64 = 0
  package var names = 0
  package var programs = 0
  package var servers = 0
  /// Quantiles of the latencies in nanoseconds, with the error of `LatencyHistogram`.
  package var median: Int64?
  package var p95: Int64?
  package var p99: Int64?
}

extension HistoryReader {
  package func summary(_ query: HistoryQuery) throws(HistoryProblem) -> HistorySummary {
    var summary = HistorySummary()
    var latencies = LatencyHistogram()
    var sets = (names: Set<String>(), programs: Set<String>(), servers: Set<String>())
    for day in days where query.mayContain(day) {
      try withDay(day) { (reader) throws(SQLiteError) in
        let range = "\(try reader.range(query))\(query.condition(on: "exchange.time"))"
        var select = try reader.database.prepare(
          "SELECT time, latency, outcome, \(HistoryQuery.isFailed) FROM exchange WHERE \(range)")
        while try select.step() {
          let time = Timestamp(nanoseconds: select.number(0))
          summary.first = min(summary.first ?? time, time)
          summary.last = max(summary.last ?? time, time)
          summary.exchanges += 1
          if select.number(2) == Outcome.unanswered.number { summary.unanswered += 1 }
          if select.number(3) != 0 { summary.failed += 1 }
          if let latency = select.optionalNumber(1) { latencies.add(latency) }
        }
        try reader.texts(
          "SELECT text FROM name WHERE id IN (SELECT name FROM exchange WHERE \(range))", &sets.names)
        try reader.texts(
          """
          SELECT DISTINCT coalesce(executable, name) || ' ' || coalesce(uid, '') || ' ' || coalesce(container, '') FROM process
            WHERE id IN (SELECT process FROM exchange WHERE \(range))
          """, &sets.programs)
        try reader.texts(
          "SELECT DISTINCT server FROM path WHERE id IN (SELECT query_path FROM exchange WHERE \(range))",
          &sets.servers)
      }
    }
    (summary.names, summary.programs, summary.servers) = (
      sets.names.count, sets.programs.count, sets.servers.count
    )
    (summary.median, summary.p95, summary.p99) = (
      latencies.quantile(0.5), latencies.quantile(0.95), latencies.quantile(0.99)
    )
    return summary
  }
}

extension DayReader {
  fileprivate func texts(_ select: String, _ texts: inout Set<String>) throws(SQLiteError) {
    var select = try database.prepare(select)
    while try select.step() { texts.insert(select.text(0)) }
  }
}
