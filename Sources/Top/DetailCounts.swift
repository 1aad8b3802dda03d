import Correlation
import DNSWire
import Formats
import TraceModel

/// What is counted of the opened group besides its row.
struct DetailCounts: Sendable {
  let grouping: Grouping
  let key: UInt64
  let label: String
  private(set) var first = GroupTable(capacity: 1024)
  private(set) var second = GroupTable(capacity: 1024)
  /// Its latest exchanges, and answers that belong to no query.
  private(set) var latest = RecentExchanges(most: 256, octets: 1 << 20)

  init(_ grouping: Grouping, _ key: UInt64, _ label: String) {
    self.grouping = grouping
    self.key = key
    self.label = label
  }
}

extension DetailCounts {
  /// Counts an exchange if it is in the group.
  ///
  /// - Parameter fact: nil for what is no query, which is only listed.
  mutating func add(
    _ exchange: borrowing Exchange, _ fact: Fact?, at time: Timestamp, _ suffixes: PublicSuffixList,
    _ names: TableFormat.Names
  ) {
    guard grouping.key(of: exchange, suffixes) == key else { return }
    latest.append(exchange, at: time)
    guard let fact else { return }
    let details = grouping.details
    first.add(details.first.key(of: exchange, suffixes), fact) {
      details.first.label(of: exchange, suffixes, names)
    }
    second.add(details.second.key(of: exchange, suffixes), fact) {
      details.second.label(of: exchange, suffixes, names)
    }
  }
}
