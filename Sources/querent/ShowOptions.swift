import ArgumentParser
import CaptureFiles
import TraceModel
import Correlation
import DNSWire
import Formats
import HostSystem
import KernelProbe
import Tracing

/// How records look.
enum Format: String, ExpressibleByArgument, CaseIterable {
  case table, keyvalue, json, eve, dnstap, pcapng
}

/// What is shown, and how; the same for every command that shows exchanges.
struct ShowOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "table (default on a terminal), keyvalue (default in a pipe), json, eve (Suricata's), dnstap, or pcapng (packets).",
      valueName: "format"))
  var format: Format?

  @Flag(help: "Show each message as it passes instead of each exchange once.")
  var messages = false

  @Option(
    help: ArgumentHelp("Call a query unanswered after this time: 500ms, 5s, 1m.", valueName: "time"))
  var timeout = DurationArgument(nanoseconds: 5_000_000_000)

  @Option(help: ArgumentHelp("Stop after this many exchanges, or messages with --messages.", valueName: "n"))
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "Write to this file instead of standard output; with dnstap also unix:PATH, a collector's socket.",
      valueName: "file"))
  var output: String?

  @Flag(help: "Go on at the end of the output file if it is not empty, which is refused otherwise.")
  var append = false

  @Flag(help: "Empty the output file first if it is not empty, once the trace is ready.")
  var overwrite = false

  @Option(
    help: ArgumentHelp(
      "Write to this too, e.g. pcapng:b.pcapng or json[failed,type=A]:f.json; may be given more than once.",
      valueName: "format:file"))
  var also: [String] = []

  @Option(
    help: ArgumentHelp(
      "Begin a new file at this size or time: 100MB, 1h; may be given twice, for both.", valueName: "limit"))
  var rotate: [Rotation.Limit] = []

  @Option(help: ArgumentHelp("With --rotate: delete all but the last n complete files.", valueName: "n"))
  var keep: Int?

  @Flag(help: "With pcapng: describe each process in a block of its own too, which newer Wiresharks show.")
  var processBlocks = false

  @Flag(help: "In a table, show internationalised names in Unicode where that is safe.")
  var idn = false

  var names: TableFormat.Names { idn ? .unicode : .ascii }

  @Flag(help: "Leave out command lines, which may hold secrets.")
  var noArgs = false

  var processes: PcapngWriter.Processes { processBlocks ? .inBlocks : .inPackets }

  /// What one record stands for.
  var unit: Unit { messages ? .messages : .exchanges }

  @Flag(help: "Say more: malformed messages with their reason, and the verifier's whole log.")
  var verbose = false
}

/// Which exchanges are shown.
struct FilterOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Only processes of this name or executable; * and ? match.", valueName: "glob"))
  var process: [String] = []

  @Option(help: ArgumentHelp("Only this process.", valueName: "pid"))
  var pid: [Int32] = []

  @Option(help: ArgumentHelp("Only processes of this user, by name or number.", valueName: "user"))
  var user: [String] = []

  @Option(help: ArgumentHelp("Only this container, by the start of its id.", valueName: "id"))
  var container: [String] = []

  @Option(help: ArgumentHelp("Only this name; a leading *. takes everything below.", valueName: "glob"))
  var name: [String] = []

  @Option(help: ArgumentHelp("Only this record type: A, AAAA, HTTPS, TYPE65280.", valueName: "type"))
  var type: [String] = []

  @Option(help: ArgumentHelp("Only this response code: NXDOMAIN, SERVFAIL.", valueName: "code"))
  var rcode: [String] = []

  @Option(help: ArgumentHelp("Only exchanges with this server.", valueName: "address"))
  var server: [String] = []

  @Option(help: ArgumentHelp("Only what took at least this long, or for ever.", valueName: "time"))
  var slow: DurationArgument?

  @Flag(help: "Only queries that nobody answered.")
  var unanswered = false

  @Flag(help: "Only what failed: unanswered, or any response code but NOERROR.")
  var failed = false

  /// Every option of one kind may be given more than once.
  func filter(showing unit: Unit) throws(Failure) -> Filter {
    var filter = Filter()
    filter.processes = process.map(Glob.init)
    filter.pids = Set(pid)
    filter.containers = container
    filter.slow = slow?.nanoseconds
    filter.unanswered = unanswered
    filter.failed = failed
    for pid in pid where pid < 1 { throw refused("--pid \(pid)", "a process has a number from 1 on") }
    for text in user {
      if let number = UInt32(text) {
        filter.users.insert(number)
      } else if let user = Child.User(text) {
        filter.users.insert(user.uid)
      } else {
        throw refused("--user \(text)", "there is no such user on this host; a number works for any")
      }
    }
    for text in name {
      guard let pattern = NamePattern(text) else {
        throw refused("--name '\(text)'", "labels have 1 to 63 octets, names at most 127 labels")
      }
      filter.names.append(pattern)
    }
    for text in type {
      guard let type = RecordType(mnemonic: text) else {
        throw refused("--type \(text)", "there is no such record type; TYPE and a number works for any")
      }
      filter.types.insert(type)
    }
    for text in rcode {
      guard let code = ResponseCode(mnemonic: text) else {
        throw refused(
          "--rcode \(text)", "there is no such response code; try NOERROR, NXDOMAIN, SERVFAIL, REFUSED")
      }
      filter.codes.insert(code)
    }
    for text in server {
      guard let address = IPAddress(text) else {
        throw refused("--server \(text)", "give an IPv4 or IPv6 address, as in --server 192.0.2.53")
      }
      filter.servers.insert(address)
    }
    if let contradiction = filter.contradiction(showing: unit) {
      throw refused("these filters", contradiction)
    }
    return filter
  }

  private func refused(_ what: String, _ why: String) -> Failure {
    Failure("\(what) can match nothing", advice: why, code: .usage)
  }
}

/// Where DNS is looked for.
struct PortOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only these ports, separated by commas; without it DNS is found on any port by its shape.",
      valueName: "ports"))
  var ports: Ports?

  @Flag(help: "Recognise DNS on any port (the default).")
  var anyPort = false

  /// What passes there is DNS, whatever it looks like.
  var known: Set<UInt16> {
    guard let ports else { return ProbePlan.wellKnownPorts }
    return anyPort ? ports.numbers.union(ProbePlan.wellKnownPorts) : ports.numbers
  }

  /// Whether what looks like DNS counts on other ports too.
  var isAnyPort: Bool { ports == nil || anyPort }
}

/// What is loaded into the kernel.
struct KernelOptions: ParsableArguments {
  @OptionGroup var ports: PortOptions

  @Option(
    help: ArgumentHelp(
      "Use this way to learn who calls a socket, or fail: trampoline, tracepoint, cgroup, kprobe.",
      valueName: "tier"))
  var tier: Tier?

  @Option(
    help: ArgumentHelp(
      "Where packets are seen: cgroup (default: at every local socket) or interface (packet sockets).",
      valueName: "tap"))
  var tap: TapChoice?

  @Option(
    help: ArgumentHelp(
      "Only this interface of this network namespace; implies --tap interface.", valueName: "name"))
  var interface: String?

  @Option(help: ArgumentHelp("Octets of the ring buffer: a power of two, as in 16M.", valueName: "size"))
  var ring: RingSize = RingSize(octets: ProbePlan.defaultRingSize)

  @Option(help: ArgumentHelp("Stop after this time: 10s, 5m, 1h.", valueName: "time"))
  var duration: DurationArgument?

  /// The inode of the one network namespace to look at.
  var onlyNamespace: UInt32?

  private enum CodingKeys: CodingKey { case ports, tier, tap, interface, ring, duration }

  func plan(_ tap: ProbePlan.Tap) -> ProbePlan {
    var plan = ProbePlan(tap)
    plan.dnsPorts = ports.known
    plan.anyPort = ports.isAnyPort
    plan.ringSize = ring.octets
    plan.onlyNamespace = onlyNamespace
    if case .interface = tap {
      plan.onlyNamespace = FileSystem.inode("/proc/thread-self/ns/net").map { UInt32(truncatingIfNeeded: $0) }
    }
    if let tier { plan.tiers = [tier] }
    return plan
  }
}

extension Tier: ExpressibleByArgument {}

/// Where packets are seen, as people say it.
enum TapChoice: String, ExpressibleByArgument, CaseIterable {
  case cgroup, interface
}

extension KernelOptions {
  /// The tap to use on a host: the one asked for, else the cgroup tap where there is cgroup v2.
  func tap(on facts: HostFacts) throws(Failure) -> ProbePlan.Tap {
    try facts.check()
    let wantsInterface = tap == .interface || interface != nil
    if let tier, wantsInterface ? tier == .cgroup : tier == .kprobe {
      throw Failure(
        "the tier \(tier.rawValue) does not go with this tap",
        advice: "cgroup is for --tap cgroup, kprobe for --tap interface; the others go with both",
        code: .usage)
    }
    if wantsInterface {
      guard tap != .cgroup else {
        throw Failure(
          "--interface does not go with --tap cgroup", advice: "leave out one of the two", code: .usage)
      }
      guard facts.capabilities.contains(.netRaw) else {
        throw Failure(
          "needs CAP_NET_RAW for a packet socket", advice: "run it with sudo", code: .permission)
      }
      return .interface(interface)
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
