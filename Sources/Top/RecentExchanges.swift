import Correlation
import TraceModel

/// The latest exchanges, as many as fit into bounds of number and octets.
struct RecentExchanges: Sendable {
  struct Entry: Sendable {
    let exchange: StoredExchange
    /// The moment at which its ending was known.
    let time: Timestamp
    fileprivate let cost: Int
  }

  private let most: Int
  private let mostOctets: Int
  /// A ring once there are `most` places.
  private var places: [Entry?] = []
  private var oldest = 0
  private(set) var count = 0
  private(set) var octets = 0

  /// - Parameters:
  ///   - most: exchanges, at least 1.
  ///   - octets: of all together, as estimated.
  init(most: Int, octets: Int) {
    self.most = max(1, most)
    mostOctets = octets
  }

  mutating func append(_ exchange: borrowing Exchange, at time: Timestamp) {
    let entry = Entry(exchange: StoredExchange(copying: exchange), time: time, cost: exchange.cost)
    while count > 0, count == most || octets + entry.cost > mostOctets { removeOldest() }
    let place = (oldest + count) % most
    if place == places.count { places.append(entry) } else { places[place] = entry }
    count += 1
    octets += entry.cost
  }

  private mutating func removeOldest() {
    octets -= places[oldest]?.cost ?? 0
    places[oldest] = nil
    oldest = (oldest + 1) % most
    count -= 1
  }

  /// From 0, the oldest.
  subscript(index: Int) -> Entry? {
    index >= 0 && index < count ? places[(oldest + index) % most] : nil
  }
}

extension Exchange {
  /// What it takes in memory when it is kept, in octets, roughly; its process is shared with others.
  fileprivate var cost: Int { 1024 + (query?.length ?? 0) + 2 * (answer?.length ?? 0) }
}
