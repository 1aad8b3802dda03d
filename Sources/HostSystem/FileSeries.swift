import CHost
import Glibc
import ProcFS
import RecordSinks
import SystemPackage

/// A series of files in one directory.
///
/// Each is written under its name with the suffix `.partial`, and is renamed when it is complete, so a file without that
/// suffix is always complete. An existing file is never replaced.
package struct FileSeries: Sendable {
  let directory: String
  /// The maximum number of complete files; nil for any number.
  private let keep: Int?
  private let names: Names
  private var open: File?

  /// The names of such a series.
  package struct Names: Sendable {
    /// Whether a name belongs to the series; other files are never touched.
    let matches: @Sendable (String) -> Bool
    /// The name to use if a file has this one already; nil if there is none.
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
    /// Whether a record of it was lost.
    var hasLoss = false
  }

  /// - Parameter keep: complete files beyond this number are deleted, in the order of their names; at least 1.
  package init(directory: String, keep: Int?, names: Names) {
    self.directory = directory
    self.keep = keep
    self.names = names
  }

  /// The suffix of a file that is not complete.
  package static let suffix = ".partial"

  /// Whether one of these files belongs to the series, complete or not.
  package func contains(anyOf files: Set<FileIdentity>) -> Bool {
    ProcFS.names(in: directory).contains { name in
      let isPartial = name.hasSuffix(Self.suffix)
      return names.matches(isPartial ? String(name.dropLast(Self.suffix.count)) : name)
        && FileIdentity(path: path(name)).map(files.contains) == true
    }
  }

  private func path(_ name: String) -> String { "\(directory)/\(name)" }
  private func partial(_ name: String) -> String { path(name + Self.suffix) }
}

extension FileSeries: BatchWriter {
  mutating func write(_ batch: RecordBatch, until isOver: () -> Bool) -> WriteOutcome {
    var outcome = WriteOutcome()
    var start = 0
    // Successive records of one file are written at once.
    var run = RecordBatch()
    for record in batch.records {
      if case .head(let name) = record.mark {
        append(&run, to: &outcome)
        complete(&outcome)
        open = name.map { File(name: $0) }
      }
      run.append(batch.octets[start..<record.end].span, messages: record.messages, mark: record.mark)
      start = record.end
      if case .end = record.mark {
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
    let written: WriteOutcome
    do throws(Errno) {
      try create(&file)
      written = file.writer.write(run) { true }
    } catch {
      written = file.writer.drop(run, because: error)
    }
    if written.error != nil { file.hasLoss = true }
    open = file
    outcome.add(written)
  }

  /// Creates the file, unless it exists already.
  private func create(_ file: inout File) throws(Errno) {
    guard file.writer.descriptor == nil else { return }
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    while true {
      let isTaken = FileIdentity(path: path(file.name)) != nil
      // SAFETY: the path is a NUL-terminated copy that lives for the call.
      let descriptor = isTaken ? -1 : unsafe Glibc.open(partial(file.name), flags, 0o644)
      if descriptor >= 0 {
        file.writer.descriptor = descriptor
        return
      }
      // Another process writes the same series.
      let error = isTaken ? .fileExists : Errno.current
      guard error == .fileExists, let next = names.next(file.name) else { throw error }
      file.name = next
    }
  }

  private mutating func complete(_ outcome: inout WriteOutcome) {
    guard var file = open else { return }
    open = nil
    outcome.unacknowledged = 0
    let ended = file.writer.end()
    outcome.add(ended)
    var isWhole = !file.hasLoss && ended.error == nil
    guard let descriptor = file.writer.descriptor else { return }
    if close(descriptor) != 0 {
      outcome.error = .current
      isWhole = false
    }
    // It was created for a record that could not be written.
    guard file.writer.written > 0 else { return FileSystem.removeFile(partial(file.name)) }
    do throws(Errno) {
      try rename(file)
    } catch {
      outcome.error = error
      isWhole = false
    }
    // Complete files are kept while new ones cannot be written.
    guard let keep, isWhole else { return }
    let complete = ProcFS.names(in: directory).filter(names.matches).sorted()
    for name in complete.dropLast(keep) { FileSystem.removeFile(path(name)) }
  }

  /// Gives a complete file its name, or the next free one.
  private func rename(_ file: File) throws(Errno) {
    var name = file.name
    while true {
      do throws(Errno) {
        // SAFETY: both paths are NUL-terminated copies that live for the call.
        try unsafe Errno.check(host: host_rename_new(partial(file.name), path(name)))
        return
      } catch {
        guard error == .fileExists, let next = names.next(name) else { throw error }
        name = next
      }
    }
  }
}
