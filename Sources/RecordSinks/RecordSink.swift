/// The target of a subscriber's octets. It never blocks for longer than its owner allows.
package protocol RecordSink: AnyObject {
  /// Takes one record that consists of `messages` messages; returns false if it refuses it: the record is lost.
  func write(_ octets: Span<UInt8>, messages: UInt64, mark: RecordMark?) -> Bool
  /// Whether its reader has disconnected, so that it takes nothing more.
  var isClosed: Bool { get }
}

/// The kind of octets other than a record.
package enum RecordMark: Equatable, Sendable {
  /// The head of a file; it has a name if the output is a series of files.
  case head(String?)
  /// A declaration that later records of the file refer to.
  case declaration
  /// The end of a file.
  case end
  /// The file has been renamed: the head of the one with its name follows. It has no octets.
  case reopening
}
