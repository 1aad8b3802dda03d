/// What one frame shows: values, made from the counts at one moment.
package struct TopModel: Sendable {
  package var source = TopSource()
  /// `10:03:33`, the time of the counts.
  package var clock = ""
  /// Seconds since the counts began.
  package var elapsed: Int64 = 0

  package var totals = Counts()
  /// Late, repeated and unsolicited answers, which belong to no query that is counted.
  package var unpaired: UInt64 = 0
  /// Queries a second: of the last whole second; of a file, on average.
  package var rate: Double = 0
  /// Queries a second over time, the latest last: of the last seconds, one each; of a file, of equal parts of it.
  package var rates: [Double] = []
  package var latency = Quantiles()

  package var grouping = Grouping.process
  package var order = RowOrder.rate
  package var rows: [TopRow] = []
  /// Whether more groups were seen than are counted at a time.
  package var isPartial = false
  /// Whether registered domains are only the last two labels, as there is no list of public suffixes.
  package var lacksSuffixes = false
  /// The opened group.
  package var detail: TopDetail?

  package init() {}

  /// Sorts the groups.
  package mutating func sort(by order: RowOrder) {
    self.order = order
    rows.sort(by: order.precedes)
  }
}

/// Where the exchanges come from, and what is known of the trace itself.
package struct TopSource: Sendable {
  /// `live, tier trampoline`, or the file's name; safe for a terminal.
  package var name = ""
  package var kind = Kind.live
  /// Packets that were lost; nil when that is not known.
  package var lost: UInt64?
  /// Octets that the process takes in memory; nil when that is not known.
  package var resident: UInt64?
  /// Whether there is more to come.
  package var isReading = true
  /// What went wrong with a file.
  package var failure: String?

  package enum Kind: Sendable { case live, recorded }

  package init() {}
}

/// Latencies in nanoseconds; nil without an answer.
package struct Quantiles: Hashable, Sendable {
  package var p50: Int64?
  package var p95: Int64?
  package var p99: Int64?

  package init(p50: Int64? = nil, p95: Int64? = nil, p99: Int64? = nil) {
    self.p50 = p50
    self.p95 = p95
    self.p99 = p99
  }
}

/// One group.
package struct TopRow: Sendable {
  package var key: UInt64
  /// Safe for a terminal.
  package var label: String
  package var counts: Counts
  /// Whether the group may have had more queries, before it took another one's place.
  package var isPartial = false
  /// Queries a second in the last minute; of a file, in all of it.
  package var rate: Double
  /// Of the queries of all groups in the same time, from 0 to 1.
  package var share: Double
  package var latency: Quantiles
  package var lastName: String

  package init(
    key: UInt64, label: String, counts: Counts, isPartial: Bool = false, rate: Double, share: Double,
    latency: Quantiles, lastName: String
  ) {
    self.key = key
    self.label = label
    self.counts = counts
    self.isPartial = isPartial
    self.rate = rate
    self.share = share
    self.latency = latency
    self.lastName = lastName
  }
}

/// An opened group.
package struct TopDetail: Sendable {
  package var grouping: Grouping
  package var row: TopRow
  /// The group's names and servers, or what else divides it.
  package var first: (grouping: Grouping, rows: [TopRow])
  package var second: (grouping: Grouping, rows: [TopRow])
  /// The columns' titles of `exchanges`.
  package var heading: String
  /// Lines as `querent watch` shows them, the latest first.
  package var exchanges: [(text: String, ending: ExchangeEnding)]

  package enum ExchangeEnding: Sendable { case plain, nonexistent, error, unanswered }

  package init(
    grouping: Grouping, row: TopRow, first: (grouping: Grouping, rows: [TopRow]),
    second: (grouping: Grouping, rows: [TopRow]), heading: String,
    exchanges: [(text: String, ending: ExchangeEnding)]
  ) {
    self.grouping = grouping
    self.row = row
    self.first = first
    self.second = second
    self.heading = heading
    self.exchanges = exchanges
  }
}

/// What the groups are sorted by; the greatest is first, of labels the least.
package enum RowOrder: CaseIterable, Sendable {
  case rate, queries, errors, nonexistent, unanswered, p50, p99, label

  func precedes(_ left: TopRow, _ right: TopRow) -> Bool {
    func first<Value: Comparable>(_ value: (TopRow) -> Value) -> Bool? {
      let (a, b) = (value(left), value(right))
      return a == b ? nil : a > b
    }
    let own: Bool? =
      switch self {
      case .rate: first(\.rate)
      case .queries: first(\.counts.queries)
      case .errors: first(\.counts.errors)
      case .nonexistent: first(\.counts.nonexistent)
      case .unanswered: first(\.counts.unanswered)
      case .p50: first { $0.latency.p50 ?? -1 }
      case .p99: first { $0.latency.p99 ?? -1 }
      case .label: nil
      }
    return own ?? (self == .label ? nil : first(\.counts.queries))
      ?? (left.label == right.label ? left.key < right.key : left.label < right.label)
  }
}

/// What a model is to show.
package struct TopRequest: Sendable {
  package var grouping = Grouping.process
  package var order = RowOrder.rate
  /// The most points of `TopModel.rates`.
  package var points = 60
  /// The width of the lines of the opened group's exchanges, and how many there may be.
  package var width = 80
  package var lines = 100

  package init() {}
}
