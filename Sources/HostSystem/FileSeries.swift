import CHost
import Glibc

/// Files that follow one another in one folder.
///
/// Each is written under its name and `.partial`, and gets its name when it is complete; so whoever finds a file by its name
/// finds all of it. No file that is there already is ever replaced.
package struct FileSeries: Sendable {
  private let folder: String
  /// How many complete files may be there; nil for any number.
  private let keep: Int?
  private let names: Names
  private var open: File?

  /// The names that such a series gives.
  package struct Names: Sendable {
    /// Whether a name belongs to the series; other files are never touched.
    let matches: @Sendable (String) -> Bool
    /// The name to take where a file has this one already; nil when there is none.
    let next: @Sendable (String) -> String?

    package init(
      matches: @escaping @Sendable (String) -> Bool, next: @escaping @Sendable (String) -> String?
    ) {
      self.matches = matches
      self.next = next
    }
  }

  private struct File: Sendable {
    var name: String
    var writer = RecordWriter(nil, .truncate)
    /// Whether something of it was lost.
    var hasLoss = false
  }

  /// - Parameter keep: complete files beyond this number are deleted, first those whose names sort first; at least 1.
  package init(folder: String, keep: Int?, names: Names) {
    self.folder = folder
    self.keep = keep
    self.names = names
  }

  /// What stands behind the name of a file that is not complete.
  package static let suffix = ".partial"

  /// Whether one of these is a file of the series, complete or not.
  package func contains(anyOf files: Set<FileIdentity>) -> Bool {
    FileSystem.names(in: folder).contains { name in
      let isPartial = name.hasSuffix(Self.suffix)
      return names.matches(isPartial ? String(name.dropLast(Self.suffix.count)) : name)
        && FileIdentity(path: path(name)).map(files.contains) == true
    }
  }

  private func path(_ name: String) -> String { "\(folder)/\(name)" }
  private func partial(_ name: String) -> String { path(name + Self.suffix) }
}

extension FileSeries: BatchWriter {
  mutating func write(_ batch: RecordBatch, until isOver: () -> Bool) -> WriteOutcome {
    var outcome = WriteOutcome()
    var start = 0
    // Runs of records that belong to one file are written at once.
    var run = RecordBatch()
    for record in batch.records {
      if case .opens(let name) = record.mark {
        append(&run, to: &outcome)
        complete(&outcome)
        open = name.map { File(name: $0) }
      }
      run.append(batch.octets[start..<record.end], messages: record.messages, mark: record.mark)
      start = record.end
      if case .closes = record.mark {
        append(&run, to: &outcome)
        complete(&outcome)
      }
    }
    append(&run, to: &outcome)
    return outcome
  }

  mutating func finish(until isOver: () -> Bool) -> WriteOutcome {
    var outcome = WriteOutcome()
    complete(&outcome)
    return outcome
  }

  private mutating func append(_ run: inout RecordBatch, to outcome: inout WriteOutcome) {
    defer { run = RecordBatch() }
    guard !run.isEmpty, var file = open else { return outcome.lost += run.messages }
    let problem = create(&file)
    let written = problem == 0 ? file.writer.write(run) { true } : file.writer.drop(run, because: problem)
    if written.problem != 0 { file.hasLoss = true }
    open = file
    outcome.add(written)
  }

  /// Makes the file unless that is done; 0, or the errno.
  private func create(_ file: inout File) -> Int32 {
    guard file.writer.descriptor == nil else { return 0 }
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    while true {
      let isTaken = FileIdentity(path: path(file.name)) != nil
      // SAFETY: the path is a NUL-terminated copy that lives for the call.
      let descriptor = isTaken ? -1 : unsafe Glibc.open(partial(file.name), flags, 0o644)
      if descriptor >= 0 {
        file.writer.descriptor = descriptor
        return 0
      }
      // Another run writes the same series.
      guard isTaken || errno == EEXIST else { return errno }
      guard let next = names.next(file.name) else { return EEXIST }
      file.name = next
    }
  }

  private mutating func complete(_ outcome: inout WriteOutcome) {
    guard var file = open else { return }
    open = nil
    outcome.unacknowledged = 0
    let ended = file.writer.end()
    outcome.add(ended)
    var isWhole = !file.hasLoss && ended.problem == 0
    guard let descriptor = file.writer.descriptor else { return }
    if close(descriptor) != 0 {
      outcome.problem = errno
      isWhole = false
    }
    // It was begun for a record, which found no room.
    guard file.writer.written > 0 else { return FileSystem.removeFile(partial(file.name)) }
    let problem = rename(file)
    if problem != 0 { outcome.problem = problem }
    // What is there is better than what can't be written.
    guard let keep, isWhole, problem == 0 else { return }
    let complete = FileSystem.names(in: folder).filter(names.matches).sorted()
    for name in complete.dropLast(keep) { FileSystem.removeFile(path(name)) }
  }

  /// Gives a complete file its name, or the next that is free; 0, or the errno.
  private func rename(_ file: File) -> Int32 {
    var name = file.name
    while true {
      // SAFETY: both paths are NUL-terminated copies that live for the call.
      let problem = -(unsafe host_rename_new(partial(file.name), path(name)))
      guard problem == EEXIST, let next = names.next(name) else { return problem }
      name = next
    }
  }
}
