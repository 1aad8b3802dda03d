import ArgumentParser
import Correlation
import Formats
import History
import HostSystem
import SystemPackage
import TraceModel
import TracePipeline

/// The options of every command that can write a history.
struct HistoryOptions: ParsableArguments {
  @Flag(help: "Also store the exchanges, for querent history.")
  var history = false

  @Option(help: ArgumentHelp("The directory of the history; implies --history.", valueName: "directory"))
  var historyDirectory: String?

  @Option(
    help: ArgumentHelp("Delete days of the history that are older than this: 30d, 48h.", valueName: "time"))
  var historyKeep = DurationArgument(nanoseconds: 30 * 86_400_000_000_000)

  @Option(
    help: ArgumentHelp("Delete the oldest days of a history that is larger than this.", valueName: "size"))
  var historySize = SizeArgument(octets: 1_000_000_000)

  static let defaultDirectory = "/var/lib/querent"
  /// Who may read it.
  static let group = "querent"

  /// Makes and checks the directory, while that is allowed; nil when no history is wanted.
  ///
  /// - Parameter group: who may read a directory that is made here; nil for the group querent.
  func plan(
    _ filter: Filter, _ show: ShowOptions, readableBy group: String? = nil
  ) throws(Failure) -> HistoryPlan? {
    guard isWanted else { return nil }
    try check(show)
    let path = historyDirectory ?? Self.defaultDirectory
    let directory: GuardedDirectory
    do throws(GuardedDirectory.Refusal) {
      directory = try GuardedDirectory(creating: path, readableBy: group ?? Self.group)
    } catch {
      throw Failure(error, history: path)
    }
    do throws(HistoryProblem) {
      try HistoryWriter.check(directory)
    } catch {
      throw Failure(error, history: path)
    }
    let retention = Retention(age: historyKeep.nanoseconds, size: historySize.octets)
    return HistoryPlan(directory: directory, retention: retention, filter: filter)
  }

  private var isWanted: Bool { history || historyDirectory != nil }

  /// Throws what is wrong with the options on any host.
  func check(_ show: ShowOptions) throws(Failure) {
    guard !isWanted || show.unit != .messages else {
      throw Failure(
        "--history and --messages exclude each other",
        advice: "a history holds exchanges; leave out one of the two",
        code: .usage)
    }
  }
}

/// A history as the command line describes it, checked.
struct HistoryPlan {
  let directory: GuardedDirectory
  let retention: Retention
  let filter: Filter
}

extension HistoryPlan? {
  /// The output of exchanges of a host, if a history is wanted.
  func outputs(host: Host) -> [any TraceOutput] { map { [HistoryOutput($0, host: host)] } ?? [] }
}

/// The output that is a history.
final class HistoryOutput: TraceOutput {
  let name = "history"
  let subscriber: any WritingSubscriber
  private let writer: HistoryWriter
  let plan: HistoryPlan
  private let trace: TraceIdentity
  private var lock: Int32?

  init(_ plan: HistoryPlan, host: Host) {
    self.plan = plan
    trace = TraceIdentity(host: host, version: Querent.version, started: Timestamp(nanoseconds: Clock.wall()))
    writer = HistoryWriter { Terminal.write("querent: \($0)\n", to: 2) }
    subscriber = HistorySubscriber(
      to: writer, interfaces: host.interfaces, selection: Selection(plan.filter))
  }

  func create() throws(Failure) {
    guard lock == nil else { return }
    do throws(Errno) {
      lock = try plan.directory.lock(Self.lockName)
    } catch {
      throw Failure(HistoryProblem(error, plan.directory.path), history: plan.directory.path)
    }
    guard lock != nil else {
      throw Failure(
        "another querent writes the history \(plan.directory.path)",
        advice: "end it, or give --history-directory another directory", code: .output)
    }
  }

  func start(_ overflowPolicy: OverflowPolicy) throws(Failure) {
    do throws(Errno) {
      try writer.start(plan.directory, trace, plan.retention, overflowPolicy: overflowPolicy)
    } catch {
      throw Failure(startingThread: error)
    }
  }

  func empty() {}

  func select(_ filter: Filter) { subscriber.select(filter) }

  func reopen() {}

  func discard() { unlock() }

  var outstanding: (lost: UInt64, queued: UInt64) { lock == nil ? (0, 0) : writer.outstanding }

  func finish() -> Failure? {
    let result = writer.finish()
    subscriber.ledger.lose(result.messages)
    unlock()
    guard result.messages > 0, let problem = result.problem else { return nil }
    let failure = Failure(
      "could not write all of the history: \(problem)",
      advice: "the ledger counts the lost messages as not written",
      code: .unwritten)
    _ = failure.leave()
    return failure
  }

  private static let lockName = "lock"

  private func unlock() {
    if let lock { GuardedDirectory.unlock(lock) }
    lock = nil
  }
}

extension Failure {
  init(_ problem: HistoryProblem, history path: String) {
    switch problem.kind {
    case .noLibrary:
      self.init(
        "a history needs libsqlite3: \(problem)", advice: "install it (Debian: apt-get install libsqlite3-0)",
        code: .unsupported)
    case .damaged, .foreign, .newer, .older:
      self.init("can't use the history \(path): \(problem)", advice: "give another directory", code: .damaged)
    case .full, .readOnly, .other:
      self.init(
        "can't use the history \(path): \(problem)",
        advice: "check the directory, its permissions and its disk",
        code: .output)
    }
  }

  init(_ refusal: GuardedDirectory.Refusal, history path: String) {
    switch refusal {
    case .failed(let error):
      self.init(
        "can't use the history \(path): \(error)", advice: "check the directory and its permissions",
        code: .output)
    case .notADirectory:
      self.init("\(path) is not a directory", advice: "give a directory for the history", code: .output)
    case .changeable(let place):
      self.init(
        "others can change \(place), and so decide what becomes of the history",
        advice: "give a directory that only root and you can change, all the way up", code: .output)
    }
  }
}
