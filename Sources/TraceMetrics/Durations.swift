import TraceModel

/// The buckets of a histogram: a count for each, then the sum of all durations in nanoseconds.
enum DurationBuckets {
  /// Nanoseconds up to which, inclusive, a duration is in a bucket, as text in seconds too; the last bucket has no bound.
  static let bounds: [(nanoseconds: Int64, seconds: String)] = [
    (100_000, "0.0001"), (500_000, "0.0005"), (1_000_000, "0.001"), (5_000_000, "0.005"),
    (10_000_000, "0.01"), (25_000_000, "0.025"), (50_000_000, "0.05"), (100_000_000, "0.1"),
    (250_000_000, "0.25"), (500_000_000, "0.5"), (1_000_000_000, "1"), (2_500_000_000, "2.5"),
    (5_000_000_000, "5"),
  ]
  static let count = 14
  /// Numbers of one histogram.
  static let width = count + 1

  static func observe(_ nanoseconds: Int64, in numbers: inout [UInt64], at place: Int) {
    // The clock of a file may go back.
    let nanoseconds = max(0, nanoseconds)
    var bucket = 0
    while bucket < count - 1, bounds[bucket].nanoseconds < nanoseconds { bucket += 1 }
    numbers[place + bucket] &+= 1
    numbers[place + count] &+= UInt64(nanoseconds)
  }
}

/// The histograms of those servers that have one, and of all others together.
struct ServerDurations: Sendable {
  private let indices: [IPAddress: Int]
  /// `other`, then the addresses.
  let labels: [String]
  private var numbers: [UInt64]

  init(_ addresses: [IPAddress]) {
    var indices: [IPAddress: Int] = [:]
    var labels = ["other"]
    for address in addresses where indices[address] == nil {
      indices[address] = labels.count
      labels.append(address.description)
    }
    self.indices = indices
    self.labels = labels
    numbers = [UInt64](repeating: 0, count: labels.count * DurationBuckets.width)
  }

  mutating func observe(_ nanoseconds: Int64, _ address: IPAddress) {
    let index = indices.isEmpty ? 0 : indices[address] ?? 0
    DurationBuckets.observe(nanoseconds, in: &numbers, at: index * DurationBuckets.width)
  }

  func histogram(_ index: Int) -> ArraySlice<UInt64> {
    numbers[index * DurationBuckets.width..<(index + 1) * DurationBuckets.width]
  }
}
