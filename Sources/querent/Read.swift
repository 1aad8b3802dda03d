import ArgumentParser
import CaptureFiles
import TraceModel
import Formats
import HostSystem
import TracePipeline

/// `querent read`: shows the exchanges in capture files.
struct Read: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the exchanges in capture files.",
    discussion: """
      Reads pcap and pcapng, compressed with gzip or not; - is standard input. Several files are read one after the \
      other, as parts of one capture. Needs no root; a large file needs no more memory than a small one.

        querent read dns.pcapng
        querent read --failed --format json monday.pcap.gz tuesday.pcap.gz
        ssh router tcpdump -U -w - port 53 | querent read -
        querent --format pcapng --output dns.pcapng     # writes a file with processes

      A file names the process of a packet if querent (see --format pcapng), ptcpdump or another program that \
      writes packet option 8 or Wireshark's process information blocks has written it; otherwise exchanges have no process. \
      If the file does not state the direction of a packet, querent assumes that it was captured at the client. All times are those of the file.

      A damaged or truncated file is shown up to the damage. An error names its position, and the exit code is \
      \(Exit.damaged.rawValue).
      """)

  @OptionGroup(title: "What is shown") var show: ShowOptions
  @OptionGroup(title: "Metrics") var metrics: MetricsOptions
  @OptionGroup(title: "Where DNS is searched") var ports: PortOptions
  @OptionGroup(title: "Filters (each may be given more than once)") var filters: FilterOptions
  @OptionGroup(title: "History") var history: HistoryOptions

  @Argument(help: ArgumentHelp("Capture files, or - for standard input.", valueName: "file"))
  var files: [String] = []

  func validate() throws {
    if files.isEmpty { throw ValidationError("Name a file to read, for example: querent read dns.pcap") }
  }

  func run() throws {
    do {
      let filter = try filters.filter(showing: show.unit)
      for file in files where file != "-" { try CaptureInput.check(file) }
      let inputs = Set(files.compactMap { $0 == "-" ? FileIdentity(of: 0) : FileIdentity(path: $0) })
      try Self.check(inputs, against: show.output)
      for text in show.also { try Self.check(inputs, against: AlsoArgument(text).target) }
      let plans = try show.outputs(otherwise: 1, filter)
      for plan in plans { try Self.check(inputs, against: plan.target) }
      let store = try history.plan(filter, show)
      let metrics = try metrics.output(beside: plans)
      Signals.block()
      let (report, failures) = try read(plans, store, metrics)
      Terminal.write("querent: ended\n\(report.text)", to: 2)
      if let failure = failures.first { throw ExitCode(failure.code.rawValue) }
    } catch let failure as Failure {
      throw failure.leave()
    }
  }

  /// Reads all files, at the speed of the slowest output. Output files are created or emptied when the first octets
  /// of an input have proved to be a capture.
  private func read(
    _ plans: [OutputPlan], _ store: HistoryPlan?, _ metrics: MetricsOutput?
  ) throws(Failure) -> (TraceReport, [Failure]) {
    let stop = StopRequest()
    try stop.onSignals()
    let interfaces = InterfaceNames()
    let host = Host(of: interfaces)
    let outputs = plans.map { $0.output(host: host, show: show) } + store.outputs(host: host)
    var source = FileSource(
      files, interfaces: interfaces, arguments: show.noArgs ? .omitted : .included,
      showsProgress: !plans.contains(where: \.target.isTerminal), stop: stop)
    var pipeline = Pipeline(
      show.configuration(dnsPorts: ports.known, isAnyPort: ports.isAnyPort),
      subscribers: outputs.subscribers(with: metrics), reportMalformed: show.malformedReport)
    var failures: [Failure] = []
    do throws(Failure) {
      try pipeline.run(&source, observers: [metrics].compactMap { $0 }) { () throws(Failure) in
        try outputs.open(.wait(until: { stop.isRequested }))
        try metrics?.open(outputs)
        outputs.empty()
      }
    } catch {
      _ = error.leave()
      failures.append(error)
    }
    let report = TraceReport(pipeline.ledger, outputs, metrics)
    return (report, source.failures + failures + report.failures)
  }

  /// Throws if the output is one of the inputs, by any path.
  private static func check(_ inputs: Set<FileIdentity>, against output: String?) throws {
    // Messages go to standard error; here they would go into the capture.
    if let errors = FileIdentity(of: 2), inputs.contains(errors) { throw ExitCode(Exit.usage.rawValue) }
    if let file = output.flatMap(FileIdentity.init), inputs.contains(file) { throw Self.isSame }
  }

  /// The same check for an open target, including standard output.
  private static func check(_ inputs: Set<FileIdentity>, against target: OutputTarget) throws(Failure) {
    let isSame =
      switch target {
      case .descriptor(let descriptor): FileIdentity(of: descriptor).map(inputs.contains) ?? false
      case .file(let file): FileIdentity(of: file.descriptor).map(inputs.contains) ?? false
      case .files(let series): series.contains(anyOf: inputs)
      case .collector: false
      }
    if isSame { throw Self.isSame }
  }

  private static var isSame: Failure {
    Failure("the output is also an input file", advice: "give it another name", code: .usage)
  }
}
