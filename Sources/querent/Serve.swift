import ArgumentParser
import Correlation
import HostSystem
import TraceModel

/// `querent serve`: traces the whole host into a history, and starts the server that shows it.
struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trace this host and show it in a browser.",
    discussion: """
      Stores all exchanges in a history, as --history does, and starts querent-server next to the trace. The server prints a \
      link that works once; SIGUSR1 to it makes it print another. It runs as an unprivileged user and reads only the history and the \
      metrics of the trace. Ctrl-C ends both.

        sudo querent serve
        sudo querent serve --listen 127.0.0.1:9000 --history-keep 7d

      The page shows who asks now, searches the history, and says whether anything was missed. Documentation/Server.md has \
      more, and how to reach it from another host.
      """)

  @OptionGroup(title: "The page") var page: PageOptions
  @OptionGroup(title: "What is stored (each filter may be given more than once)") var filters: FilterOptions
  @OptionGroup(title: "History") var history: HistoryOptions
  @OptionGroup(title: "Metrics") var metrics: MetricsOptions
  @OptionGroup(title: "In the kernel") var kernel: KernelOptions

  @Option(
    help: ArgumentHelp("Count a query as unanswered after this time: 500ms, 5s, 1m.", valueName: "time"))
  var timeout = DurationArgument(nanoseconds: 5_000_000_000)

  @Flag(help: "Do not store the arguments of processes: they may hold secrets.")
  var noArgs = false

  @Flag(help: "Explain on standard error what could not be done.")
  var verbose = false

  func run() throws {
    do {
      var show = try ShowOptions.parse([])
      (show.timeout, show.noArgs, show.verbose) = (timeout, noArgs, verbose)
      let user = try page.user()
      var (history, metrics) = (history, metrics)
      history.historyDirectory = history.historyDirectory ?? HistoryOptions.defaultDirectory
      let filter = try filters.filter(showing: .exchanges)
      guard let plan = try history.plan(filter, show, readableBy: user.map { "\($0.gid)" }) else { return }
      metrics.metrics = metrics.metrics ?? plan.directory.path("metrics.prom")
      let counts = try metrics.output(beside: [])
      Signals.block()
      CurrentProcess.raisePriority()
      let session = try Session(
        show: show, kernel: kernel, tap: kernel.tap(on: .current()), countsRunTime: true)
      // Before the sandbox, in which nothing is started.
      let server = try PageServer(
        page.arguments(history: plan.directory.path, metrics: metrics.metrics ?? ""), as: user)
      let report: TraceReport
      do throws(Failure) {
        let outputs = HistoryPlan?.some(plan).outputs(host: session.host)
        try session.confine(outputs, counts)
        try session.stop.onSignals()
        report = try session.run(outputs, metrics: counts) { () throws(Failure) in
          session.announce()
          try server.start(stop: session.stop)
        }
      } catch {
        server.end()
        throw error
      }
      server.end()
      Terminal.write("querent: ended\n\(report.text)", to: 2)
      if report.code != .success { throw ExitCode(report.code.rawValue) }
      if server.hasFailed { throw ExitCode(Exit.failed.rawValue) }
    } catch let failure as Failure {
      throw failure.leave()
    }
  }
}

/// The options that the server gets.
struct PageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the page is; another address than 127.0.0.1 needs --token-file.", valueName: "address:port"))
  var listen = "127.0.0.1:8053"

  @Option(help: ArgumentHelp("Also listen at a unix socket.", valueName: "path"))
  var socket: String?

  @Option(help: ArgumentHelp("The group that may connect to --socket.", valueName: "group"))
  var socketGroup: String?

  @Option(
    help: ArgumentHelp(
      "Also answer to this name, for a proxy in front; may be given more than once.", valueName: "name"))
  var host: [String] = []

  @Option(help: ArgumentHelp("A file with the token of programs that ask the API.", valueName: "file"))
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "Run the server as this user: querent if there is one, else nobody.", valueName: "user"))
  var serverUser: String?

  @Option(help: ArgumentHelp("The server's program; next to querent, or in PATH.", valueName: "file"))
  var serverProgram: String?

  func validate() throws {
    var host = listen.prefix(upTo: listen.lastIndex(of: ":") ?? listen.startIndex)
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard UInt16(listen.suffix(from: host.endIndex).drop { $0 == ":" || $0 == "]" }) != nil,
      host == "localhost" || IPAddress(String(host)) != nil
    else { throw ValidationError("--listen is an address and a port: 127.0.0.1:8053, [::1]:8053.") }
  }

  /// The user of the server; nil for this one, which is not root.
  func user() throws(Failure) -> Child.User? {
    if let serverUser {
      guard let user = Child.User(serverUser) else {
        throw Failure(
          "there is no user \(serverUser)", advice: "give --server-user a name or number from /etc/passwd",
          code: .usage)
      }
      return user
    }
    guard CurrentProcess.isRoot else { return nil }
    guard let user = Child.User(HistoryOptions.group) ?? Child.User("nobody") else {
      throw Failure(
        "there is no user to run the server as", advice: "useradd --system querent, or give --server-user",
        code: .failed)
    }
    return user
  }

  func arguments(history: String, metrics: String) throws(Failure) -> [String] {
    var arguments = [try ServerProgram.path(serverProgram)]
    arguments += ["--history-directory", history, "--metrics-file", metrics, "--listen", listen]
    if let socket { arguments += ["--socket", socket] }
    if let socketGroup { arguments += ["--socket-group", socketGroup] }
    for name in host { arguments += ["--host", name] }
    if let tokenFile { arguments += ["--token-file", tokenFile] }
    return arguments + ["--until-output-closes"]
  }
}
