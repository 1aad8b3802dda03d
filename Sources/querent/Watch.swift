import ArgumentParser
import Correlation
import HostSystem

/// `querent watch`, the default: traces the whole host until it is stopped.
struct Watch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trace the whole host (the default).",
    discussion: """
      Ends on Ctrl-C, SIGTERM, --count or --duration, and then prints on standard error a ledger of everything \
      seen, shown and lost. With --config, SIGHUP takes the filters of the file again, and opens output files again that were \
      renamed; it names the options that were changed and need a restart.
      """)

  @OptionGroup(title: "What is shown") var show: ShowOptions
  @OptionGroup(title: "Filters (each may be given more than once)") var filters: FilterOptions
  @OptionGroup(title: "History") var history: HistoryOptions
  @OptionGroup(title: "Metrics") var metrics: MetricsOptions
  @OptionGroup(title: "In the kernel") var kernel: KernelOptions

  @Option(
    help: ArgumentHelp(
      "Take options from this file too; those of the command line replace its. querent config check checks it.",
      valueName: "file"))
  var config: String?

  func run() throws {
    do {
      if let config {
        let arguments = CommandLine.arguments.dropFirst()
        let own = arguments.first == Self._commandName ? arguments.dropFirst() : arguments
        let file = try ConfigurationFile(config)
        let trace = try file.trace(commandLine: Array(own))
        return try trace.traceHost(ConfigurationReload(file, commandLine: Array(own)))
      }
      try traceHost(nil)
    } catch let failure as Failure {
      throw failure.leave()
    }
  }

  /// - Parameter reload: what SIGHUP does; nil if it ends the trace.
  private func traceHost(_ reload: ConfigurationReload?) throws {
    let filter = try filters.filter(showing: show.unit)
    let plans = try show.outputs(otherwise: 1, filter)
    let store = try history.plan(filter, show)
    let metrics = try metrics.output(beside: plans)
    Signals.block()
    let service = ServiceStatus.current()
    // Otherwise busy DNS clients leave too little CPU time to read the ring, and packets are lost.
    CurrentProcess.raisePriority()
    let session = try Session(
      show: show, kernel: kernel, tap: kernel.tap(on: .current()),
      countsRunTime: self.metrics.metricsRunTime)
    let outputs =
      plans.map { $0.output(host: session.host, show: show) } + store.outputs(host: session.host)
    try session.confine(outputs, metrics, configuration: reload?.path)
    try session.stop.onSignals(reload: reload?.request)
    reload?.begin(outputs)
    let report = try session.run(
      outputs, metrics: metrics, service: service, reload: reload, started: session.announce)
    service?.end()
    Terminal.write("querent: ended\n\(report.text)", to: 2)
    if report.code != .success { throw ExitCode(report.code.rawValue) }
  }
}

extension Watch {
  /// Throws why a trace would refuse the options on any host; creates nothing.
  func check() throws(Failure) {
    let filter = try filters.filter(showing: show.unit)
    try kernel.check()
    try history.check(show)
    do throws(Failure) {
      _ = try metrics.output(beside: show.outputs(otherwise: 1, filter))
    } catch {
      // Whether files can be created is for the user and the host of the trace to say.
      if error.code == .usage { throw error }
    }
  }
}
