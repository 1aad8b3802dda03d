import ArgumentParser
import HostSystem
import KernelProbe
import ProcFS

/// Says what this host has, what it lacks, and what to do.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what this host offers, what it lacks, and what to do about it.",
    discussion: "Exits with 0 if a trace would start, else with the code that the trace would exit with.")

  @Flag(help: "Print the kernel's whole log for every program that it refuses.")
  var verbose = false

  func run() throws {
    var lines = Findings()
    checkKernel(&lines)
    checkBTF(&lines)
    let mount = ControlGroups.mountPoint()
    lines.add(
      mount != nil, "cgroup v2", mount.map { "mounted at \($0)" } ?? "not mounted",
      advice: "mount -t cgroup2 none /sys/fs/cgroup", code: .unsupported)
    checkCapabilities(&lines)
    checkLockdown(&lines)
    if let mount { checkProbe(ProbePlan(cgroup: mount), &lines) }
    lines.add(true, "libbpf", "version \(LibBPF.version)")
    Terminal.write(lines.text, to: 1)
    if let code = lines.worst { throw ExitCode(code.rawValue) }
  }

  private func checkKernel(_ lines: inout Findings) {
    let kernel = Place.kernel()
    let parts = kernel.release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
    let isNew = parts.count == 2 && (parts[0], parts[1]) >= (5, 8)
    lines.add(
      isNew, "kernel", "\(kernel.release) on \(kernel.machine)",
      advice: "needs 5.8 or newer (ring buffer, CAP_BPF)",
      code: .unsupported)
  }

  private func checkBTF(_ lines: inout Findings) {
    let path = "/sys/kernel/btf/vmlinux"
    lines.add(
      Place.inode(path) != nil, "BTF", Place.inode(path) != nil ? path : "\(path) is not there",
      advice: "needs a kernel built with CONFIG_DEBUG_INFO_BTF=y, as all distributions' are since 2021",
      code: .unsupported)
  }

  private func checkCapabilities(_ lines: inout Findings) {
    let missing = Capabilities.names.filter { !Capabilities.effective().contains($0.0) }.map(\.1)
    lines.add(
      missing.isEmpty, "capabilities",
      missing.isEmpty ? "all that is needed" : "without \(missing.joined(separator: ", "))",
      advice: "run it with sudo", code: .permission)
  }

  private func checkLockdown(_ lines: inout Findings) {
    guard let text = ProcFS.text("/sys/kernel/security/lockdown") else {
      lines.add(true, "lockdown", "unknown (securityfs is not mounted); confidentiality would forbid BPF")
      return
    }
    let mode = text.split(separator: "[").last?.prefix { $0 != "]" } ?? "none"
    lines.add(
      mode != "confidentiality", "lockdown", String(mode),
      advice: "confidentiality forbids BPF to read kernel memory",
      code: .unsupported)
  }

  private func checkProbe(_ plan: ProbePlan, _ lines: inout Findings) {
    do {
      let report = try Probe(plan).report
      lines.add(true, "tier", "\(report.tier.rawValue): \(report.tier.limits)")
      for tier in Tier.allCases.prefix(while: { $0 != report.tier }) {
        let reasons = report.reasonsAgainst(tier)
        lines.note("  not \(tier.rawValue): \(reasons.first ?? "not needed")")
      }
      if verbose {
        for refusal in report.refusals {
          lines.note("  \(refusal.program): \(refusal.reason)\n\(refusal.log)")
        }
      }
      lines.add(
        true, "tap", "cgroup: every network namespace; not what no local socket owns (forwarded, bridged)")
      let backfill =
        switch report.backfill {
        case .iterator: "by a kernel iterator over open files"
        case .descriptors: "by borrowing descriptors from /proc"
        case .none: "not looked for"
        }
      lines.add(true, "older sockets", backfill)
      lines.add(true, "ring", "\(plan.ringSize >> 20) MiB")
    } catch {
      let failure = Failure(error)
      lines.add(false, "trace", failure.what, advice: failure.advice, code: failure.code)
      if verbose { lines.note(error.log) }
    }
  }
}

extension Tier {
  /// What its user should know.
  var limits: String {
    switch self {
    case .trampoline: "the caller is known before each packet leaves"
    case .tracepoint: "the caller is known after each call; the sender of a packet is known at once"
    case .cgroup:
      "only who made, bound or connected a socket is known; a UDP sender is known at once, a TCP sender if it sends itself"
    }
  }
}

/// The lines of a check-up.
private struct Findings {
  private(set) var text = ""
  private(set) var worst: Exit?

  mutating func add(
    _ isGood: Bool, _ what: String, _ found: String, advice: String = "", code: Exit = .failed
  ) {
    let padded = what.padded(to: 14)
    text += "\(isGood ? "ok     " : "missing") \(padded) \(found)\n"
    guard !isGood else { return }
    text += "          \("".padded(to: 12)) \(advice)\n"
    if worst == nil { worst = code }
  }

  mutating func note(_ line: String) { text += "        \("".padded(to: 14)) \(line)\n" }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
