import Formats
import History
import HostSystem
import TraceModel

// Whether everything is well, and why it may not be.
extension HistoryAPI {
  func health(_ query: APIQuery) throws(APIProblem) -> APIReply {
    var history = query.history
    let now = Timestamp(nanoseconds: Clock.wall())
    history.since = history.since ?? now.advanced(byNanoseconds: -3_600_000_000_000)
    let wanted = history
    let deadline = Deadline()
    var counts = HistoryCounts((history.since ?? now)...now, buckets: 1)
    let (traces, size, first) = try reading { (reader) throws(HistoryProblem) in
      try reader.count(wanted, into: &counts) { deadline.isOver }
      return (try reader.traces(most: 20), reader.size, reader.firstDay)
    }
    let metrics = metricsFile.flatMap(MetricsFile.init)
    return APIReply(
      JSONOutput.document { json in
        json.text("version", version)
        json.time("now", now)
        json.object("history") { json in
          json.number("octets", size)
          json.known("first_day", first?.description)
        }
        json.array("traces", of: traces) { json, trace in
          json.object { json in
            json.time("started", trace.identity.started)
            json.text("version", trace.identity.version)
            json.known("host", trace.identity.host.name)
            json.known("tier", trace.identity.host.tier)
            json.text("day", trace.day.description)
            json.time("last", trace.last)
            json.number("exchanges", trace.exchanges)
          }
        }
        json.time("methods_since", counts.countedSince ?? wanted.since)
        let methods = counts.methods.sorted { ($0.value, $1.key.text) > ($1.value, $0.key.text) }
        json.array("methods", of: methods) { json, method in
          json.object { json in
            json.text("method", method.key.name)
            if case .none(let reason) = method.key { json.text("reason", reason.rawValue) }
            json.number("count", method.value)
          }
        }
        if let metrics { json.object("ledger") { $0.ledger(metrics) } }
      })
  }
}

extension AttributionMethod {
  fileprivate var text: String {
    if case .none(let reason) = self { name + reason.rawValue } else { name }
  }
}
