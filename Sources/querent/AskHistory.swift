import ArgumentParser
import Correlation
import FleetQueries
import Formats
import History
import HostSystem
import TraceModel

/// `querent history`: shows exchanges that were stored, and answers questions about them.
struct AskHistory: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show the exchanges of a history, and who was told what.",
    discussion: """
      A trace with --history stores exchanges; this shows them again, with the filters and formats of the other \
      commands. Needs no root: the group querent may read.

        querent history --told 203.0.113.7               # who was told this address, under which name
        querent history --name '*.example.com' --since yesterday
        querent history --process curl --last 2h --format json
        querent history --new --last 24h                 # names that were never seen before
        querent history --top failures --last 1h
        querent history --summary
        querent history --last 10m --format pcapng --output dns.pcapng
        querent history --from clickhouse://ch.example --told 203.0.113.7 --host 'web*'

      --told without --format or --output, --new, --top and --summary print a table, or with --format json lines of JSON. With \
      --from all answers are of these two kinds.
      """)

  @OptionGroup(title: "What is shown") var show: ShowOptions
  @OptionGroup(title: "When") var when: TimeOptions
  @OptionGroup(title: "Filters (each may be given more than once)") var filters: FilterOptions

  @Option(
    help: ArgumentHelp(
      "Only exchanges whose answer holds this address; alone: who was told it.", valueName: "address"))
  var told: [String] = []

  @Flag(help: "Print the names that were seen for the first time.")
  var new = false

  @Option(
    help: ArgumentHelp("Print the most frequent: names, processes, servers, failures.", valueName: "what"))
  var top: Ranking?

  @Flag(help: "Print how much there is of what.")
  var summary = false

  @Option(help: ArgumentHelp("The directory of the history.", valueName: "directory"))
  var directory = HistoryOptions.defaultDirectory

  @OptionGroup(title: "Of many hosts") var fleet: FleetOptions

  func validate() throws {
    try fleet.validate(show)
    if [new, top != nil, summary].count(where: { $0 }) > 1 {
      throw ValidationError("--new, --top and --summary exclude each other.")
    }
    if isReport, let format = show.format, format != .table, format != .json {
      throw ValidationError("--new, --top and --summary print a table, or JSON: --format table or json.")
    }
    if show.lookups {
      throw ValidationError("A history holds exchanges: leave out --lookups.")
    }
  }

  /// Whether a table about the history is wanted, and no exchanges.
  private var isReport: Bool { new || top != nil || summary }

  /// Whether who was told an address is wanted, and no exchanges.
  private var isAboutAddresses: Bool {
    !isReport && !told.isEmpty && show.format == nil && show.output == nil && show.also.isEmpty
  }

  func run() throws {
    do {
      let query = try query()
      if let from = fleet.from { return try print(report(of: from, query)) }
      let reader = try HistoryReader(opening: directory)
      if isReport || isAboutAddresses { return try print(report(reader, query)) }
      try replay(reader, query)
    } catch let failure as Failure {
      throw failure.leave()
    }
  }

  private func query() throws(Failure) -> HistoryQuery {
    var query = HistoryQuery()
    // Users of other hosts are not those of this one.
    query.filter =
      try fleet.from == nil
      ? filters.filter(showing: show.unit) : filters.filter(showing: show.unit) { _ in 0 }
    query.names = filters.name
    (query.since, query.until) = try when.range(now: Clock.wall())
    for text in told {
      guard let address = IPAddress(text) else {
        throw Failure(
          "--told \(text) can match nothing",
          advice: "give an IPv4 or IPv6 address, for example --told 203.0.113.7",
          code: .usage)
      }
      query.told.insert(address)
    }
    if new || isAboutAddresses, let option = query.unsummed {
      throw Failure(
        "\(new ? "--new" : "--told") reads a summary of all days, which does not have --\(option)",
        advice: "leave it out, or add --format table for the exchanges", code: .usage)
    }
    return query
  }
}

// MARK: Exchanges

extension AskHistory {
  private func replay(_ reader: HistoryReader, _ query: HistoryQuery) throws {
    let plans = try show.outputs(otherwise: 1, query.filter)
    Signals.block()
    let stop = StopRequest()
    try stop.onSignals()
    let host = Host(of: InterfaceNames())
    let current = CurrentHost(host)
    let outputs = plans.map { $0.output(host: host, changing: current, show: show) }
    try outputs.open(.wait(until: { stop.isRequested }))
    outputs.empty()
    var replay = HistoryReplay(outputs.map(\.subscriber), unit: show.unit, host: current)
    var problem: Failure?
    do throws(HistoryProblem) {
      try replay.run(reader, query, clockOffsets: host.clockOffsets) { stop.isRequested }
    } catch {
      problem = Failure(error, history: directory)
      _ = problem?.leave()
    }
    let report = TraceReport(replay.ledger, outputs)
    Terminal.write("querent: ended\n\(report.text)", to: 2)
    if let problem { throw ExitCode(problem.code.rawValue) }
    if report.code != .success { throw ExitCode(report.code.rawValue) }
  }
}

// MARK: Reports

extension AskHistory {
  private func report(of store: String, _ query: HistoryQuery) throws(Failure) -> Report {
    var wanted = FleetQuery()
    (wanted.since, wanted.until) = (query.since, query.until)
    wanted.terms = filters.terms
    wanted.told = query.told.sorted { "\($0)" < "\($1)" }
    wanted.hosts = fleet.host
    let question: FleetQuery.Question =
      if new { .new } else if let top { .top(top, most: show.count ?? 20) } else if summary {
        .summary
      } else if isAboutAddresses { .told } else {
        .exchanges(first: show.count ?? FleetOptions.mostShown, isWhole: show.format == .json)
      }
    let report = try fleet.report(from: store, wanted.statement(for: question))
    if case .exchanges(let count, _) = question, show.count == nil, report.rows.count == count {
      Terminal.write(
        "querent: these are the first \(count); --count shows more, a filter or a time less\n", to: 2)
    }
    return summary ? report.transposed : report
  }

  private func report(_ reader: HistoryReader, _ query: HistoryQuery) throws(Failure) -> Report {
    do throws(HistoryProblem) {
      if new { return try reader.new(query) }
      if let top { return try reader.top(top, query, most: show.count ?? 20) }
      if summary { return Report(try reader.summary(query)) }
      return try reader.told(query.told.sorted { "\($0)" < "\($1)" }, query)
    } catch {
      throw Failure(error, history: directory)
    }
  }

  private func print(_ report: Report) {
    let offsets = ClockOffsets(Clock.offsets())
    Terminal.write(show.format == .json ? report.json : report.table(offsets), to: 1)
  }
}

extension Ranking: ExpressibleByArgument {}

extension Report {
  init(_ summary: HistorySummary) {
    self.init(["what", "value"])
    func add(_ what: String, _ value: Value) { rows.append([.text(what), value]) }
    add("first", summary.first.map { .time($0) } ?? .none)
    add("last", summary.last.map { .time($0) } ?? .none)
    add("exchanges", .number(summary.exchanges))
    add("failed", .number(summary.failed))
    add("unanswered", .number(summary.unanswered))
    add("names", .number(Int64(summary.names)))
    add("programs", .number(Int64(summary.programs)))
    add("servers", .number(Int64(summary.servers)))
    add("latency, median", summary.median.map { .duration($0) } ?? .none)
    add("latency, 95 %", summary.p95.map { .duration($0) } ?? .none)
    add("latency, 99 %", summary.p99.map { .duration($0) } ?? .none)
  }
}
