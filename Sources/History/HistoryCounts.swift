import Correlation
import DNSWire
import SQLite
package import Statistics
package import TraceModel

/// What the exchanges that a query names have in common, counted.
package struct HistoryCounts: Sendable {
  package struct Tally: Sendable, Equatable {
    package var count: Int64 = 0
    /// Unanswered, or with a response code other than NOERROR.
    package var failed: Int64 = 0

    package static func += (sum: inout Tally, other: Tally) {
      sum.count += other.count
      sum.failed += other.failed
    }

    mutating func add(isFailed: Bool) {
      count += 1
      if isFailed { failed += 1 }
    }
  }

  /// A program, as a person tells them apart.
  package struct Program: Hashable, Sendable {
    package var name: String
    package var executable: String
    package var user: String
    package var container: String
  }

  package struct Server: Hashable, Sendable {
    package var address: String
    package var port: Int64
    package var transport: String
  }

  package internal(set) var total = Tally()
  package internal(set) var unanswered: Int64 = 0
  package internal(set) var latencies = LatencyHistogram()
  /// Of equal length, from `start` on.
  package internal(set) var buckets: [Tally]
  package let start: Timestamp
  /// Nanoseconds.
  package let bucketLength: Int64
  /// By response code; nil for exchanges without an answer.
  package internal(set) var codes: [Int64?: Int64] = [:]
  /// By the number that the history has for the method.
  var methodNumbers: [Int64: Int64] = [:]
  /// Of each day the 1,000 most frequent.
  package internal(set) var names: [String: Tally] = [:]
  package internal(set) var programs: [Program: Tally] = [:]
  package internal(set) var servers: [Server: Tally] = [:]
  /// Nil when everything was counted; otherwise older exchanges than this were not.
  package internal(set) var countedSince: Timestamp?

  /// - Parameters:
  ///   - range: the time of the buckets, which is not empty.
  ///   - count: how many.
  package init(_ range: ClosedRange<Timestamp>, buckets count: Int) {
    start = range.lowerBound
    let length = max(1, range.upperBound.nanoseconds(since: range.lowerBound))
    bucketLength = max(1, (length + Int64(count) - 1) / Int64(count))
    buckets = Array(repeating: Tally(), count: count)
  }

  package var methods: [AttributionMethod: Int64] {
    Dictionary(
      methodNumbers.map { (AttributionMethod(number: $0.key), $0.value) }, uniquingKeysWith: +)
  }

  static let mostKeys = 1000

  mutating func add(_ row: Row) {
    total.add(isFailed: row.isFailed)
    if row.isUnanswered { unanswered += 1 }
    if let latency = row.latency { latencies.add(latency) }
    codes[row.code, default: 0] += 1
    methodNumbers[row.method, default: 0] += 1
    let since = row.time - start.nanoseconds
    if since >= 0, case let bucket = since / bucketLength, bucket < Int64(buckets.count) {
      buckets[Int(bucket)].add(isFailed: row.isFailed)
    }
  }

  /// The columns that are counted.
  struct Row {
    var time: Int64
    var latency: Int64?
    var outcome: Int64
    var code: Int64?
    var method: Int64

    var isUnanswered: Bool { outcome == Outcome.unanswered.number }
    var isFailed: Bool { isUnanswered || code ?? 0 != 0 }
  }
}

extension HistoryReader {
  /// Counts what a query names, the newest first.
  ///
  /// - Parameter isStopped: asked now and then; older exchanges are then not counted.
  package func count(
    _ query: HistoryQuery, into counts: inout HistoryCounts, isStopped: () -> Bool
  ) throws(HistoryProblem) {
    try forEachDay(of: query, newestFirst: true, while: { counts.countedSince == nil }) {
      (reader, names) throws(SQLiteError) in
      try reader.count(query, names, into: &counts, isStopped: isStopped)
    }
  }
}

extension DayReader {
  fileprivate mutating func count(
    _ query: HistoryQuery, _ names: WantedNames, into counts: inout HistoryCounts, isStopped: () -> Bool
  ) throws(SQLiteError) {
    var tallies = Tallies()
    let spans = try spans(query, names)
    var select = try prepare(
      "time, latency, outcome, rcode, method, name, process, \(Self.path)", query, names)
    for span in spans.reversed() {
      var earliest: Int64?
      try forEach(of: span, &select, query) { columns in
        let row = HistoryCounts.Row(
          time: columns.number(2), latency: columns.optionalNumber(3), outcome: columns.number(4),
          code: columns.optionalNumber(5), method: columns.number(6))
        counts.add(row)
        tallies.add(
          name: columns.number(7), process: columns.number(8), path: columns.number(9),
          isFailed: row.isFailed)
        earliest = min(earliest ?? row.time, row.time)
      }
      if isStopped(), let earliest, span.first != spans.first?.first {
        counts.countedSince = Timestamp(nanoseconds: earliest)
        break
      }
    }
    try resolve(tallies, into: &counts)
  }

  /// By the ids of the day.
  private struct Tallies {
    var names: [Int64: HistoryCounts.Tally] = [:]
    var processes: [Int64: HistoryCounts.Tally] = [:]
    var paths: [Int64: HistoryCounts.Tally] = [:]

    mutating func add(name: Int64, process: Int64, path: Int64, isFailed: Bool) {
      names[name, default: .init()].add(isFailed: isFailed)
      processes[process, default: .init()].add(isFailed: isFailed)
      paths[path, default: .init()].add(isFailed: isFailed)
    }
  }

  private func resolve(_ tallies: Tallies, into counts: inout HistoryCounts) throws(SQLiteError) {
    var name = try database.prepare("SELECT text FROM name WHERE id = ?1")
    let frequent = tallies.names.sorted { $0.value.count > $1.value.count }
    for (id, tally) in frequent.prefix(HistoryCounts.mostKeys) {
      name.bind(1, id)
      guard try name.step() else { continue }
      counts.names[name.text(0), default: .init()] += tally
      name.reset()
    }
    var process = try database.prepare(
      """
      SELECT name, coalesce(executable, ''), coalesce(user, uid, ''), coalesce(container_name, container, '')
        FROM process WHERE id = ?1
      """)
    for (id, tally) in tallies.processes {
      process.bind(1, id)
      let isKnown = try process.step()
      let program = HistoryCounts.Program(
        name: isKnown ? process.text(0) : "", executable: isKnown ? process.text(1) : "",
        user: isKnown ? process.text(2) : "", container: isKnown ? process.text(3) : "")
      counts.programs[program, default: .init()] += tally
      process.reset()
    }
    var path = try database.prepare(
      "SELECT coalesce(server, ''), server_port, transport FROM path WHERE id = ?1")
    for (id, tally) in tallies.paths {
      path.bind(1, id)
      guard try path.step() else { continue }
      let server = HistoryCounts.Server(
        address: path.text(0), port: path.number(1), transport: path.text(2))
      counts.servers[server, default: .init()] += tally
      path.reset()
    }
  }
}
