package import Captures
import CLibBPF
import Glibc
import ProbeABI
import Synchronization

/// The kernel half, loaded and attached. It leaves the kernel when the last reference goes, or when the
/// process ends, however it ends: everything is held by this process's descriptors.
package final class Probe: @unchecked Sendable {
  // SAFETY: `drain` is called by one thread only, as its documentation asks; everything else is
  // immutable after init or a system call on a descriptor.

  /// What was chosen, and why nothing better.
  package let report: ProbeReport
  private let object: BPFObject
  private var links: [Link]
  private let ring: RingBuffer
  private let countersMap: Int32
  private let executionsMap: Int32

  /// Loads and attaches: the writers first, then the owners of older sockets, then the tap.
  package init(_ plan: ProbePlan) throws(ProbeError) {
    let cgroup: Descriptor
    if let opened = Descriptor(directory: plan.cgroup) {
      cgroup = opened
    } else {
      throw ProbeError(.cgroup, errno: errno, log: plan.cgroup)
    }
    var refusals: [ProbeReport.Refusal] = []
    object = try Self.load(plan, refusals: &refusals)
    (links, report) = try Self.attach(plan, object: object, cgroup: cgroup, refusals: refusals)
    ring = try RingBuffer(map: object.mapDescriptor("ring"))
    countersMap = object.mapDescriptor("counters")
    executionsMap = object.mapDescriptor("executions")
  }

  /// Hands every record that is in the ring to `body`, waiting up to `milliseconds` for the first.
  ///
  /// Call it from one thread at a time. After a drain of many records it naps: waking the reader for
  /// every record would cost the host ten times what the record itself costs.
  /// - Returns: how many records there were.
  @discardableResult
  package func drain(waiting milliseconds: Int32, _ body: (borrowing Record) -> Void) -> Int {
    ring.drain(waiting: milliseconds, body)
  }

  /// Takes the tap and the writers off; what is in the ring can still be drained.
  package func detach() { links = [] }

  /// What the kernel has counted, over all processors.
  package func counters() -> KernelCounters {
    let cpus = Int(libbpf_num_possible_cpus())
    guard cpus > 0 else { return KernelCounters() }
    var values = [querent_counters](repeating: querent_counters(), count: cpus)
    var key: UInt32 = 0
    // SAFETY: the kernel writes one value per possible CPU, 8-octet aligned, which is what is there.
    let result = unsafe values.withUnsafeMutableBytes { buffer in
      unsafe bpf_map_lookup_elem(countersMap, &key, buffer.baseAddress)
    }
    guard result == 0 else { return KernelCounters() }
    return values.reduce(into: KernelCounters()) { $0.add($1) }
  }
}

/// What a process was started with since querent runs, kept in the kernel.
package struct Execution: Sendable {
  /// The path of the program, as it was given to execve(2) or in the script's first line.
  package var path: String
  /// The arguments, each with a zero octet behind it; cut where they are longer than the kernel half keeps.
  package var arguments: [UInt8]
}

extension Probe {
  /// What the process was started with; nil if it was not seen to start.
  package func execution(of process: ProcessIdentity) -> Execution? {
    var value = [UInt8](repeating: 0, count: MemoryLayout<querent_execution>.size)
    var key = UInt32(bitPattern: process.pid)
    // SAFETY: key and value have the sizes that the ABI header asserts.
    guard unsafe bpf_map_lookup_elem(executionsMap, &key, &value) == 0 else { return nil }
    func number<Number: FixedWidthInteger>(_ field: PartialKeyPath<querent_execution>, _: Number.Type)
      -> Number
    {
      let at = MemoryLayout<querent_execution>.offset(of: field) ?? 0
      // SAFETY: the offset is that of a field of this size inside the value.
      return unsafe value.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: at, as: Number.self) }
    }
    guard number(\.start_boottime, UInt64.self) == process.startTime else { return nil }
    let pathStart = MemoryLayout<querent_execution>.offset(of: \.path) ?? 0
    let path = value[pathStart...].prefix(Int(QUERENT_PATH_SIZE)).prefix { $0 != 0 }
    let arguments = value[(pathStart + Int(QUERENT_PATH_SIZE))...]
      .prefix(Int(number(\.arguments_length, UInt32.self)))
    return Execution(path: String(decoding: path, as: UTF8.self), arguments: Array(arguments))
  }
}

/// The kernel's side of the ledger, in packets.
package struct KernelCounters: Hashable, Sendable {
  package var seen: UInt64 = 0
  package var recognised: UInt64 = 0
  package var shipped: UInt64 = 0
  package var ringFull: UInt64 = 0
  package var shortened: UInt64 = 0
  package var noSocket: UInt64 = 0
  package var noOwner: UInt64 = 0
  package var storageFull: UInt64 = 0

  fileprivate mutating func add(_ counters: querent_counters) {
    seen += counters.seen
    recognised += counters.recognised
    shipped += counters.shipped
    ringFull += counters.ring_full
    shortened += counters.shortened
    noSocket += counters.no_socket
    noOwner += counters.no_owner
    storageFull += counters.storage_full
  }

  /// Sets the kernel's counts in `ledger`.
  package func enter(into ledger: inout Ledger) {
    ledger.seen = seen
    ledger.recognised = recognised
    ledger.shipped = shipped
    ledger.ringFull = ringFull
    ledger.shortened = shortened
    ledger.noSocket = noSocket
    ledger.noOwner = noOwner
  }
}

/// What was loaded, for `doctor`, the ready line and the output.
package struct ProbeReport: Sendable {
  package var tier: Tier
  package var backfill: ProbePlan.Backfill
  package var programs: [String]
  /// What the kernel would not take, in the order in which it was tried.
  package var refusals: [Refusal]

  package struct Refusal: Sendable {
    package var program: String
    package var reason: String
    package var log: String
  }

  /// Why the better tiers are not in use, one sentence for each.
  package func reasonsAgainst(_ tier: Tier) -> [String] {
    let programs = tier.required + tier.optional
    return refusals.filter { programs.contains($0.program) }.map { "\($0.program): \($0.reason)" }
  }
}

// MARK: Loading and attaching

extension Probe {
  /// Loads every program that the plan may use, leaving out, one by one, those that this kernel refuses.
  private static func load(
    _ plan: ProbePlan, refusals: inout [ProbeReport.Refusal]
  ) throws(ProbeError) -> BPFObject {
    var wanted = Set(["tap_egress", "tap_ingress", "executed"])
    for tier in plan.tiers { wanted.formUnion(tier.required + tier.optional) }
    wanted.formUnion(Tier.cgroup.required + Tier.cgroup.optional)
    if plan.backfill == .iterator { wanted.insert("backfill") }
    while true {
      let object = try BPFObject()
      try object.setKnobs(plan)
      object.select(wanted)
      do {
        try object.load()
        return object
      } catch {
        guard let program = error.program, !program.hasPrefix("tap_"), wanted.remove(program) != nil else {
          throw error
        }
        // Without one of its own a tier is of no use: that saves an attempt for each of the others.
        if let tier = plan.tiers.first(where: { $0 != .cgroup && $0.required.contains(program) }) {
          wanted.subtract(tier.required + tier.optional)
        }
        refusals.append(.init(program: program, reason: Self.reason(error), log: error.log))
      }
    }
  }

  private static func attach(
    _ plan: ProbePlan, object: borrowing BPFObject, cgroup: borrowing Descriptor,
    refusals: [ProbeReport.Refusal]
  ) throws(ProbeError) -> ([Link], ProbeReport) {
    var refusals = refusals
    var links: [Link] = []
    var programs: [String] = []
    func attach(_ name: String) -> Bool {
      guard object.isLoaded(name) else { return false }
      do {
        links.append(
          name.hasPrefix("cgroup_") || name.hasPrefix("tap_")
            ? try Link.attach(name, of: object, cgroup: cgroup) : try Link.attach(name, of: object))
        programs.append(name)
        return true
      } catch {
        refusals.append(.init(program: name, reason: Self.reason(error), log: error.log))
        return false
      }
    }

    var tier: Tier?
    for candidate in plan.tiers where candidate != .cgroup {
      let before = (links.count, programs.count)
      guard candidate.required.allSatisfy(attach) else {
        links.removeLast(links.count - before.0)
        programs.removeLast(programs.count - before.1)
        continue
      }
      tier = candidate
      for name in candidate.optional { _ = attach(name) }
      break
    }
    // Creation, bind and connect are cheap and know the owner of a socket before its first use, so
    // they stand under every tier; alone they are the last one.
    let calls = (Tier.cgroup.required + Tier.cgroup.optional).filter(attach)
    if tier == nil, plan.tiers.contains(.cgroup), Tier.cgroup.required.allSatisfy(calls.contains) {
      tier = .cgroup
    }
    guard let tier else {
      let last = refusals.last
      throw ProbeError(.tier, errno: EOPNOTSUPP, program: last?.program, log: last?.log ?? "")
    }

    _ = attach("executed")
    var backfill = plan.backfill
    if backfill == .iterator {
      do {
        try Link.attach("backfill", of: object).runIterator()
        programs.append("backfill")
      } catch {
        refusals.append(.init(program: "backfill", reason: Self.reason(error), log: error.log))
        backfill = .descriptors
      }
    }
    if backfill == .descriptors { DescriptorBackfill.run(owners: object.mapDescriptor("owners")) }

    for name in ["tap_egress", "tap_ingress"] where !attach(name) {
      throw ProbeError(.attach, errno: EINVAL, program: name, log: refusals.last?.reason ?? "")
    }
    return (links, ProbeReport(tier: tier, backfill: backfill, programs: programs, refusals: refusals))
  }

  private static func reason(_ error: ProbeError) -> String {
    // SAFETY: strerror's text is copied before anybody can call it again.
    let text = unsafe String(cString: strerror(error.errno))
    guard let verdict = error.verdict, error.step == .load else { return text }
    return "\(text): \(verdict)"
  }
}
