/// The target of an `OutputWriter`.
package enum OutputTarget: Sendable {
  /// Open for writing, possibly also by other processes; not closed here.
  case descriptor(Int32)
  case file(OutputFile)
  case files(FileSeries)
  case collector(Collector)
}

extension OutputTarget {
  var writer: any BatchWriter {
    switch self {
    case .descriptor(let descriptor): RecordWriter(descriptor, .complete)
    case .file(let file): NamedFileWriter(file)
    case .files(let series): series
    case .collector(let collector): CollectorWriter(collector)
    }
  }

  /// Whether it has no reader that could delay it.
  var isOnDisk: Bool {
    switch self {
    case .file(let file): file.isRegular
    case .files: true
    case .descriptor, .collector: false
    }
  }
}

/// The treatment of a record that does not fit into the queue.
package enum OverflowPolicy: Sendable {
  /// It is refused: a live trace cannot wait.
  case refuse
  /// The caller waits for space until this returns true.
  case wait(until: @Sendable () -> Bool)
}
