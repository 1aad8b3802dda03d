import Correlation
import Formats
import History
import HostSystem
import PacketDecoding
import TraceModel

/// The history as the queue of one destination: batches of exchanges, day by day and in the order in which they ended, from where the
/// destination has confirmed them. What is added to an earlier day is sent too. Nothing is stored twice: a destination that is away
/// costs what the history costs anyway.
///
/// Every function blocks the thread that calls it.
public struct ExportQueue: Sendable {
  private let history: String
  private let format: BatchFormat
  private let file: CursorFile
  private let limits: Limits
  private var cursor: ExportCursor
  /// As of the last look at the history.
  public private(set) var backlog = Backlog()
  /// Why some day of the history can't be read, as of the last look; the others are sent.
  public private(set) var problem: ExportProblem?

  /// What one batch holds at most; one exchange always fits.
  public struct Limits: Sendable {
    public var exchanges = 10_000
    /// Uncompressed.
    public var octets = 8 << 20

    public init() {}
  }

  /// What waits.
  public struct Backlog: Sendable, Equatable {
    /// Exchanges.
    public var count: Int64 = 0
    /// When the first of them began, in nanoseconds since the epoch; nil when nothing waits.
    public var oldest: Int64?
    /// Exchanges that retention has deleted before they were sent, of the days that this queue has seen.
    public var removed: Int64 = 0

    public init() {}
  }

  /// - Parameters:
  ///   - history: the directory of the history.
  ///   - state: the directory of the cursors; it is made with mode 0700.
  ///   - name: of the destination, as the name of a file.
  public init(
    history: String, state: String, name: String, _ format: BatchFormat, limits: Limits = Limits()
  ) throws(ExportProblem) {
    self.history = history
    self.format = format
    self.limits = limits
    file = try CursorFile(state, name)
    cursor = try file.read()
    backlog.removed = cursor.removed
  }

  /// The batch to send; nil when everything is confirmed that can be read. Until it is confirmed, the same is given again, also after a
  /// crash.
  public mutating func next() throws(ExportProblem) -> ExportBatch? {
    let reader = try open()
    let before = cursor
    problem = nil
    let unreadable = look(at: reader)
    let batch = encodeNext(reader, except: unreadable)
    backlog.count = cursor.waiting
    backlog.removed = cursor.removed
    guard cursor != before else { return batch }
    do throws(ExportProblem) {
      try file.write(cursor)
    } catch {
      // What is not noted is not sent.
      cursor = before
      throw error
    }
    return batch
  }

  /// Notes that the destination has a batch.
  public mutating func confirm(_ batch: ExportBatch) throws(ExportProblem) {
    cursor.confirm(batch.day, upTo: batch.last, count: Int64(batch.count))
    backlog.count = cursor.waiting
    backlog.removed = cursor.removed
    if backlog.count == 0 { backlog.oldest = nil }
    try file.write(cursor)
  }
}

// MARK: The history

extension ExportQueue {
  private func open() throws(ExportProblem) -> HistoryReader {
    let directory: GuardedDirectory
    do throws(GuardedDirectory.Refusal) {
      directory = try GuardedDirectory(history)
    } catch {
      throw ExportProblem(error, history)
    }
    do throws(HistoryProblem) { return try HistoryReader(directory) } catch { throw ExportProblem(error) }
  }

  /// Notes what each day has, and counts what was deleted; gives the days that can't be read.
  private mutating func look(at reader: HistoryReader) -> Set<Day> {
    var unreadable: Set<Day> = []
    cursor.forget(daysOtherThan: Set(reader.days))
    for day in reader.days {
      let known = cursor.days[day]
      do throws(HistoryProblem) {
        let marks = [known?.confirmed ?? .start, known?.seen ?? .start]
        guard let end = try reader.end(of: day, since: marks) else {
          // Nothing is in it yet, or not any more.
          if known != nil { cursor.look(at: day, last: .start, confirmed: 0, seen: 0) }
          continue
        }
        cursor.look(at: day, last: end.last, confirmed: end.unchanged[0], seen: end.unchanged[1])
      } catch {
        problem = problem ?? ExportProblem(error)
        unreadable.insert(day)
      }
    }
    return unreadable
  }

  /// What was on its way when it was interrupted, or the next exchanges of the first day that has some; notes that it is on its way.
  private mutating func encodeNext(_ reader: HistoryReader, except unreadable: Set<Day>) -> ExportBatch? {
    backlog.oldest = nil
    let days = cursor.days.filter { $1.waiting > 0 && !unreadable.contains($0) }.sorted { $0.key < $1.key }
    let (begun, others) = (days.filter { $1.sending != nil }, days.filter { $1.sending == nil })
    for (day, position) in begun + others {
      do throws(HistoryProblem) {
        if let batch = try encode(day, position, reader) {
          cursor.send(day, upTo: batch.last.number)
          return batch
        }
        // None of them is in the file.
        cursor.confirm(day, upTo: position.seen, count: 0)
      } catch {
        problem = problem ?? ExportProblem(error)
      }
    }
    return nil
  }

  /// Nil when the day has no exchange that waits.
  private mutating func encode(
    _ day: Day, _ position: ExportCursor.Position, _ reader: HistoryReader
  ) throws(HistoryProblem) -> ExportBatch? {
    var encoder = BatchEncoder(format)
    let first = position.confirmed.number + 1
    var last: (mark: DayMark, origin: String)?
    var oldest: Int64?
    let end = position.sending ?? position.seen.number
    try reader.exchanges(of: day, first...end) { entry in
      if oldest == nil { oldest = entry.exchange.view.time.nanoseconds }
      encoder.append(entry)
      last = (DayMark(number: entry.id.number, started: entry.started), entry.origin)
      return position.sending != nil || encoder.count < limits.exchanges && encoder.octets < limits.octets
    }
    guard let last else { return nil }
    backlog.oldest = oldest
    let count = encoder.count
    return ExportBatch(
      day: day, last: last.mark, token: "\(last.origin).\(day).\(first).\(last.mark.number)", count: count,
      body: encoder.finish(), hasMore: cursor.waiting > last.mark.number - position.confirmed.number)
  }
}
