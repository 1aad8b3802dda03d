/// Counts of durations in buckets whose width grows with the duration, so that every quantile has the same relative error.
///
/// Each power of two is divided into 16 buckets, as in HdrHistogram. Only the powers between the least and the greatest
/// duration take memory: 128 octets each, 3,472 at most.
package struct LatencyHistogram: Sendable {
  /// Of the buckets from `first` on.
  private var counts: [UInt64] = []
  /// The bucket that `counts` begins with; a multiple of 16.
  private var first = 0
  package private(set) var count: UInt64 = 0
  /// The least and the greatest duration added, in nanoseconds; both 0 while there is none.
  package private(set) var minimum: Int64 = 0
  package private(set) var maximum: Int64 = 0

  /// What `quantile` is wrong by at most, relative to the duration, from 1 µs to 137 s.
  package static let relativeError = 1.0 / 33

  package init() {}

  package var isEmpty: Bool { count == 0 }

  /// Counts one duration in nanoseconds; one below zero counts as zero.
  package mutating func add(_ nanoseconds: Int64) {
    let value = max(0, nanoseconds)
    let bucket = Self.bucket(of: value)
    makeRoom(for: bucket)
    counts[bucket - first] += 1
    minimum = count == 0 ? value : min(minimum, value)
    maximum = max(maximum, value)
    count += 1
  }

  /// Adds all that another one has counted.
  package mutating func merge(_ other: LatencyHistogram) {
    guard !other.isEmpty else { return }
    makeRoom(for: other.first)
    makeRoom(for: other.first + other.counts.count - 1)
    for (index, more) in other.counts.enumerated() { counts[other.first - first + index] += more }
    minimum = isEmpty ? other.minimum : min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    count += other.count
  }

  /// The duration in nanoseconds that a share of all durations does not exceed; nil while there is none.
  ///
  /// - Parameter share: from 0 to 1; 0.5 gives the median.
  package func quantile(_ share: Double) -> Int64? {
    guard count > 0 else { return nil }
    let rank = max(1, min(count, UInt64((share * Double(count)).rounded(.up))))
    var sum: UInt64 = 0
    for (index, some) in counts.enumerated() {
      sum += some
      if sum >= rank { return min(max(Self.value(of: first + index), minimum), maximum) }
    }
    return maximum
  }

  /// Octets that it takes, without its own fields.
  package var storage: Int { counts.capacity * MemoryLayout<UInt64>.stride }

  /// Forgets everything, and keeps its memory.
  package mutating func removeAll() {
    counts.removeAll(keepingCapacity: true)
    (first, count, minimum, maximum) = (0, 0, 0, 0)
  }
}

// MARK: Buckets

extension LatencyHistogram {
  /// A power of two has this many buckets.
  private static let perPower = 16
  /// Durations below 2^10 ns share the first power's buckets; those from 2^37 ns on share the last bucket.
  private static let leastPower = 10
  private static let greatestPower = 36
  private static let bucketCount = (greatestPower - leastPower + 1) * perPower

  private static func bucket(of value: Int64) -> Int {
    let power = 63 - value.leadingZeroBitCount
    guard value > 0, power >= leastPower else { return 0 }
    guard power <= greatestPower else { return bucketCount - 1 }
    return (power - leastPower) * perPower + Int(value >> Int64(power - 4)) & (perPower - 1)
  }

  /// The harmonic mean of a bucket's bounds, which is relatively as far from the one as from the other.
  private static func value(of bucket: Int) -> Int64 {
    let unit = Double(Int64(1) << Int64(bucket / perPower + leastPower - 4))
    let low = unit * Double(perPower + bucket % perPower)
    let high = low + unit
    return Int64(2 * low * high / (low + high))
  }

  private mutating func makeRoom(for bucket: Int) {
    if counts.isEmpty { first = bucket / Self.perPower * Self.perPower }
    while bucket < first {
      counts.insert(contentsOf: repeatElement(0, count: Self.perPower), at: 0)
      first -= Self.perPower
    }
    while bucket >= first + counts.count {
      counts.append(contentsOf: repeatElement(0, count: Self.perPower))
    }
  }
}
