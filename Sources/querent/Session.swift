import ArgumentParser
import Attribution
import Captures
import Correlation
import Formats
import HostSystem
import KernelProbe
import ProcFS

/// One live trace from attach to ledger, as `watch`, `run` and `demo` share it.
struct Session {
  let probe: Probe
  let host: Host
  let show: ShowOptions
  let settings: Line.Settings
  let duration: Int64?
  let stop = LiveTrace.Stop()
  private let bootTime: Timestamp

  private let tap: ProbePlan.Tap

  /// Loads and attaches.
  init(
    show: ShowOptions, filter: Filter, kernel: KernelOptions, tap: ProbePlan.Tap
  ) throws(Failure) {
    self.tap = tap
    probe = try Self.attach(kernel.plan(tap), verbose: show.verbose)
    bootTime = Timestamp(nanoseconds: Clock.bootTime())
    host = Self.host(tier: probe.report.tier, bootTime: bootTime)
    self.show = show
    duration = kernel.duration?.nanoseconds
    settings = Line.Settings(
      unit: show.unit, timeout: show.timeout.nanoseconds,
      dnsPorts: kernel.ports.known, filter: filter, count: show.count,
      rotation: show.rotation())
  }

  /// Says "ready" on standard error.
  func announce() {
    Terminal.write("querent: ready (tier \(probe.report.tier.rawValue), tap \(tap))\n", to: 2)
  }

  /// Ends the trace on Ctrl-C or SIGTERM; a second one ends the process at once.
  func stopOnSignals() throws(Failure) {
    let stop = stop
    _ = try Worker.started {
      _ = Signals.wait()
      stop.request()
      let second = Signals.wait()
      Place.exitNow(128 + second)
    }
  }

  /// The encoder for a format, and for the terminal behind `target`, if there is one.
  func encoder(_ format: Format, for target: Output.Target) -> any Encoder {
    format.encoder(host: host, for: target, processes: show.processes, names: show.names)
  }

  /// How a trace ended.
  struct Ending {
    var ledger: Ledger
    /// What could not be written, told already.
    var loss: Failure?

    /// The exit code, unless something else decides on it.
    var code: Exit { loss?.code == .unwritten ? .unwritten : .success }
  }

  /// Runs the trace until its end and writes to `target`.
  ///
  /// - Parameter started: called when everything runs; if it throws, nothing is written and no file stays.
  func run(
    to target: Output.Target, encoder: any Encoder, started: () throws(Failure) -> Void
  ) throws(Failure) -> Ending {
    let target = try target.made()
    do throws(Failure) {
      return try trace(to: target, encoder: encoder, started: started)
    } catch {
      target.discard()
      throw error
    }
  }

  private func trace(
    to target: Output.Target, encoder: any Encoder, started: () throws(Failure) -> Void
  ) throws(Failure) -> Ending {
    let stop = stop
    let output = try target.open { stop.request() }
    var line = Line(
      settings, encoder: encoder,
      malformed: show.verbose ? .told { Terminal.write("querent: \($0)\n", to: 2) } : .counted)
    let emit = output.emit
    let probe = probe
    let attributor = Attributor(arguments: show.noArgs ? .omitted : .included, records: probe)
    let trace = LiveTrace(
      probe: probe, attributor: attributor,
      bootTime: bootTime, duration: duration, stop: stop)
    try trace.run(&line, emit) { () throws(Failure) in
      try started()
      target.empty()
    }
    let remainder = output.finish(within: 2000)
    line.enter(remainder)
    let loss = Failure(remainder, to: target)
    _ = loss?.leave()
    return Ending(ledger: line.ledger, loss: loss)
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
    let ownNamespace = Place.inode("/proc/self/ns/net")
    return Host(
      name: Place.hostName(),
      machineID: ProcFS.text("/etc/machine-id").map(trimmed),
      bootID: ProcFS.text("/proc/sys/kernel/random/boot_id").map(trimmed), bootTime: bootTime,
      tier: tier?.rawValue,
      interfaceName: { index, namespace in
        if index == 0 { return nil }
        // The kernel gives every namespace's loopback the first index.
        if index == 1 { return "lo" }
        guard UInt64(namespace) == ownNamespace else { return "if\(index)" }
        return Place.interfaceName(index) ?? "if\(index)"
      },
      clockOffset: { Clock.offset(at: $0.nanoseconds / 1_000_000_000) })
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
        advice: "ip link shows those that there are",
        code: .usage)
      return
    }
    // With every capability that it takes, so somebody else forbids it.
    if Place.isForbidden(error.errno), error.step != .tier, error.verdict == nil {
      self.init(
        "could not \(error.step.rawValue): \(Place.message(error.errno)), though it has the capabilities",
        advice:
          "a container, seccomp or a security module forbids BPF here; querent doctor says what there is",
        code: .permission)
      return
    }
    if Memory.isShort(error.errno) || error.step != .tier && Memory.isLimited() {
      self.init(
        "could not \(error.step.rawValue): \(error.verdict ?? Place.message(error.errno))",
        advice: Self.moreMemory,
        code: .failed)
      return
    }
    let program = error.program.map { " (\($0))" } ?? ""
    self.init(
      "could not \(error.step.rawValue)\(program): \(error.verdict ?? Place.message(error.errno))",
      advice: "querent doctor says what this host lacks; --verbose prints the kernel's whole log",
      code: error.step == .tier ? .unsupported : .failed)
  }
}
