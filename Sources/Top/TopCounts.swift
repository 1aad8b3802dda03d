import Correlation
import DNSWire
import Formats
import Statistics
import TraceModel
import TracePipeline

/// Everything that `querent top` counts, in bounded memory.
///
/// At most: 3,520 groups of 4 KiB (14 MiB, some 3 MiB with ordinary latencies), 4 MiB of exchanges, the opened group's
/// 2,048 groups and 1 MiB of exchanges.
struct TopCounts: Sendable {
  let kind: TopSource.Kind
  let suffixes: PublicSuffixList
  let names: TableFormat.Names
  private(set) var filter: Filter
  private let keepsRecent: Bool
  private(set) var ledger = SubscriberLedger()

  private(set) var counts = Counts()
  private(set) var unpaired: UInt64 = 0
  /// By `Grouping.index`.
  private(set) var groups = Grouping.allCases.map { GroupTable(capacity: $0.capacity) }
  /// Each second's queries; of a file, over its time.
  private(set) var window = RateWindow(seconds: TopCounts.seconds)
  private(set) var timeline = Timeline(buckets: TopCounts.seconds, width: 1_000_000)
  private(set) var latency = WindowedLatency()
  /// Whatever the filter is: another one may be set later.
  private var recent = RecentExchanges(most: 4096, octets: 4 << 20)
  private(set) var detail: DetailCounts?
  /// The moments at which the counts began and of the latest event.
  private(set) var start: Timestamp?
  private(set) var now: Timestamp?

  /// How many seconds the rates go back.
  static let seconds = 240

  init(
    _ kind: TopSource.Kind, suffixes: PublicSuffixList, names: TableFormat.Names, filter: Filter,
    keepsRecent: Bool
  ) {
    self.kind = kind
    self.keepsRecent = keepsRecent
    self.suffixes = suffixes
    self.names = names
    self.filter = filter
  }
}

// MARK: Counting

extension TopCounts {
  mutating func receive(_ exchange: borrowing Exchange, at time: Timestamp) {
    let messages = UInt64(exchange.messageCount)
    ledger.received += messages
    if keepsRecent { recent.append(exchange, at: time) }
    if filter.isEmpty || filter.matches(exchange) {
      ledger.written += messages
      count(exchange, at: time)
    } else {
      ledger.filtered += messages
    }
  }

  mutating func advance(to time: Timestamp) {
    start = start ?? time
    now = max(now ?? time, time)
  }

  private mutating func count(_ exchange: borrowing Exchange, at time: Timestamp) {
    // The queries of a file are counted when they were sent, so that its last ones do not end after it.
    let sent = exchange.query?.time ?? exchange.answer?.time ?? time
    let moment = kind == .live ? time : sent
    start = min(start ?? moment, moment)
    now = max(now ?? moment, moment)
    let fact = Fact(exchange, second: moment.second, names)
    detail?.add(exchange, fact, at: time, suffixes, names)
    guard let fact else {
      unpaired += 1
      return
    }
    counts.add(fact.ending)
    if kind == .live { window.add(at: fact.second) } else { timeline.add(at: moment.nanoseconds) }
    if let latency = fact.latency { self.latency.add(latency, at: fact.second) }
    for grouping in Grouping.allCases {
      let (suffixes, names) = (suffixes, names)
      groups[grouping.index].add(grouping.key(of: exchange, suffixes), fact) {
        grouping.label(of: exchange, suffixes, names)
      }
    }
  }
}

// MARK: What a person changes

extension TopCounts {
  /// Counts from nothing again, with another filter: of a live trace, the latest exchanges that are kept.
  mutating func set(_ filter: Filter) {
    self.filter = filter
    clear()
    let recent = recent
    for index in 0..<recent.count {
      guard let entry = recent[index], filter.isEmpty || filter.matches(entry.exchange.view) else { continue }
      count(entry.exchange.view, at: entry.time)
    }
  }

  /// Counts from nothing again.
  mutating func clear() {
    counts = Counts()
    unpaired = 0
    for index in groups.indices { groups[index].removeAll() }
    latency = WindowedLatency()
    window = RateWindow(seconds: Self.seconds)
    timeline = Timeline(buckets: Self.seconds, width: 1_000_000)
    detail = detail.map { DetailCounts($0.grouping, $0.key, $0.label) }
    start = now
  }

  /// Opens a group: counts its names and servers, of a live trace from the latest exchanges that are kept on.
  mutating func open(_ grouping: Grouping, _ key: UInt64, _ label: String) {
    var detail = DetailCounts(grouping, key, label)
    for index in 0..<recent.count {
      guard let entry = recent[index], filter.isEmpty || filter.matches(entry.exchange.view) else { continue }
      let fact = Fact(entry.exchange.view, second: entry.time.second, names)
      detail.add(entry.exchange.view, fact, at: entry.time, suffixes, names)
    }
    self.detail = detail
  }

  mutating func close() { detail = nil }
}

extension Timestamp {
  /// Whole seconds since the epoch.
  var second: Int64 { nanoseconds / 1_000_000_000 }
}

/// Latencies of the last minute and of all time, the former in steps of ten seconds.
struct WindowedLatency: Sendable {
  private(set) var all = LatencyHistogram()
  private var parts = Array(repeating: (step: Int64.min, latency: LatencyHistogram()), count: 6)

  mutating func add(_ nanoseconds: Int64, at second: Int64) {
    all.add(nanoseconds)
    let step = second / 10
    let place = Int(abs(step % Int64(parts.count)))
    guard parts[place].step <= step else { return }
    if parts[place].step < step {
      parts[place].latency.removeAll()
      parts[place].step = step
    }
    parts[place].latency.add(nanoseconds)
  }

  /// Of the last 50 to 60 seconds.
  func recent(at second: Int64) -> LatencyHistogram {
    var sum = LatencyHistogram()
    for part in parts where part.step > second / 10 - Int64(parts.count) { sum.merge(part.latency) }
    return sum
  }
}
