/// A time, in nanoseconds since the Unix epoch.
///
/// Live captures add one fixed offset to the kernel's boot clock, so differences between two
/// timestamps are exact even if the wall clock is set.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Later than every packet.
  package static let distantFuture = Timestamp(nanoseconds: .max)

  package static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }

  // Written explicitly, because other modules call the derived ones through a witness table.
  package static func > (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds > b.nanoseconds }

  /// Nanoseconds from `earlier` to this time; negative if `earlier` is later.
  package func nanoseconds(since earlier: Timestamp) -> Int64 {
    nanoseconds &- earlier.nanoseconds
  }

  /// The time `nanoseconds` after this one; it saturates instead of wrapping.
  package func advanced(byNanoseconds delta: Int64) -> Timestamp {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(delta)
    return Timestamp(nanoseconds: overflow ? (delta > 0 ? .max : .min) : sum)
  }
}
