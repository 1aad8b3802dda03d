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
    var kernel = try KernelOptions.parse(["--duration", "8s"])
    kernel.tier = tier
    kernel.tap = tap
    let tap = try kernel.tap(on: .current())
    Signals.block()
    try DemoScenario.enter()
    kernel.onlyNamespace = FileSystem.inode("/proc/thread-self/ns/net").map { UInt32(truncatingIfNeeded: $0) }
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
    let report = try session.run([TraceOutput(encoder, to: .descriptor(1))]) { () throws(Failure) in
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
    guard failures.isEmpty, report.closes, report.lost == 0 else {
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

/// The clients of the demo, the exchanges that are expected of them, and their private network.
enum DemoScenario {
  struct Case: Sendable {
    var command: [String]
    var environment: [String: String] = [:]
    var expected: [Expected]
  }

  struct Expected: Sendable, CustomStringConvertible {
    var name: String
    var type: RecordType
    var transport: Transport
    var family: IPAddress.Family
    var port: UInt16 = 53
    var outcome: Outcome = .answered
    var code: ResponseCode? = .noError

    func matches(_ exchange: borrowing Exchange) -> Bool {
      guard let question = exchange.question, let first = exchange.first, let name = OwnedName(name) else {
        return false
      }
      return question.qname == name.view && question.qtype == type && first.flow.transport == transport
        && first.server.address.family == family && first.server.port == port && exchange.outcome == outcome
        && exchange.answer?.responseCode == code
    }

    var description: String {
      "\(name) \(type.mnemonic) over \(transport == .tcp ? "TCP" : "UDP")/IPv\(family.rawValue) port \(port)"
    }
  }

  /// The clients: getent (getaddrinfo), which every Debian has, and dig if it is installed.
  static func cases() -> [Case] {
    let zone = Responder.zone
    func both(_ name: String, _ transport: Transport) -> [Expected] {
      [.a, .aaaa].map { Expected(name: name, type: $0, transport: transport, family: .v4) }
    }
    var cases = [
      Case(command: ["getent", "ahosts", "libc.\(zone)"], expected: both("libc.\(zone)", .udp)),
      Case(
        command: ["getent", "ahosts", "libc-tcp.\(zone)"], environment: ["RES_OPTIONS": "use-vc"],
        expected: both("libc-tcp.\(zone)", .tcp)),
    ]
    guard program("dig") != nil else { return cases }
    func dig(_ arguments: String, _ expected: Expected) {
      cases.append(
        Case(
          command: ["dig", "+tries=1", "+time=1"] + arguments.split(separator: " ").map(String.init),
          expected: [expected]))
    }
    dig("@127.0.0.1 a.\(zone) A", Expected(name: "a.\(zone)", type: .a, transport: .udp, family: .v4))
    dig(
      "@127.0.0.1 aaaa.\(zone) AAAA",
      Expected(name: "aaaa.\(zone)", type: .aaaa, transport: .udp, family: .v4))
    dig("@::1 six.\(zone) AAAA", Expected(name: "six.\(zone)", type: .aaaa, transport: .udp, family: .v6))
    dig(
      "@127.0.0.1 web.\(zone) HTTPS",
      Expected(name: "web.\(zone)", type: .https, transport: .udp, family: .v4))
    dig(
      "+tcp @127.0.0.1 stream.\(zone) A",
      Expected(name: "stream.\(zone)", type: .a, transport: .tcp, family: .v4))
    dig(
      "+tcp @::1 stream6.\(zone) HTTPS",
      Expected(name: "stream6.\(zone)", type: .https, transport: .tcp, family: .v6))
    dig(
      "@127.0.0.1 missing.\(zone) A",
      Expected(name: "missing.\(zone)", type: .a, transport: .udp, family: .v4, code: .nameError))
    dig(
      "-p 5300 @127.0.0.1 port.\(zone) A",
      Expected(name: "port.\(zone)", type: .a, transport: .udp, family: .v4, port: 5300))
    dig(
      "@::1 \(Responder.silentName) A",
      Expected(
        name: Responder.silentName, type: .a, transport: .udp, family: .v6, outcome: .unanswered, code: nil))
    return cases
  }

  /// The path of a program in PATH; nil if there is none.
  static func program(_ name: String) -> String? {
    (Terminal.variable("PATH") ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }
      .first { FileSystem.inode($0) != nil }
  }

  /// Enters a network and a mount namespace in which getaddrinfo uses the demo's server.
  static func enter() throws(Failure) {
    do {
      try PrivateNamespaces.enter()
    } catch {
      throw Failure(
        "can't make a network namespace: \(error)",
        advice: "a container may forbid it; run the demo on the host", code: .unsupported)
    }
    for (target, text) in [
      ("/etc/resolv.conf", "nameserver 127.0.0.1\n"), ("/etc/nsswitch.conf", "hosts: dns\n"),
    ] {
      do {
        try PrivateNamespaces.replaceFile(target, with: text)
      } catch {
        throw Failure(
          "can't mount a file over \(target): \(error)", advice: "the file must exist",
          code: .failed)
      }
    }
  }

  static func serve() throws(Failure) {
    for family in [LoopbackServer.Family.v4, .v6] {
      for port in [UInt16(53), 5300] {
        do {
          try LoopbackServer.datagrams(family, port: port, Responder.answer)
          try LoopbackServer.streams(family, port: port, Responder.answer)
        } catch {
          throw Failure(
            "can't answer on port \(port) in the private network: \(error)",
            advice: error.isMemoryShortage ? Failure.moreMemory : "IPv6 must be enabled on loopback",
            code: .failed)
        }
      }
    }
  }
}

/// Compares the exchanges that were seen with those that are expected.
final class DemoVerifier: Sendable {
  private struct State {
    var expected: [(pid: Int32?, program: String, what: DemoScenario.Expected)] = []
    var seen: [StoredExchange] = []
    var isComplete = false
  }

  private let state = Mutex(State())

  func expect(_ scenario: DemoScenario.Case, of pid: Int32?) {
    state.withLock { state in
      for what in scenario.expected { state.expected.append((pid, scenario.command[0], what)) }
    }
  }

  var isComplete: Bool {
    get { state.withLock { $0.isComplete } }
    set { state.withLock { $0.isComplete = newValue } }
  }

  /// All exchanges that were seen.
  var exchanges: [StoredExchange] { state.withLock { $0.seen } }

  func see(_ exchange: borrowing Exchange) {
    let seen = StoredExchange(copying: exchange)
    state.withLock { $0.seen.append(seen) }
  }

  /// Whether as many exchanges were seen as are expected.
  var hasAll: Bool { state.withLock { $0.isComplete && $0.seen.count >= $0.expected.count } }

  /// One sentence for each expectation that was not met exactly once, and for each unexpected exchange.
  func failures() -> [String] {
    state.withLock { state in
      var failures: [String] = []
      var left = state.seen
      for (pid, program, what) in state.expected {
        guard let pid else {
          failures.append("\(program) could not be started for \(what)")
          continue
        }
        let index = left.firstIndex { exchange in
          what.matches(exchange.view) && exchange.party.owner?.identity.pid == pid
            && exchange.party.owner?.name.description == program && exchange.role == .client
        }
        if let index {
          left.remove(at: index)
        } else {
          failures.append("no exchange of \(program) (\(pid)): \(what)")
        }
      }
      for exchange in left {
        let owner = exchange.party.owner.map { "\(Printable($0.name)) (\($0.identity.pid))" } ?? "no process"
        failures.append("unexpected: \(owner) \(exchange.questionText) \(exchange.outcome)")
      }
      return failures
    }
  }
}

extension StoredExchange {
  fileprivate var questionText: String {
    guard let question = view.question else { return "-" }
    return "\(question.qname.presentation()) \(question.qtype)"
  }
}

/// An encoder that passes each exchange to a verifier first.
struct VerifiedEncoder: Encoder {
  var encoder: any Encoder
  let verifier: DemoVerifier
  let seen: @Sendable () -> Void

  init(encoder: any Encoder, verifier: DemoVerifier, seen: @escaping @Sendable () -> Void) {
    self.encoder = encoder
    self.verifier = verifier
    self.seen = seen
  }

  mutating func start(_ output: inout [UInt8]) { encoder.start(&output) }

  mutating func encode(_ shown: borrowing Exchange, sequence: UInt64, to output: inout [UInt8]) {
    verifier.see(shown)
    encoder.encode(shown, sequence: sequence, to: &output)
    seen()
  }

  mutating func finish(_ output: inout [UInt8]) { encoder.finish(&output) }
}
