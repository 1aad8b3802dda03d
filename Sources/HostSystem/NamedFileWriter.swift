import RecordSinks

/// Writes to one file, and to the one that has its name when it has been renamed.
struct NamedFileWriter: BatchWriter {
  private let file: OutputFile
  private var writer: RecordWriter

  init(_ file: OutputFile) {
    self.file = file
    writer = RecordWriter(
      file.descriptor, file.isRegular ? .truncate : .complete, preamble: file.separator)
  }

  mutating func write(_ batch: RecordBatch, until isOver: () -> Bool) -> WriteOutcome {
    guard batch.records.contains(where: { $0.mark == .reopening }) else {
      return writer.write(batch, until: isOver)
    }
    var outcome = WriteOutcome()
    var part = RecordBatch()
    var start = 0
    for record in batch.records {
      if record.mark == .reopening {
        if !part.isEmpty { outcome.add(writer.write(part, until: isOver)) }
        part = RecordBatch()
        reopen()
      } else {
        part.append(
          batch.octets[start..<record.end].span, messages: record.messages, mark: record.mark)
      }
      start = record.end
    }
    if !part.isEmpty { outcome.add(writer.write(part, until: isOver)) }
    return outcome
  }

  mutating func finish(until isOver: () -> Bool) -> WriteOutcome { writer.finish(until: isOver) }

  private func reopen() {
    do throws(OutputFile.OpenError) {
      try file.reopen()
    } catch {
      Terminal.write("querent: can't open \(file.path) again (\(error)): the old file goes on\n", to: 2)
    }
  }
}
