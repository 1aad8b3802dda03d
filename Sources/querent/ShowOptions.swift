import ArgumentParser
import CaptureFiles
import TraceModel
import Correlation
import DNSWire
import Formats
import HostSystem
import KernelProbe
import ProcFS
import TracePipeline

/// The output formats.
enum Format: String, ExpressibleByArgument, CaseIterable {
  case table, keyvalue, json, eve, dnstap, pcapng
}

/// The options of every command that shows exchanges: format, outputs, count.
struct ShowOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "table (default on a terminal), keyvalue (default in a pipe), json, eve (Suricata's), dnstap, or pcapng (packets).",
      valueName: "format"))
  var format: Format?

  @Flag(help: "Show each message when it passes, instead of each exchange.")
  var messages = false

  @Flag(
    help:
      "Show each lookup of a program as one record: A and AAAA together, with the attempts with search domains and further servers."
  )
  var lookups = false

  @Option(
    help: ArgumentHelp("Show a query as unanswered after this time: 500ms, 5s, 1m.", valueName: "time"))
  var timeout = DurationArgument(nanoseconds: 5_000_000_000)

  @Option(
    help: ArgumentHelp(
      "Stop after this many exchanges; with --messages or --lookups, of these.", valueName: "n"))
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "Write to this file instead of standard output; for dnstap also unix:PATH, the socket of a collector.",
      valueName: "file"))
  var output: String?

  @Flag(help: "Append to the output file if it is not empty; without this it is refused.")
  var append = false

  @Flag(help: "Empty the output file if it is not empty, when the trace is ready.")
  var overwrite = false

  @Option(
    help: ArgumentHelp(
      "Also write to this output: pcapng:b.pcapng, json[failed,type=A]:f.json; may be given more than once.",
      valueName: "format:file"))
  var also: [String] = []

  @Option(
    help: ArgumentHelp(
      "Start a new file at this size or time: 100MB, 1h; may be given twice, for both.", valueName: "limit"))
  var rotate: [Rotation.Limit] = []

  @Option(help: ArgumentHelp("With --rotate: delete all but the last n complete files.", valueName: "n"))
  var keep: Int?

  @Flag(
    help:
      "With pcapng: also write a process information block for each process, which newer versions of Wireshark show."
  )
  var processBlocks = false

  @Flag(help: "In the table, show internationalised names in Unicode where that is safe.")
  var idn = false

  var names: TableFormat.Names { idn ? .unicode : .ascii }

  @Flag(help: "Omit command lines, which may contain secrets.")
  var noArgs = false

  var processes: PcapngWriter.Processes { processBlocks ? .inBlocks : .inPackets }

  /// Whether a record is an exchange, a lookup or a message.
  var unit: Unit { messages ? .messages : lookups ? .lookups : .exchanges }

  func validate() throws {
    if messages && lookups {
      throw ValidationError("--messages and --lookups exclude each other: a record is one or the other.")
    }
  }

  @Flag(
    help:
      "Print more details: malformed messages with the reason, and the complete log of the kernel's verifier."
  )
  var verbose = false
}

/// The ports on which DNS is recognised.
struct PortOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only these ports, separated by commas; without this option DNS is recognised on any port by its shape.",
      valueName: "ports"))
  var ports: Ports?

  @Flag(help: "Recognise DNS on any port (the default).")
  var anyPort = false

  /// The ports on which all traffic is classified as DNS.
  var known: Set<UInt16> {
    guard let ports else { return ProbePlan.wellKnownPorts }
    return anyPort ? ports.numbers.union(ProbePlan.wellKnownPorts) : ports.numbers
  }

  /// Whether DNS is recognised by its shape on other ports.
  var isAnyPort: Bool { ports == nil || anyPort }
}

/// The options that select the kernel programs.
struct KernelOptions: ParsableArguments {
  @OptionGroup var ports: PortOptions

  @Option(
    help: ArgumentHelp(
      "Use this tier (how the process of a socket is found), or fail: trampoline, tracepoint, cgroup, kprobe.",
      valueName: "tier"))
  var tier: Tier?

  @Option(
    help: ArgumentHelp(
      "Where packets are seen: cgroup (at every local socket; the default) or interface (packet sockets).",
      valueName: "tap"))
  var tap: TapChoice?

  @Option(
    help: ArgumentHelp(
      "Only this interface of this network namespace; implies --tap interface.", valueName: "name"))
  var interface: String?

  @Option(
    help: ArgumentHelp(
      "Only sockets made in this cgroup or below it, in place of all of the host: a directory of cgroup v2.",
      valueName: "directory"))
  var cgroup: String?

  @Option(help: ArgumentHelp("Size of the ring buffer: a power of two, for example 16M.", valueName: "size"))
  var ring: RingSize = RingSize(octets: ProbePlan.defaultRingSize)

  @Option(help: ArgumentHelp("Stop after this time: 10s, 5m, 1h.", valueName: "time"))
  var duration: DurationArgument?

  @Flag(
    help:
      "Keep all files and system calls that this user has, in place of the sandbox that querent enters when its programs are attached."
  )
  var noSandbox = false

  /// The inode of the one network namespace to trace; nil for all.
  var onlyNamespace: UInt32?

  private enum CodingKeys: CodingKey { case ports, tier, tap, interface, cgroup, ring, duration, noSandbox }

  func plan(_ tap: ProbePlan.Tap) -> ProbePlan {
    var plan = ProbePlan(tap)
    plan.dnsPorts = ports.known
    plan.anyPort = ports.isAnyPort
    plan.ringSize = ring.octets
    plan.onlyNamespace = onlyNamespace
    if case .interface = tap {
      plan.onlyNamespace = ProcFS.inode("/proc/thread-self/ns/net").map { UInt32(truncatingIfNeeded: $0) }
    }
    if let tier { plan.tiers = [tier] }
    return plan
  }
}

extension Tier: ExpressibleByArgument {}

/// The value of --tap.
enum TapChoice: String, ExpressibleByArgument, CaseIterable {
  case cgroup, interface
}

extension KernelOptions {
  private var wantsInterface: Bool { tap == .interface || interface != nil }

  /// Throws what is wrong with the options on any host.
  func check() throws(Failure) {
    if let tier, wantsInterface ? tier == .cgroup : tier == .kprobe {
      throw Failure(
        "the tier \(tier.rawValue) cannot be used with this tap",
        advice: "use cgroup with --tap cgroup, kprobe with --tap interface; the others work with both",
        code: .usage)
    }
    guard wantsInterface else { return }
    guard cgroup == nil else {
      throw Failure(
        "--cgroup cannot be combined with --tap interface or --interface",
        advice: "leave out one of the two",
        code: .usage)
    }
    guard tap != .cgroup else {
      throw Failure(
        "--interface cannot be combined with --tap cgroup", advice: "leave out one of the two", code: .usage
      )
    }
  }

  /// The tap to use on a host: the requested one, else the cgroup tap if cgroup v2 is mounted.
  func tap(on facts: HostFacts) throws(Failure) -> ProbePlan.Tap {
    try facts.check()
    try check()
    if wantsInterface {
      guard facts.capabilities.contains(.netRaw) else {
        throw Failure(
          "needs CAP_NET_RAW for a packet socket", advice: "run it with sudo", code: .permission)
      }
      return .interface(interface)
    }
    if let cgroup {
      let mount = try facts.usableCgroup()
      guard ControlGroups.isControlGroup(cgroup) else {
        throw Failure(
          "\(cgroup) is not a cgroup", advice: "give a directory below \(mount)", code: .usage)
      }
      return .cgroup(cgroup)
    }
    if tap == nil, facts.cgroupMount == nil, facts.capabilities.contains(.netRaw) {
      Terminal.write(
        "querent: cgroup v2 is not mounted: watching the interfaces of this network namespace instead\n",
        to: 2)
      return .interface(nil)
    }
    return .cgroup(try facts.usableCgroup())
  }
}
