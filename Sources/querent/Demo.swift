import ArgumentParser
import TraceModel
import Correlation
import DNSWire
import Formats
import HostSystem
import KernelProbe
import PacketDecoding
import ProcFS
import Synchronization

/// `querent demo`: traces real clients of a small DNS server in a private network, and verifies the result.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Demonstrate a trace in a private network namespace.",
    discussion: """
      Creates a network namespace that has only loopback, starts a DNS server in it, and traces the real kernel while \
      getent and dig send queries. It compares every exchange with the process that sent the query, and exits \
      with 0 only if all are right. It changes nothing outside the namespace.

      If the host does not allow this (no root, no BTF, refused by a policy), it says what is missing and plays \
      a recording from another host, marked as such; not with --live, --tier or --tap.
      """)

  @Option(help: ArgumentHelp("table, keyvalue, json or eve.", valueName: "format"))
  var format: Format = .table

  @Option(help: ArgumentHelp("As for watch: trampoline, tracepoint or cgroup.", valueName: "tier"))
  var tier: Tier?

  @Option(help: ArgumentHelp("As for watch: cgroup or interface.", valueName: "tap"))
  var tap: TapChoice?

  @Flag(help: "Fail if the host does not allow the demo; play no recording.")
  var live = false

  @Flag(help: "Print more details.")
  var verbose = false

  func validate() throws {
    if format.isBinary { throw ValidationError("The demo prints text: \(format.rawValue) is not text.") }
  }

  func run() throws {
    do {
      try trace()
    } catch let failure as Failure {
      let isRefused = failure.code == .permission || failure.code == .unsupported
      guard isRefused, !live, tier == nil, tap == nil else { throw failure.leave() }
      try RecordedDemo.show(format, insteadOf: failure)
    }
  }

  private func trace() throws {
    var kernel = try KernelOptions.parse(["--duration", "8s", "--no-sandbox"])
    kernel.tier = tier
    kernel.tap = tap
    let tap = try kernel.tap(on: .current())
    Signals.block()
    try DemoScenario.enter()
    kernel.onlyNamespace = ProcFS.inode("/proc/thread-self/ns/net").map { UInt32(truncatingIfNeeded: $0) }
    var show = try ShowOptions.parse(["--timeout", "1s"])
    show.verbose = verbose
    let session = try Session(show: show, kernel: kernel, tap: tap)
    try session.stop.onSignals()
    try DemoScenario.serve()
    try play(session)
  }

  private func play(_ session: Session) throws(Failure) {
    let verifier = DemoVerifier()
    let stop = session.stop
    let cases = DemoScenario.cases()
    var clients: Thread?
    let encoder = VerifiedEncoder(
      encoder: format.encoder(host: session.host, for: .descriptor(1)), verifier: verifier
    ) {
      if verifier.hasAll { stop.request() }
    }
    let report = try session.run([RecordsOutput(encoder, to: .descriptor(1))]) { () throws(Failure) in
      session.announce()
      clients = try Thread.started { ask(cases, verifier) }
    }
    clients?.join()
    let failures = verifier.failures()
    Terminal.write("\n\(report.text)", to: 1)
    for failure in failures { Terminal.write("  wrong     \(failure)\n", to: 1) }
    let count = cases.reduce(0) { $0 + $1.expected.count }
    if DemoScenario.program("dig") == nil {
      Terminal.write(
        "  dig is not installed: its cases were skipped (Debian: apt-get install bind9-dnsutils)\n", to: 1)
    }
    guard failures.isEmpty, report.balances, report.lost == 0 else {
      throw Failure(
        "\(failures.count) of \(count) exchanges were missing, or not attributed to the right process",
        advice: "please report this with the lines above and the output of querent doctor", code: .wrong)
    }
    Terminal.write("  verdict   all \(count) exchanges attributed to the right process\n", to: 1)
  }
}

/// Starts all clients at once, so that the right process must be found among others that send queries at the same time.
private func ask(_ cases: [DemoScenario.Case], _ verifier: DemoVerifier) {
  var children: [Child] = []
  for scenario in cases {
    let child = try? Child(scenario.command, environment: scenario.environment, output: .discarded)
    verifier.expect(scenario, of: child?.pid)
    if let child { children.append(child) }
  }
  verifier.isComplete = true
  for child in children { _ = child.wait() }
}
