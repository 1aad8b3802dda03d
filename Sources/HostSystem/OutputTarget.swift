/// Where the octets go.
package enum OutputTarget: Sendable {
  /// Open for writing, and perhaps others' too; not closed here.
  case descriptor(Int32)
  case file(OutputFile)
  case files(FileSeries)
  case collector(Collector)
}

extension OutputTarget {
  /// Whether it has no reader that could keep it waiting.
  var isOnDisk: Bool {
    switch self {
    case .file(let file): file.isRegular
    case .files: true
    case .descriptor, .collector: false
    }
  }
}

/// What becomes of a record that finds no room.
package enum OverflowPolicy: Sendable {
  /// It is refused: a live line can't wait.
  case refuse
  /// The caller waits for room until this says that it shall not.
  case wait(until: @Sendable () -> Bool)
}
