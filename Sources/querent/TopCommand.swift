import ArgumentParser
import Correlation
import DNSWire
import Formats
import History
import HostSystem
import Top
import TraceModel

/// `querent top`: who asks how much, on a screen that is drawn anew every second.
struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Show who asks how much, live in the terminal.",
    discussion: """
      One second a frame: the rate of queries, errors and latencies at the top, and below them the groups that ask \
      most. Keys regroup, sort, filter and open a group; ? lists them.

        sudo querent top                              # the whole host, by process
        sudo querent top --group-by domain --failed   # which domains fail
        querent top dns.pcapng                        # a capture file, without root: all of it at once
        querent top --last 1h                         # the last hour of a history (see querent history --help)
        querent top --since yesterday --until 08:30
        querent top --once dns.pcapng                 # print one frame, and end
        sudo querent top --once --duration 10s        # trace for ten seconds, print one frame

      QUERIES counts queries that have ended since the start. RATE and SHARE are of the last 60 seconds, of a file or \
      a history of all its time. ERROR counts answers with a response code other than NOERROR and NXDOMAIN, which has its own \
      column; NOANS those without an answer within --timeout. P50 and P99 are latencies that half and 99 of 100 answers \
      did not exceed, to 3 %. Names, domains, processes and servers are counted in bounded memory: beyond 1,024 names the \
      rarest share places, and ≥ marks those that may have had more.

      Colours are those that the terminal has (COLORTERM, TERM); NO_COLOR turns them off.
      """)

  @Option(
    help: ArgumentHelp("Group by process, name, domain, server, user, container or rcode.", valueName: "what")
  )
  var groupBy = Grouping.process

  @Flag(help: "Print one frame and end: of a file or a history, of all of it; live, after --duration (5s).")
  var once = false

  @Option(
    help: ArgumentHelp(
      "Colours for a dark or a light background; without this, what COLORFGBG says.", valueName: "background")
  )
  var background: Theme.Background?

  @Option(
    help: ArgumentHelp("Count a query as unanswered after this time: 500ms, 5s, 1m.", valueName: "time"))
  var timeout = DurationArgument(nanoseconds: 5_000_000_000)

  @Flag(help: "Show internationalised names in Unicode where that is safe.")
  var idn = false

  @OptionGroup(title: "Filters (each may be given more than once; / changes them)") var filters: FilterOptions
  @OptionGroup(title: "From a history instead of this host: the exchanges of this time") var when: TimeOptions
  @Option(
    help: ArgumentHelp(
      "The directory of the history; alone: all of it. Without it: \(HistoryOptions.defaultDirectory).",
      valueName: "directory"))
  var historyDirectory: String?

  @OptionGroup(title: "In the kernel") var kernel: KernelOptions

  @Argument(
    help: ArgumentHelp("Capture files, or - for standard input, instead of this host.", valueName: "file"))
  var files: [String] = []

  func validate() throws {
    if isOfHistory, !files.isEmpty {
      throw ValidationError("Give capture files, or a time in a history, but not both.")
    }
  }

  /// Whether the history is shown, which any of its options asks for.
  private var isOfHistory: Bool {
    historyDirectory != nil || when.last != nil || when.since != nil || when.until != nil
  }

  func run() throws {
    do {
      let filter = try filters.filter(showing: .exchanges)
      for file in files where file != "-" { try CaptureInput.check(file) }
      guard once || Terminal.isTerminal(1) else {
        throw Failure(
          "standard output is no terminal", advice: "add --once to print one frame", code: .usage)
      }
      Signals.block()
      let settings = TopSettings(
        show: try show(), filter: filter, suffixes: Self.suffixes(), names: idn ? .unicode : .ascii)
      let feed = try feed(settings)
      let report = try once ? TopOnce(feed, state(filter), theme).run() : try screen(feed, filter)
      if !once || report.lost > 0 || !report.balances {
        Terminal.write("querent: ended\n\(report.text)", to: 2)
      }
      if report.code != .success { throw ExitCode(report.code.rawValue) }
    } catch let failure as Failure {
      throw failure.leave()
    }
  }
}

extension TopCommand {
  /// What the trace itself takes from the command line.
  private func show() throws -> ShowOptions {
    var show = try ShowOptions.parse([])
    show.timeout = timeout
    show.noArgs = true
    return show
  }

  private func live(_ settings: TopSettings) throws -> LiveFeed {
    CurrentProcess.raisePriority()
    var kernel = kernel
    if once, kernel.duration == nil { kernel.duration = DurationArgument(nanoseconds: 5_000_000_000) }
    let session = try Session(show: settings.show, kernel: kernel, tap: kernel.tap(on: .current()))
    try session.confine([])
    return LiveFeed(session, settings, isAnnounced: once)
  }

  private func feed(_ settings: TopSettings) throws -> any TopFeed {
    if isOfHistory { return RecordedFeed(try history(), settings) }
    if files.isEmpty { return try live(settings) }
    return RecordedFeed(
      RecordedFiles(files: files, ports: kernel.ports, show: settings.show), settings)
  }

  private func history() throws(Failure) -> RecordedHistory {
    let directory = historyDirectory ?? HistoryOptions.defaultDirectory
    // What can't be read is said before the screen is taken.
    _ = try HistoryReader(opening: directory)
    let (since, until) = try when.range(now: Clock.wall())
    return RecordedHistory(directory: directory, since: since, until: until)
  }

  private func screen(_ feed: any TopFeed, _ filter: Filter) throws -> TraceReport {
    Signals.blockOfTerminal()
    guard let input = Terminal.isTerminal(0) ? 0 : Terminal.openControlling() else {
      throw Failure(
        "there is no terminal to read keys from", advice: "add --once to print one frame", code: .usage)
    }
    return try TopScreen(feed, state(filter), theme, glyphs, input: input).run()
  }

  private func state(_ filter: Filter) -> TopState {
    var state = TopState()
    state.grouping = groupBy
    if !filter.isEmpty { state.accept(filters.words) }
    if let size = Terminal.size(1) {
      state.size = ScreenSize(columns: size.columns, rows: size.rows)
    } else {
      state.size.columns = Self.number("COLUMNS") ?? state.size.columns
      state.size.rows = Self.number("LINES") ?? state.size.rows
    }
    return state
  }

  private static func number(_ variable: String) -> Int? {
    Terminal.variable(variable).flatMap { Int($0) }.flatMap { 1...10_000 ~= $0 ? $0 : nil }
  }

  private var theme: Theme {
    var theme = Theme(Terminal.variable)
    if !Terminal.isTerminal(1) { theme.depth = .plain }
    if let background { theme.background = background }
    return theme
  }

  private var glyphs: Glyphs { Terminal.isUTF8 ? .unicode : .ascii }

  /// The public suffix list of Debian's package publicsuffix; empty without it.
  private static func suffixes() -> PublicSuffixList {
    FileSystem.contents("/usr/share/publicsuffix/public_suffix_list.dat", atMost: 4 << 20)
      .flatMap { PublicSuffixList($0) } ?? PublicSuffixList()
  }
}

extension Grouping: ExpressibleByArgument {}
extension Theme.Background: ExpressibleByArgument {}
