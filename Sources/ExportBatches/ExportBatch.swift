import History
import HostSystem

/// Exchanges of one day that are sent together, encoded for a destination.
public struct ExportBatch: Sendable {
  let day: Day
  /// The last exchange.
  let last: DayMark
  /// The same for the same exchanges, also after a crash: a destination can recognise a repetition by it.
  public let token: String
  /// Exchanges.
  public let count: Int
  /// Uncompressed.
  public let body: [UInt8]
  /// Whether more exchanges wait behind it.
  public let hasMore: Bool

  /// Compressed as gzip; nil if there is no memory.
  public var compressed: [UInt8]? { Gzip.compress(body.span) }
}
