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
  private var changes = RollUp.Changes()
  /// Messages in the open transaction, and exchanges.
  private var pending: UInt64 = 0
  private var count = 0
  /// The day of `day`.
  private var today: Day?
  private var commits = 0

  /// Exchanges after which a transaction ends.
  private static let most = 10_000
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
    do throws(HistoryProblem) {
      var written: UInt64 = 0
      if !batch.isEmpty, today != day {
        written += try commit()
        try open(day)
      }
      pending += batch.messages
      count += batch.count
      if !batch.isEmpty { try append(batch) }
      if batch.endsTransaction || count >= Self.most { written += try commit() }
      return Outcome(written: written)
    } catch {
      return fail(error, batch.messages)
    }
  }

  /// Ends the last transaction, and leaves one file of each three.
  mutating func finish() -> Outcome {
    var outcome: Outcome
    do throws(HistoryProblem) {
      outcome = Outcome(written: try commit())
    } catch {
      outcome = fail(error, 0)
    }
    day?.settle()
    rollUp?.settle()
    return outcome
  }

  private mutating func fail(_ problem: HistoryProblem, _ messages: UInt64) -> Outcome {
    let lost = max(pending, messages)
    (pending, count) = (0, 0)
    changes.removeAll()
    day?.rollBack()
    // What is wrong with a file may be mended by opening it anew.
    if problem.needsReopening {
      day = nil
      today = nil
      rollUp = nil
    }
    return Outcome(lost: lost, problem: problem)
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
    // From here on nothing is lost: what the roll-up misses it gets when the day is opened next.
    if let block = day?.lastBlock { try? rollUp?.add(changes, today, upTo: block) }
    changes.removeAll()
    commits += 1
    if commits % Self.commitsPerLook == 0 { retention.apply(to: directory, today, &rollUp) }
    return written
  }

  private mutating func open(_ day: Day) throws(HistoryProblem) {
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
      if rollUp == nil { rollUp = try RollUp(directory.path(RollUp.fileName)) }
      let opened = try DayFile(directory.path(day.fileName), day, trace)
      try catchUp(day, opened.lastBlock)
      self.day = consume opened
      today = day
    } catch {
      throw HistoryProblem(error)
    }
    retention.apply(to: directory, day, &rollUp)
  }

  /// Sums up what was written before the roll-up's part of it was.
  private mutating func catchUp(_ day: Day, _ last: Int64) throws(SchemaError) {
    let reader = try DayReader(directory.path(day.fileName), day)
    do throws(SQLiteError) {
      let progress = try rollUp?.progress(of: day) ?? last
      guard progress != last else { return }
      var missed = RollUp.Changes()
      if progress < last { try reader.sum(blocksAfter: progress, into: &missed) }
      try rollUp?.add(missed, day, upTo: last)
    } catch {
      throw .failed(error)
    }
  }
}
