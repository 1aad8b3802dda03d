import Bytes
import Correlation
import DNSWire
import Formats
import Statistics
import TraceModel

// What a frame shows of the counts.
extension TopCounts {
  func model(_ request: TopRequest, _ source: TopSource, _ host: Host) -> TopModel {
    var model = TopModel()
    model.source = source
    if let now { model.clock = CompactTime.clock(now, offset: host.clockOffsets.seconds(at: now)) }
    model.elapsed = elapsed
    model.totals = counts
    model.unpaired = unpaired
    model.rates = rates(request.points)
    model.rate = kind == .live ? Double(window[last]) : Double(counts.queries) / Double(max(1, elapsed))
    model.latency = Quantiles(
      kind == .live ? latency.recent(at: now?.second ?? 0) : latency.all)
    model.grouping = request.grouping
    model.order = request.order
    let groups = groups[request.grouping.index]
    model.rows = rows(groups).sorted(by: request.order.precedes)
    model.isPartial = groups.replacements > 0
    model.lacksSuffixes = suffixes.isEmpty
    model.detail = detail.map { detail(of: $0, request, host) }
    return model
  }

  /// Whole seconds since the counts began; of a file, rounded up.
  private var elapsed: Int64 {
    guard let start, let now else { return 0 }
    return kind == .live
      ? now.second - start.second : (now.nanoseconds(since: start) + 999_999_999) / 1_000_000_000
  }

  /// The last second that is over.
  private var last: Int64 { (now?.second ?? 0) - 1 }

  /// The seconds that the rates of groups are of.
  private var seconds: Int { Int(max(1, min(Int64(Group.seconds), elapsed))) }

  private func rates(_ points: Int) -> [Double] {
    guard kind == .live else { return timeline.rates(points) }
    let count = max(0, min(points, window.capacity, Int(clamping: elapsed)))
    return (0..<count).map { Double(window[last - Int64(count - 1 - $0)]) }
  }

  /// - Parameter total: the queries of all groups since the counts began; those of all exchanges if nil.
  private func rows(_ groups: GroupTable, of total: UInt64? = nil) -> [TopRow] {
    groups.all.map { row($0, of: total) }
  }

  private func row(_ entry: (key: UInt64, isPartial: Bool, group: Group), of total: UInt64? = nil) -> TopRow {
    let all = Double(kind == .live ? window.sum(of: seconds, until: last) : counts.queries)
    let duration = Double(kind == .live ? Int64(seconds) : max(1, elapsed))
    let group = entry.group
    let own = Double(kind == .live ? group.window.sum(of: seconds, until: last) : group.counts.queries)
    let share = total.map { Double(group.counts.queries) / Double(max(1, $0)) } ?? own / max(1, all)
    return TopRow(
      key: entry.key, label: group.label, counts: group.counts, isPartial: entry.isPartial,
      rate: own / duration, share: min(1, share), latency: Quantiles(group.latency), lastName: group.lastName)
  }

  private func detail(of detail: DetailCounts, _ request: TopRequest, _ host: Host) -> TopDetail {
    let row =
      groups[detail.grouping.index][detail.key].map { self.row($0) }
      ?? TopRow(
        key: detail.key, label: detail.label, counts: Counts(), rate: 0, share: 0, latency: Quantiles(),
        lastName: "")
    let kinds = detail.grouping.details
    let lines = ExchangeLines(host: host, width: request.width, names: names)
    return TopDetail(
      grouping: detail.grouping, row: row,
      first: (kinds.first, parts(detail.first)), second: (kinds.second, parts(detail.second)),
      heading: lines.heading, exchanges: lines.latest(detail.latest, most: request.lines))
  }

  /// By their queries since the group was opened, or in all of the file.
  private func parts(_ groups: GroupTable) -> [TopRow] {
    let total = groups.all.reduce(0) { $0 + $1.group.counts.queries }
    return rows(groups, of: total).sorted(by: RowOrder.queries.precedes)
  }
}

extension Quantiles {
  init(_ histogram: LatencyHistogram) {
    self.init(
      p50: histogram.quantile(0.5), p95: histogram.quantile(0.95), p99: histogram.quantile(0.99))
  }
}

/// Exchanges as lines, in the columns of `querent watch`.
private struct ExchangeLines {
  private var format: TableFormat

  init(host: Host, width: Int, names: TableFormat.Names) {
    format = TableFormat(host: host, width: width, style: .plain, names: names)
  }

  var heading: String {
    var format = format
    return Self.line { format.start(&$0) }
  }

  /// The latest first.
  func latest(_ exchanges: RecentExchanges, most: Int) -> [(text: String, ending: TopDetail.ExchangeEnding)] {
    var format = format
    var lines: [(text: String, ending: TopDetail.ExchangeEnding)] = []
    for index in stride(from: exchanges.count - 1, through: max(0, exchanges.count - most), by: -1) {
      guard let stored = exchanges[index]?.exchange else { continue }
      let ending: TopDetail.ExchangeEnding =
        switch Ending(stored.view) {
        case .succeeded?: .plain
        case .nonexistent?: .nonexistent
        case .error?: .error
        case .unanswered?, nil: .unanswered
        }
      lines.append((Self.line { format.encode(stored.view, sequence: 0, to: &$0) }, ending))
    }
    return lines
  }

  private static func line(_ write: (inout ByteWriter) -> Void) -> String {
    ByteWriter.text { text in
      write(&text)
      // Without the line's end.
      text.cut(to: text.count - 1)
    }
  }
}
