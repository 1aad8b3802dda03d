import Correlation
import DNSWire
import History
import HostSystem
import Statistics
import TraceModel

// Answers that count.
extension HistoryAPI {
  func series(_ query: APIQuery) throws(APIProblem) -> APIReply {
    let counts = try count(query, buckets: try query.number("buckets", 1...1000, otherwise: 120))
    return APIReply(JSONOutput.document { $0.series(counts) })
  }

  func overview(_ query: APIQuery) throws(APIProblem) -> APIReply {
    let most = try query.number("limit", 1...100, otherwise: 10)
    let counts = try count(query, buckets: try query.number("buckets", 1...1000, otherwise: 120))
    let fresh = try reading { (reader) throws(HistoryProblem) in
      query.isAboutTimeOnly ? try reader.newest(query.history, most: most) : []
    }
    return APIReply(
      JSONOutput.document { json in
        json.series(counts)
        json.summary(counts)
        json.rankings(counts, most)
        json.array("new_names", of: fresh) { json, name in
          json.object { json in
            json.text("name", name.name)
            json.time("first", name.first)
            json.number("count", name.count)
            json.known("process", name.process)
            json.known("executable", name.executable)
          }
        }
      })
  }

  private func count(_ query: APIQuery, buckets: Int) throws(APIProblem) -> HistoryCounts {
    let now = Timestamp(nanoseconds: Clock.wall())
    var history = query.history
    let until = history.until ?? now
    let since = history.since ?? until.advanced(byNanoseconds: -3_600_000_000_000)
    history.since = since
    guard since <= until else { throw .parameter("since", "It is after the end of the time that is counted") }
    var counts = HistoryCounts(since...until, buckets: buckets)
    let deadline = Deadline()
    let wanted = history
    return try reading { (reader) throws(HistoryProblem) in
      try reader.count(wanted, into: &counts) { deadline.isOver }
      return counts
    }
  }
}

extension APIQuery {
  /// Whether no condition but one on the time is given.
  fileprivate var isAboutTimeOnly: Bool { history.filter.isEmpty && history.told.isEmpty }
}

extension HistoryReader {
  fileprivate struct NewName {
    var name: String
    var first: Timestamp?
    var count: Int64
    var process: String?
    var executable: String?
  }

  /// The names that were seen for the first time, the newest first.
  fileprivate func newest(_ query: HistoryQuery, most: Int) throws(HistoryProblem) -> [NewName] {
    var query = query
    query.since =
      query.since ?? Timestamp(nanoseconds: Clock.wall()).advanced(byNanoseconds: -3_600_000_000_000)
    return try new(query, latest: most).rows.reversed().map { row in
      func text(_ column: Int) -> String? { if case .text(let text) = row[column] { text } else { nil } }
      func number(_ column: Int) -> Int64 { if case .number(let number) = row[column] { number } else { 0 } }
      let first: Timestamp? = if case .time(let time) = row[0] { time } else { nil }
      return NewName(
        name: text(3) ?? "", first: first, count: number(2), process: text(4), executable: text(5))
    }
  }
}

// MARK: JSON

extension JSONOutput {
  fileprivate mutating func series(_ counts: HistoryCounts) {
    time("since", counts.start)
    number("bucket_ns", counts.bucketLength)
    array("buckets", of: counts.buckets) { json, bucket in
      json.array { json in
        json.number(nil, bucket.count)
        json.number(nil, bucket.failed)
      }
    }
    flag("partial", counts.countedSince != nil)
    time("counted_since", counts.countedSince)
  }

  fileprivate mutating func summary(_ counts: HistoryCounts) {
    object("total") { json in
      json.number("count", counts.total.count)
      json.number("failed", counts.total.failed)
      json.number("unanswered", counts.unanswered)
      json.object("latency_ns") { json in
        for (name, share) in [("p50" as StaticString, 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)] {
          if let latency = counts.latencies.quantile(share) { json.number(name, latency) }
        }
        if !counts.latencies.isEmpty { json.number("max", counts.latencies.maximum) }
      }
    }
    let codes = counts.codes.sorted { $0.value > $1.value }
    array("codes", of: codes) { json, code in
      json.object { json in
        json.known("code", code.key.map { ResponseCode(rawValue: UInt16(clamping: $0)).mnemonic })
        json.number("count", code.value)
      }
    }
  }

  fileprivate mutating func rankings(_ counts: HistoryCounts, _ most: Int) {
    ranking("processes", counts.programs, most) { json, program in
      json.known("process", program.name)
      json.known("executable", program.executable)
      json.known("user", program.user)
      json.known("container", program.container)
    }
    ranking("names", counts.names, most) { $0.text("name", $1) }
    ranking("servers", counts.servers, most) { json, server in
      json.known("address", server.address)
      json.number("port", server.port)
      json.text("transport", server.transport)
    }
  }

  private mutating func ranking<Key>(
    _ name: StaticString, _ tallies: [Key: HistoryCounts.Tally], _ most: Int,
    _ write: (inout JSONOutput, Key) -> Void
  ) {
    let sorted = tallies.sorted { ($0.value.count, $0.value.failed) > ($1.value.count, $1.value.failed) }
    array(name, of: sorted.prefix(most)) { json, element in
      json.object { json in
        write(&json, element.key)
        json.number("count", element.value.count)
        json.number("failed", element.value.failed)
      }
    }
  }
}
