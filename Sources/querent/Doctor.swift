import ArgumentParser
import HostSystem
import KernelProbe

/// `querent doctor`: reports what this host supports, what is missing, and what to do.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Report what this host supports, what is missing, and what to do about it.",
    discussion: "Exits with 0 if a trace would start, else with the exit code of that trace.")

  @Flag(help: "Print the kernel's complete log for every program that it refuses.")
  var verbose = false

  func run() throws {
    let facts = HostFacts.current()
    var lines = DoctorReport()
    lines.add(
      facts.isNewEnough, "kernel", "\(facts.release) on \(HostIdentity.kernel().machine)",
      advice: "needs 5.8 or newer (ring buffer, CAP_BPF)")
    lines.add(
      facts.hasBTF, "BTF", facts.hasBTF ? HostFacts.btfPath : "\(HostFacts.btfPath) does not exist",
      advice: "needs a kernel built with CONFIG_DEBUG_INFO_BTF=y, as in all distributions since 2021")
    lines.add(
      facts.cgroupMount != nil, "cgroup v2", facts.cgroupMount.map { "mounted at \($0)" } ?? "not mounted",
      advice: "mount -t cgroup2 none /sys/fs/cgroup")
    let missing = facts.missingCapabilities
    lines.add(
      missing.isEmpty, "capabilities",
      missing.isEmpty ? "complete" : "without \(missing.joined(separator: ", "))",
      advice: "run it with sudo")
    lines.add(
      facts.lockdown != "confidentiality", "lockdown",
      facts.lockdown ?? "unknown (securityfs is not mounted)",
      advice: "confidentiality forbids BPF; boot with lockdown=integrity or without lockdown")
    var failure: Failure?
    do {
      try checkProbe(ProbePlan(.cgroup(facts.usableCgroup())), facts, &lines)
    } catch {
      lines.add(false, "trace", error.what, advice: error.advice)
      failure = error
    }
    lines.add(true, "libbpf", "version \(LibBPF.version)")
    checkSandbox(facts, &lines)
    Terminal.write(lines.text, to: 1)
    if let failure { throw ExitCode(failure.code.rawValue) }
  }

  /// Enters the sandbox of a trace, and tries to leave it.
  private func checkSandbox(_ facts: HostFacts, _ lines: inout DoctorReport) {
    let report = Sandbox.ofTrace(on: facts).apply()
    lines.add(
      report.isComplete, "sandbox", "\(report)",
      advice: "Landlock needs Linux 5.13 and lsm=…,landlock at boot; a trace runs without what is missing")
    let (refused, granted) = Sandbox.tryToLeave()
    lines.note("refused: \(refused.joined(separator: ", "))")
    if !granted.isEmpty { lines.note("not refused: \(granted.joined(separator: ", "))") }
  }

  private func checkProbe(
    _ plan: ProbePlan, _ facts: HostFacts, _ lines: inout DoctorReport
  ) throws(Failure) {
    let report = try Session.attach(plan, verbose: verbose).report
    lines.add(true, "tier", "\(report.tier.rawValue): \(report.tier.limits)")
    for tier in Tier.allCases.prefix(while: { $0 != report.tier }) {
      lines.note("not \(tier.rawValue): \(report.reasonsAgainst(tier).first ?? "not needed")")
    }
    lines.add(
      true, "tap", "cgroup: every network namespace; no traffic without a local socket (forwarded, bridged)")
    lines.note("--tap interface also sees that traffic, in this network namespace only")
    let backfill =
      switch report.backfill {
      case .iterator: "found by a kernel iterator over open files"
      case .descriptors: "found by duplicating descriptors that /proc lists"
      case .none: "not searched"
      }
    lines.add(true, "older sockets", backfill)
    let program = facts.lookupProgram(report.tier)
    lines.add(
      program != nil, "unix sockets",
      "lookups by systemd-resolved and nscd: \(program.map { "seen by \($0)" } ?? "not seen on this kernel")",
      advice: "needs the trampoline tier on Linux 5.15 or newer, or the tracepoint tier")
    lines.add(true, "ring", "\(plan.ringSize >> 20) MiB")
  }
}

extension Tier {
  /// What this tier knows about callers.
  var limits: String {
    switch self {
    case .trampoline: "the caller is known before each packet leaves"
    case .tracepoint: "the caller is known after each call; the sender of a packet is known at once"
    case .kprobe: "the caller is known before each packet leaves"
    case .cgroup:
      "only the process that created, bound or connected a socket is known; a UDP sender is known at once, a TCP sender if it sends in its own call"
    }
  }
}

/// The lines that `doctor` prints.
private struct DoctorReport {
  private(set) var text = ""

  mutating func add(_ isGood: Bool, _ what: String, _ found: String, advice: String = "") {
    text += "\(isGood ? "ok      " : "missing ")\(what.padded(to: 14)) \(found)\n"
    if !isGood { note(advice) }
  }

  mutating func note(_ line: String) { text += "\("".padded(to: 22)) \(line)\n" }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
