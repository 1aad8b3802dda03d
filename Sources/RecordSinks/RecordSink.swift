/// Where a subscriber's octets go. It never blocks for longer than its owner allows.
package protocol RecordSink: AnyObject {
  /// Takes one record that stands for `messages` messages; false when it was not taken, and is lost.
  func write(_ octets: Span<UInt8>, messages: UInt64, mark: RecordMark?) -> Bool
  /// Whether its reader has gone, so that it takes nothing more.
  var isClosed: Bool { get }
}

/// What octets are, besides a record.
package enum RecordMark: Equatable, Sendable {
  /// The first of a file; it has a name where files follow one another.
  case opens(String?)
  /// What later records of the file refer to.
  case declares
  /// The last of a file.
  case closes
}
