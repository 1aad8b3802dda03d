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
    try forEachDay(of: query) { (reader, names) throws(SQLiteError) in
      // By the ids of the day.
      var ids = (names: Set<Int64>(), processes: Set<Int64>(), paths: Set<Int64>())
      let columns = "time, latency, outcome, \(HistoryQuery.isFailed), name, process, \(DayReader.path)"
      try reader.forEach(columns, query, names) { row in
        let time = Timestamp(nanoseconds: row.number(2))
        summary.first = min(summary.first ?? time, time)
        summary.last = max(summary.last ?? time, time)
        summary.exchanges += 1
        if let latency = row.optionalNumber(3) { latencies.add(latency) }
        if row.number(4) == Outcome.unanswered.number { summary.unanswered += 1 }
        if row.number(5) != 0 { summary.failed += 1 }
        ids.names.insert(row.number(6))
        ids.processes.insert(row.number(7))
        ids.paths.insert(row.number(8))
      }
      try reader.texts("SELECT text FROM name WHERE id = ?1", ids.names, &sets.names)
      try reader.texts(
        """
        SELECT coalesce(executable, name) || ' ' || coalesce(uid, '') || ' ' || coalesce(container, '') FROM process WHERE id = ?1
        """, ids.processes, &sets.programs)
      try reader.texts("SELECT server FROM path WHERE id = ?1", ids.paths, &sets.servers)
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
  fileprivate func texts(
    _ select: String, _ ids: Set<Int64>, _ texts: inout Set<String>
  ) throws(SQLiteError) {
    var select = try database.prepare(select)
    for id in ids {
      select.bind(1, id)
      if try select.step() { texts.insert(select.text(0)) }
      select.reset()
    }
  }
}
