import ArgumentParser
import CaptureFiles
import TraceModel
import Formats
import HostSystem
import Tracing

/// Shows what capture files hold.
struct Read: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the exchanges in capture files.",
    discussion: """
      Reads pcap and pcapng, gzip'd or not, and - for standard input; several files are read one after the \
      other, as parts of one capture. Needs no root, and no more memory for a large file than for a small one.

        querent read dns.pcapng
        querent read --failed --format json monday.pcap.gz tuesday.pcap.gz
        ssh router tcpdump -U -w - port 53 | querent read -
        querent --format pcapng --output dns.pcapng     # writes one that knows the processes

      A file names the process of a packet if querent wrote it (see --format pcapng), or ptcpdump, or whatever \
      writes packet option 8 or Wireshark's process information blocks; else the exchanges have none. Unless \
      it says which way a packet went, it is read as seen from the client. Time is what the file says.

      A damaged or cut file is shown up to the damage, which is told with its place; the exit code is then \
      \(Exit.damaged.rawValue).
      """)

  @OptionGroup(title: "What is shown") var show: ShowOptions
  @OptionGroup(title: "Where DNS is looked for") var ports: PortOptions
  @OptionGroup(title: "Filters (each may be given more than once)") var filters: FilterOptions

  @Argument(help: ArgumentHelp("Capture files, or - for standard input.", valueName: "file"))
  var files: [String] = []

  func validate() throws {
    if files.isEmpty { throw ValidationError("Say which file to read, as in: querent read dns.pcap") }
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
      Signals.block()
      let (report, failures) = try read(plans)
      Terminal.write("querent: ended\n\(report.text)", to: 2)
      if let failure = failures.first { throw ExitCode(failure.code.rawValue) }
    } catch let failure as Failure {
      throw failure.leave()
    }
  }

  /// Reads all files, and writes at the pace of the slowest reader; output files are made, or emptied, when the first octets
  /// of an input have turned out to be a capture.
  private func read(_ plans: [OutputPlan]) throws(Failure) -> (TraceReport, [Failure]) {
    let stop = StopRequest()
    try stop.onSignals()
    let interfaces = InterfaceTable()
    let host = Host(of: interfaces)
    let outputs = plans.map { $0.output(host: host, show: show) }
    var source = FileSource(
      files, interfaces: interfaces, arguments: show.noArgs ? .omitted : .included,
      showsProgress: !plans.contains(where: \.target.isTerminal), stop: stop)
    var pipeline = Pipeline(
      show.configuration(dnsPorts: ports.known, isAnyPort: ports.isAnyPort),
      subscribers: outputs.map(\.subscriber), reportMalformed: show.malformedReport)
    var failures: [Failure] = []
    do throws(Failure) {
      try pipeline.run(&source) { () throws(Failure) in
        try outputs.open(.wait(until: { stop.isRequested }))
        outputs.empty()
      }
    } catch {
      _ = error.leave()
      failures.append(error)
    }
    let report = TraceReport(pipeline.ledger, outputs)
    return (report, source.failures + failures + report.failures)
  }

  /// Refuses to write to what is read, by whatever path.
  private static func check(_ inputs: Set<FileIdentity>, against output: String?) throws {
    // What is said goes to standard error; here it would go into the capture.
    if let errors = FileIdentity(of: 2), inputs.contains(errors) { throw ExitCode(Exit.usage.rawValue) }
    if let file = output.flatMap(FileIdentity.init), inputs.contains(file) { throw Self.isSame }
  }

  /// The same of what is open by now, standard output too.
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
    Failure("the output is one of the files that are read", advice: "give it another name", code: .usage)
  }
}
