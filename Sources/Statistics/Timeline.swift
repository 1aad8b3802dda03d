/// How the rate of events went over a time whose length is not known before: when the buckets are used up, two become one.
///
/// Takes 8 octets a bucket, whatever the time.
package struct Timeline: Sendable {
  package private(set) var counts: [UInt64]
  /// The time that a bucket stands for, in nanoseconds.
  package private(set) var width: Int64
  /// The time at which the first bucket begins, in nanoseconds; nil before the first event.
  package private(set) var start: Int64?
  /// Buckets up to the latest event.
  package private(set) var used = 0

  /// - Parameters:
  ///   - buckets: how many, an even number.
  ///   - width: of each in the beginning, in nanoseconds.
  package init(buckets: Int, width: Int64) {
    counts = Array(repeating: 0, count: max(2, buckets + buckets % 2))
    self.width = max(1, width)
  }

  /// Counts an event; one before the first counts with it.
  package mutating func add(at nanoseconds: Int64) {
    let start = start ?? nanoseconds
    self.start = start
    let (distance, isBeyond) = nanoseconds.subtractingReportingOverflow(start)
    guard !isBeyond else { return }
    var bucket = max(0, distance) / width
    while bucket >= Int64(counts.count) {
      join()
      bucket = max(0, distance) / width
    }
    counts[Int(bucket)] += 1
    used = max(used, Int(bucket) + 1)
  }

  private mutating func join() {
    for index in 0..<counts.count / 2 { counts[index] = counts[2 * index] + counts[2 * index + 1] }
    for index in counts.count / 2..<counts.count { counts[index] = 0 }
    width *= 2
    used = (used + 1) / 2
  }

  /// The rates in `points` equal parts of the time so far, in events a second.
  package func rates(_ points: Int) -> [Double] {
    guard used > 0, points > 0 else { return [] }
    let count = min(points, used)
    let seconds = Double(width) / 1e9
    return (0..<count).map { point in
      let range = point * used / count..<(point + 1) * used / count
      return Double(counts[range].reduce(0, +)) / (seconds * Double(range.count))
    }
  }
}
