package import TraceModel

/// The offsets of a local clock from UTC, in seconds, east positive, each with the time at which it starts.
package struct ClockOffsets: Sendable {
  private let offsets: [(from: Int64, seconds: Int64)]

  /// - Parameter offsets: by their starts, in seconds since the Unix epoch, ascending; the first one also applies before it.
  package init(_ offsets: [(from: Int64, seconds: Int64)]) { self.offsets = offsets }

  /// UTC.
  package init() { self.init([]) }

  package func seconds(at time: Timestamp) -> Int64 {
    // Floored, also before the epoch.
    let second =
      time.nanoseconds >= 0 ? time.nanoseconds / 1_000_000_000 : (time.nanoseconds + 1) / 1_000_000_000 - 1
    var (low, high) = (0, offsets.count)
    while low < high {
      let middle = (low + high) / 2
      if offsets[middle].from <= second { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? offsets[low - 1].seconds : offsets.first?.seconds ?? 0
  }
}
