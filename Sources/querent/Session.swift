import ArgumentParser
import Attribution
import TraceModel
import Correlation
import Formats
import HostSystem
import KernelProbe
import ProcFS
import SystemPackage
import TracePipeline

/// One live trace, from attaching the programs to the report; `watch`, `run` and `demo` use it.
struct Session {
  let probe: Probe
  /// Reads what the sandbox refuses; nil without one.
  private let broker: FileBroker?
  let host: Host
  let stop = StopRequest()
  let show: ShowOptions
  private let configuration: Pipeline.Configuration
  private let duration: Int64?
  private let bootTime: Timestamp
  private let tap: ProbePlan.Tap

  /// Loads and attaches the kernel programs.
  ///
  /// - Parameters:
  ///   - target: see `ProbePlan`.
  ///   - countsRunTime: whether the kernel counts how long its programs run, which costs every BPF program on the host.
  init(
    show: ShowOptions, kernel: KernelOptions, tap: ProbePlan.Tap, target: UInt64? = nil,
    countsRunTime: Bool = false
  ) throws(Failure) {
    self.tap = tap
    var plan = kernel.plan(tap)
    plan.target = target
    plan.countsRunTime = countsRunTime
    broker = try kernel.noSandbox ? nil : .started()
    probe = try Self.attach(plan, verbose: show.verbose)
    bootTime = Timestamp(nanoseconds: Clock.bootTime())
    host = Self.host(tier: probe.report.tier, bootTime: bootTime)
    self.show = show
    duration = kernel.duration?.nanoseconds
    var configuration = show.configuration(dnsPorts: kernel.ports.known, isAnyPort: true)
    configuration.searchDomains = SearchList.current()
    self.configuration = configuration
  }

  var isSandboxed: Bool { broker != nil }

  /// Prints "ready" on standard error.
  func announce() {
    Terminal.write("querent: ready (tier \(probe.report.tier.rawValue), tap \(tap))\n", to: 2)
  }

  /// Runs the trace to its end.
  ///
  /// - Parameters:
  ///   - view: a subscriber that writes nothing, with its name in the report, and who wants the counts meanwhile.
  ///   - service: tells the service manager how the trace fares.
  ///   - reload: changes the outputs on request.
  ///   - started: called when all parts run; if it throws, nothing is written and files that were created are removed.
  func run(
    _ outputs: [any TraceOutput], metrics: MetricsOutput? = nil,
    and view: (name: String, subscriber: any Subscriber, observer: any TraceObserver)? = nil,
    service: ServiceStatus? = nil, reload: ConfigurationReload? = nil, started: () throws(Failure) -> Void
  ) throws(Failure) -> TraceReport {
    try outputs.open(.refuse)
    do throws(Failure) {
      try metrics?.open(outputs, probe, tap)
      let files: any HostFiles = if let broker { broker } else { DirectFiles() }
      let attributor = Attributor(
        arguments: show.noArgs ? .omitted : .included, records: probe, files: files)
      var source = try LiveSource(
        probe, attributor, interfaces: host.interfaces, bootTime: bootTime, duration: duration, stop: stop)
      var pipeline = Pipeline(
        configuration,
        subscribers: outputs.subscribers(with: metrics) + (view.map { [$0.subscriber] } ?? []),
        reportMalformed: show.malformedReport)
      let observers: [(any TraceObserver)?] = [metrics, view?.observer, service, reload]
      try pipeline.run(&source, observers: observers.compactMap { $0 }) { () throws(Failure) in
        try started()
        outputs.empty()
        service?.begin(probe.report.tier)
      }
      return TraceReport(
        pipeline.ledger, outputs, metrics, and: view.map { ($0.name, $0.subscriber.ledger) })
    } catch {
      outputs.discard()
      throw error
    }
  }
}

extension ShowOptions {
  func configuration(dnsPorts: Set<UInt16>, isAnyPort: Bool) -> Pipeline.Configuration {
    var configuration = Pipeline.Configuration(dnsPorts: dnsPorts)
    configuration.unit = unit
    configuration.timeout = timeout.nanoseconds
    configuration.isAnyPort = isAnyPort
    return configuration
  }

  /// Reports messages that could not be decoded on standard error; nil without --verbose.
  var malformedReport: MalformedReport? {
    verbose ? { Terminal.write("querent: \(MalformedMessage($0, $1))\n", to: 2) } : nil
  }
}

extension Probe: ExecutionRecords {}

// MARK: Setting up

extension Session {
  static func attach(_ plan: ProbePlan, verbose: Bool) throws(Failure) -> Probe {
    do {
      let probe = try Probe(plan)
      if verbose {
        for refusal in probe.report.refusals {
          Terminal.write("querent: \(refusal.program): \(refusal.reason)\n\(refusal.log)\n", to: 2)
        }
      }
      return probe
    } catch {
      if verbose { Terminal.write(error.log + "\n", to: 2) }
      throw Failure(error)
    }
  }

  static func host(tier: Tier?, bootTime: Timestamp) -> Host {
    Host(
      name: HostIdentity.hostName(),
      machineID: ProcFS.text("/etc/machine-id").map(trimmed),
      bootID: ProcFS.text("/proc/sys/kernel/random/boot_id").map(trimmed), bootTime: bootTime,
      tier: tier?.rawValue,
      clockOffsets: ClockOffsets(Clock.offsets()))
  }

  private static func trimmed(_ text: String) -> String {
    String(text.prefix { !$0.isNewline })
  }
}

extension ProbePlan.Tap: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cgroup(let path): "cgroup \(path)"
    case .interface(let name): name.map { "interface \($0)" } ?? "interface, all"
    }
  }
}

extension Failure {
  init(_ error: ProbeError) {
    if error.step == .interface, !error.log.isEmpty {
      self.init(
        "there is no interface \(error.log) in this network namespace",
        advice: "ip link lists the interfaces",
        code: .usage)
      return
    }
    let errno = Errno(rawValue: error.errno)
    // EACCES would be the verifier's. querent has all capabilities that it needs, so something else forbids it.
    if errno == .notPermitted, error.step != .tier, error.verdict == nil {
      self.init(
        "could not \(error.step.rawValue): \(errno), although querent has the capabilities",
        advice:
          "a container, seccomp or a security module forbids BPF here; run querent doctor for details",
        code: .permission)
      return
    }
    if errno.isMemoryShortage || error.step != .tier && MemoryLimit.isSet {
      self.init(
        "could not \(error.step.rawValue): \(error.verdict ?? errno.description)",
        advice: Self.moreMemory,
        code: .failed)
      return
    }
    let program = error.program.map { " (\($0))" } ?? ""
    self.init(
      "could not \(error.step.rawValue)\(program): \(error.verdict ?? errno.description)",
      advice: "querent doctor reports what this host lacks; --verbose prints the kernel's complete log",
      code: error.step == .tier ? .unsupported : .failed)
  }
}
