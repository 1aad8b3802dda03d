import HostSystem
import SQLite
import SystemPackage
import TraceModel

/// A history that one process writes: the file of the day, and the roll-up.
struct HistoryStore: ~Copyable {
  private let directory: GuardedDirectory
  private let trace: TraceIdentity
  private let retention: Retention
  private var day: DayFile?
  private var rollUp: RollUp?
  /// What was committed since the roll-up was written, and the open transaction's.
  private var changes = RollUp.Changes()
  /// Messages in the open transaction, and exchanges.
  private var pending: UInt64 = 0
  private var count = 0
  /// The day of `day`.
  private var today: Day?
  private var commits = 0
  /// Whether the roll-up misses blocks of the day that `changes` does not have.
  private var isBehind = false
  private var lastSum: ContinuousClock.Instant?

  /// Exchanges after which a transaction ends.
  private static let most = 10_000
  /// The roll-up is written this long after it was, and before `changes` is too large.
  private static let period = Duration.seconds(1)
  /// Commits between two looks at what the files take.
  private static let commitsPerLook = 16

  init(_ directory: GuardedDirectory, _ trace: TraceIdentity, _ retention: Retention) {
    self.directory = directory
    self.trace = trace
    self.retention = retention
  }

  /// What became of a batch, in messages: they are safe, or lost.
  struct Outcome {
    var written: UInt64 = 0
    var lost: UInt64 = 0
    var problem: HistoryProblem?
  }

  /// Writes exchanges of one day. A transaction that fails is lost as a whole; the next one is tried anew.
  mutating func write(_ batch: ExchangeBatch, of day: Day) -> Outcome {
    var outcome = Outcome()
    var isPending = false
    do throws(HistoryProblem) {
      if !batch.isEmpty, today != day {
        outcome.written += try commit()
        try open(day)
      }
      pending += batch.messages
      count += batch.count
      isPending = true
      if !batch.isEmpty { try append(batch) }
      if batch.endsTransaction || count >= Self.most || changes.isLarge { outcome.written += try commit() }
    } catch {
      outcome.lost = takeBack(error) + (isPending ? 0 : batch.messages)
      outcome.problem = error
    }
    return outcome
  }

  /// Whether the roll-up misses what is committed.
  var isSumPending: Bool { count == 0 && today != nil && (isBehind || !changes.isEmpty) }

  /// Brings the roll-up up to date.
  mutating func sumUp() {
    guard isSumPending, let today, let block = day?.lastBlock else { return }
    do {
      if isBehind { try catchUp(today) } else { try rollUp?.add(changes, today, upTo: block) }
      isBehind = false
    } catch {
      isBehind = true
    }
    changes.removeAll()
    lastSum = .now
  }

  /// Ends the last transaction, and leaves one file of each three.
  mutating func finish() -> Outcome {
    var outcome = Outcome()
    do throws(HistoryProblem) {
      outcome.written = try commit()
    } catch {
      outcome.lost = takeBack(error)
      outcome.problem = error
    }
    sumUp()
    day?.settle()
    rollUp?.settle()
    return outcome
  }

  /// Takes the transaction back; gives the messages that are lost with it.
  private mutating func takeBack(_ problem: HistoryProblem) -> UInt64 {
    let lost = pending
    (pending, count) = (0, 0)
    // They are of committed blocks too: those are read again.
    changes.removeAll()
    isBehind = true
    day?.rollBack()
    // What is wrong with a file may be mended by opening it anew.
    if problem.needsReopening {
      day = nil
      today = nil
      rollUp = nil
    }
    return lost
  }
}

// MARK: Transactions

extension HistoryStore {
  private mutating func append(_ batch: ExchangeBatch) throws(HistoryProblem) {
    do throws(SQLiteError) {
      try day?.append(batch, &changes)
    } catch {
      throw HistoryProblem(error)
    }
  }

  private mutating func commit() throws(HistoryProblem) -> UInt64 {
    guard let today, count > 0 else { return 0 }
    do throws(SQLiteError) {
      try day?.commit()
    } catch {
      throw HistoryProblem(error)
    }
    let written = pending
    (pending, count) = (0, 0)
    if changes.isLarge || lastSum.map({ $0.duration(to: .now) >= Self.period }) ?? true { sumUp() }
    commits += 1
    if commits % Self.commitsPerLook == 0 { retention.apply(to: directory, today, &rollUp) }
    return written
  }

  private mutating func open(_ day: Day) throws(HistoryProblem) {
    sumUp()
    self.day?.settle()
    self.day = nil
    today = nil
    do throws(Errno) {
      try directory.create(RollUp.fileName)
      try directory.create(day.fileName)
    } catch {
      throw HistoryProblem(error, directory.path)
    }
    do throws(SchemaError) {
      let isNew = rollUp == nil
      if isNew { rollUp = try RollUp(directory.path(RollUp.fileName)) }
      let opened = try DayFile(directory.path(day.fileName), day, trace)
      try catchUp(day)
      isBehind = false
      self.day = consume opened
      today = day
      // What ended a trace may have been long ago. A day that can't be read is nothing that this trace needs.
      if isNew {
        for other in directory.names.compactMap(Day.init(fileName:)) where other != day {
          try? catchUp(other)
        }
      }
    } catch {
      throw HistoryProblem(error)
    }
    retention.apply(to: directory, day, &rollUp)
  }

  /// Sums up what was written to a day before the roll-up's part of it was.
  private mutating func catchUp(_ day: Day) throws(SchemaError) {
    var reader = try DayReader(directory.path(day.fileName), day)
    do throws(SQLiteError) {
      let last = try reader.database.number("SELECT max(id) FROM block") ?? 0
      let progress = try rollUp?.progress(of: day) ?? last
      var missed = RollUp.Changes()
      // One by one, so that a day takes no more memory than a transaction.
      for block in stride(from: progress + 1, through: last, by: 1) {
        missed.removeAll()
        try reader.sum(block, into: &missed)
        try rollUp?.add(missed, day, upTo: block)
      }
      // Power loss may have taken blocks of the day that are summed up.
      if progress > last { try rollUp?.add(RollUp.Changes(), day, upTo: last) }
    } catch {
      throw .failed(error)
    }
  }
}
