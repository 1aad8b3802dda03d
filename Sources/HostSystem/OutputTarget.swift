/// Where an `OutputWriter` writes.
package enum OutputTarget: Sendable {
  /// Open for writing, perhaps by other processes too; not closed here.
  case descriptor(Int32)
  case file(OutputFile)
  case files(FileSeries)
  case collector(Collector)
}

extension OutputTarget {
  var writer: any BatchWriter {
    switch self {
    case .descriptor(let descriptor): RecordWriter(descriptor, .complete)
    case .file(let file):
      RecordWriter(file.descriptor, file.isRegular ? .truncate : .complete, preamble: file.separator)
    case .files(let series): series
    case .collector(let collector): CollectorWriter(collector)
    }
  }

  /// Whether it has no reader that could keep it waiting.
  var isOnDisk: Bool {
    switch self {
    case .file(let file): file.isRegular
    case .files: true
    case .descriptor, .collector: false
    }
  }
}

/// What happens to a record that finds no room.
package enum OverflowPolicy: Sendable {
  /// It is refused: a live trace can't wait.
  case refuse
  /// The caller waits for room until this returns true.
  case wait(until: @Sendable () -> Bool)
}
