/// A moment, in nanoseconds since the Unix epoch.
///
/// Live captures add one fixed offset to the kernel's boot clock, so differences between two
/// timestamps are exact even when somebody sets the wall clock.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Later than every packet.
  package static let distantFuture = Timestamp(nanoseconds: .max)

  package static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }

  // Written out, since what the protocol derives is called through a table from other modules.
  package static func > (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds > b.nanoseconds }

  /// Nanoseconds from `earlier` to this moment; negative when `earlier` is later.
  package func nanoseconds(since earlier: Timestamp) -> Int64 {
    nanoseconds &- earlier.nanoseconds
  }

  /// The moment `nanoseconds` after this one, held at the largest value instead of wrapping.
  package func advanced(byNanoseconds delta: Int64) -> Timestamp {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(delta)
    return Timestamp(nanoseconds: overflow ? (delta > 0 ? .max : .min) : sum)
  }
}
