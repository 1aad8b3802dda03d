import Formats
import HostSystem
import SQLite
package import TraceModel

/// One trace that wrote into a history.
package struct RecordedTrace: Sendable {
  package let identity: TraceIdentity
  package let day: Day
  /// When the last of its exchanges began; nil if it has none.
  package let last: Timestamp?
  package let exchanges: Int64
}

extension HistoryReader {
  /// The traces of the newest days, the newest first.
  package func traces(most: Int) throws(HistoryProblem) -> [RecordedTrace] {
    var traces: [RecordedTrace] = []
    for day in days.reversed() where traces.count < most {
      try withDay(day) { (reader) throws(SQLiteError) in
        let hosts = try reader.hosts(ClockOffsets())
        var select = try reader.database.prepare(
          """
          SELECT trace.id, started, version, max(block.latest), sum(block.last - block.first + 1) FROM trace
            LEFT JOIN block ON block.trace = trace.id GROUP BY trace.id ORDER BY trace.id DESC
          """)
        while try select.step(), traces.count < most {
          traces.append(
            RecordedTrace(
              identity: TraceIdentity(
                host: hosts[select.number(0)] ?? Host(), version: select.text(2),
                started: Timestamp(nanoseconds: select.number(1))),
              day: day, last: select.optionalNumber(3).map(Timestamp.init(nanoseconds:)),
              exchanges: select.number(4)))
        }
      }
    }
    return traces
  }

  /// What the files take on the disk, in octets.
  package var size: Int64 {
    directory.names.reduce(0) { $0 + (directory.size(of: $1)) }
  }

  package var firstDay: Day? { days.first }
}
