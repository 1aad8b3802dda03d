import Glibc

/// Files that follow one another in one folder.
///
/// Each is written under its name and `.partial`, and gets its name when it is complete; so whoever finds a file by its name
/// finds all of it.
package struct FileSeries: Sendable {
  private let folder: String
  /// How many complete files may be there; nil for any number.
  private let keep: Int?
  /// Whether a name is one that such a series gives.
  private let isOne: @Sendable (String) -> Bool
  /// The file that is open: its name, its descriptor, and where its last whole record ends.
  private var open: (name: String, descriptor: Int32, end: Int)?
  /// The name of a file that could not be opened yet.
  private var wanted: String?

  /// - Parameters:
  ///   - keep: complete files beyond this number are deleted, first those whose names sort first; at least 1.
  ///   - isOne: tells the names that such a series gives from all others, which are never touched.
  package init(folder: String, keep: Int?, isOne: @escaping @Sendable (String) -> Bool) {
    self.folder = folder
    self.keep = keep
    self.isOne = isOne
  }

  private func path(_ name: String) -> String { "\(folder)/\(name)" }
  private func partial(_ name: String) -> String { path(name + Self.suffix) }

  /// What stands behind the name of a file that is not complete.
  package static let suffix = ".partial"
}

extension FileSeries: Sink {
  mutating func write(_ batch: Batch, until isOver: () -> Bool) -> Delivery {
    var delivery = Delivery()
    var start = 0
    // Runs of records that belong to one file are written at once.
    var run = Batch()
    for record in batch.records {
      if case .opens(let name) = record.mark {
        append(&run, to: &delivery)
        complete(&delivery)
        wanted = name
      }
      run.octets += batch.octets[start..<record.end]
      run.records.append(Batch.Record(end: run.octets.count, messages: record.messages))
      start = record.end
      if case .closes = record.mark {
        append(&run, to: &delivery)
        complete(&delivery)
      }
    }
    append(&run, to: &delivery)
    return delivery
  }

  mutating func finish(until isOver: () -> Bool) -> Delivery {
    var delivery = Delivery()
    complete(&delivery)
    return delivery
  }

  private mutating func append(_ run: inout Batch, to delivery: inout Delivery) {
    defer { run = Batch() }
    guard !run.isEmpty else { return }
    if let wanted {
      let descriptor = Place.create(partial(wanted))
      guard descriptor >= 0 else {
        delivery.problem = -descriptor
        delivery.lost += run.messages
        return
      }
      open = (wanted, descriptor, 0)
      self.wanted = nil
    }
    guard let (name, descriptor, end) = open else { return delivery.lost += run.messages }
    let (written, problem) = DescriptorSink.write(run.octets[...], to: descriptor)
    let whole = run.records.last { $0.end <= written }?.end ?? 0
    open = (name, descriptor, end + whole)
    guard problem != 0 else { return }
    delivery.problem = problem
    delivery.lost += run.messages(beyond: written)
    // What came of a record in part would spoil those behind it.
    _ = ftruncate(descriptor, off_t(end + whole))
    _ = lseek(descriptor, off_t(end + whole), SEEK_SET)
  }

  private mutating func complete(_ delivery: inout Delivery) {
    guard let (name, descriptor, _) = open else { return }
    open = nil
    if close(descriptor) != 0 { delivery.problem = errno }
    // SAFETY: both paths are NUL-terminated copies that live for the call.
    if unsafe rename(partial(name), path(name)) != 0 { delivery.problem = errno }
    guard let keep else { return }
    let complete = Place.names(in: folder).filter(isOne).sorted()
    for name in complete.dropLast(keep) { Place.removeFile(path(name)) }
  }
}
