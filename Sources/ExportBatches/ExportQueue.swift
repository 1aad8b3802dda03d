import Correlation
import Formats
import History
import HostSystem
import PacketDecoding
import TraceModel

/// The history as the queue of one destination: batches of exchanges in the order in which they ended, from where the destination
/// has confirmed them. Nothing is stored twice: a destination that is away costs what the history costs anyway.
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

  /// What one batch holds at most; one exchange always fits.
  public struct Limits: Sendable {
    public var exchanges: Int64 = 10_000
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

  /// The batch to send; nil when everything is confirmed. Until it is confirmed, the same is given again, also after a crash.
  public mutating func next() throws(ExportProblem) -> ExportBatch? {
    let reader = try open()
    let before = cursor
    let days = try look(at: reader)
    let choice = choose(from: days)
    backlog.removed = cursor.removed
    backlog.count = days.reduce(0) { $0 + max(0, $1.extent.last - cursor.confirmed(of: $1.day)) }
    if choice == nil { backlog.oldest = nil }
    var batch: ExportBatch?
    if let (range, isRepetition) = choice { batch = try encode(range, reader, isRepetition) }
    cursor.sending = batch?.range
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
    cursor.confirm(batch.range)
    backlog.count = max(0, backlog.count - batch.range.count)
    if backlog.count == 0 { backlog.oldest = nil }
    try file.write(cursor)
  }
}

// MARK: Choosing

extension ExportQueue {
  private typealias Waiting = (day: Day, extent: DayExtent)

  private func open() throws(ExportProblem) -> HistoryReader {
    let directory: GuardedDirectory
    do throws(GuardedDirectory.Refusal) {
      directory = try GuardedDirectory(history)
    } catch {
      throw ExportProblem(error, history)
    }
    do throws(HistoryProblem) { return try HistoryReader(directory) } catch { throw ExportProblem(error) }
  }

  /// The days from that of the cursor on; counts what was deleted meanwhile.
  private mutating func look(at reader: HistoryReader) throws(ExportProblem) -> [Waiting] {
    cursor.forget(daysOtherThan: Set(reader.days))
    var days: [Waiting] = []
    for day in reader.days where day >= cursor.confirmed?.day ?? day {
      let extent: DayExtent?
      do throws(HistoryProblem) { extent = try reader.extent(of: day) } catch { throw ExportProblem(error) }
      guard let extent else { continue }
      if let confirmed = cursor.confirmed, confirmed.day == day, confirmed.origin != extent.origin,
        !confirmed.origin.isEmpty
      {
        cursor.restart(day)
      }
      cursor.note(day, extent.last)
      days.append((day, extent))
    }
    return days
  }

  /// What is sent next: what was on its way when a process ended, or what follows.
  private func choose(from days: [Waiting]) -> (range: ExportCursor.Range, isRepetition: Bool)? {
    if let sending = cursor.sending,
      days.contains(where: {
        $0.day == sending.day && $0.extent.origin == sending.origin && $0.extent.last >= sending.last
      })
    {
      return (sending, true)
    }
    for (day, extent) in days {
      let confirmed = cursor.confirmed(of: day)
      guard extent.last > confirmed else { continue }
      let last = min(extent.last, confirmed + max(1, limits.exchanges))
      return (.init(day: day, origin: extent.origin, first: confirmed + 1, last: last), false)
    }
    return nil
  }

  /// Nil when the day was deleted meanwhile.
  private mutating func encode(
    _ range: ExportCursor.Range, _ reader: HistoryReader, _ isRepetition: Bool
  ) throws(ExportProblem) -> ExportBatch? {
    var encoder = BatchEncoder(format, origin: range.origin)
    var range = range
    var last: Int64 = 0
    var oldest: Int64?
    do throws(HistoryProblem) {
      try reader.exchanges(of: range.day, range.first...range.last) { entry in
        if oldest == nil { oldest = entry.exchange.view.time.nanoseconds }
        encoder.append(entry)
        last = entry.id.number
        return isRepetition || encoder.octets < limits.octets
      }
    } catch {
      throw ExportProblem(error)
    }
    guard last >= range.first, !isRepetition || last == range.last else { return nil }
    range.last = last
    backlog.oldest = oldest
    let count = encoder.count
    return ExportBatch(
      range: range, token: "\(range.origin).\(range.day).\(range.first).\(range.last)", count: count,
      body: encoder.finish(), isRepetition: isRepetition, hasMore: backlog.count > range.count)
  }
}
