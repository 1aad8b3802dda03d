import CLibBPF
import Glibc

/// What holds the programs at their hooks; they leave them when this goes.
struct Attached {
  var links: [Link] = []
  var socket: PacketSocket?
}

extension Probe {
  /// Loads every program that the plan may use, leaving out, one by one, those that this kernel refuses.
  static func load(
    _ plan: ProbePlan, refusals: inout [ProbeReport.Refusal]
  ) throws(ProbeError) -> BPFObject {
    var wanted = plan.programs
    if let refusal = trampolineRefusal(plan) {
      wanted.subtract(Tier.trampoline.required)
      refusals.append(refusal)
    }
    while true {
      let object = try BPFObject()
      try object.setConfig(plan)
      object.select(wanted)
      do {
        try object.load()
        return object
      } catch {
        guard let program = error.program, !plan.indispensable.contains(program),
          wanted.remove(program) != nil
        else { throw error }
        // Without one of its own a tier is of no use: that saves an attempt for each of the others.
        if let tier = plan.tiers.first(where: { $0 != .cgroup && $0.required.contains(program) }) {
          wanted.subtract(tier.required + tier.optional)
        }
        refusals.append(.init(program: program, reason: reason(error), log: error.log))
      }
    }
  }

  /// Some hosts refuse trampolines to everybody. One tiny program says so; to find out with all of them would take a
  /// second load of the whole.
  private static func trampolineRefusal(_ plan: ProbePlan) -> ProbeReport.Refusal? {
    guard plan.tiers.contains(.trampoline) else { return nil }
    let result = querent_try_trampoline()
    guard result != 0 else { return nil }
    let reason = reason(ProbeError(.load, errno: -result))
    return .init(program: Tier.trampoline.required[0], reason: reason, log: "load failed: \(reason)")
  }

  /// Attaches for the tap on cgroups.
  static func attach(
    _ plan: ProbePlan, object: borrowing BPFObject, cgroup: borrowing Descriptor,
    refusals: [ProbeReport.Refusal]
  ) throws(ProbeError) -> (Attached, ProbeReport) {
    var attaching = Attaching(refusals: refusals)
    var tier = attaching.firstTier(of: plan.tiers.filter { $0 != .cgroup }, object)
    // Creation, bind and connect are cheap and know the owner of a socket before its first use, so
    // they stand under every tier; alone they are the last one.
    var calls: [String] = []
    for name in Tier.cgroup.required + Tier.cgroup.optional
    where attaching.attach(name, of: object, cgroup: cgroup) { calls.append(name) }
    if tier == nil, plan.tiers.contains(.cgroup), Tier.cgroup.required.allSatisfy(calls.contains) {
      tier = .cgroup
    }
    guard let tier else { throw attaching.failure(.tier) }
    for name in ProbePlan.executionPrograms { attaching.attach(name, of: object) }
    let backfill = attaching.backfill(plan.backfill, object)
    for name in ["tap_egress", "tap_ingress"] where !attaching.attach(name, of: object, cgroup: cgroup) {
      throw attaching.failure(.attach)
    }
    return (attaching.attached, attaching.report(tier, backfill))
  }

  /// Loads and attaches for the tap on interfaces: with the notes on sockets where the kernel has them, else
  /// with the callers that kprobes write down by the socket's address.
  static func loadForInterfaces(
    _ plan: ProbePlan, name: String?, _ found: inout (Attached, ProbeReport)?
  ) throws(ProbeError) -> BPFObject {
    let byAddress = plan.tiers.filter { $0 == .kprobe }
    let bySocket = plan.tiers.filter { $0 != .kprobe }
    var refusals: [ProbeReport.Refusal] = []
    if !bySocket.isEmpty {
      do throws(ProbeError) {
        return try loadForInterfaces(plan, bySocket, name, &refusals, &found)
      } catch {
        if error.step == .interface { throw error }
        // Before 5.11 tracing programs have no socket storage, and so none of these tiers.
        if byAddress.isEmpty {
          throw ProbeError(.tier, errno: error.errno, program: error.program, log: error.log)
        }
        refusals.append(.init(program: error.program ?? "", reason: reason(error), log: error.log))
      }
    }
    return try loadForInterfaces(plan, byAddress, name, &refusals, &found)
  }

  private static func loadForInterfaces(
    _ plan: ProbePlan, _ tiers: [Tier], _ name: String?, _ refusals: inout [ProbeReport.Refusal],
    _ found: inout (Attached, ProbeReport)?
  ) throws(ProbeError) -> BPFObject {
    var plan = plan
    plan.tiers = tiers
    let object = try load(plan, refusals: &refusals)
    var attaching = Attaching(refusals: refusals)
    defer { refusals = attaching.refusals }
    guard let tier = attaching.firstTier(of: tiers, object) else { throw attaching.failure(.tier) }
    guard attaching.attach("interface_queue", of: object) else { throw attaching.failure(.attach) }
    for name in ProbePlan.executionPrograms { attaching.attach(name, of: object) }
    let backfill = plan.callersByAddress ? .none : attaching.backfill(plan.backfill, object)
    attaching.attached.socket = try PacketSocket(
      filter: object.programDescriptor("interface_tap"), interface: name)
    found = (attaching.attached, attaching.report(tier, backfill))
    return object
  }

  static func reason(_ error: ProbeError) -> String {
    // SAFETY: strerror's text is copied before anybody can call it again.
    let text = unsafe String(cString: strerror(error.errno))
    guard let verdict = error.verdict, error.step == .load else { return text }
    return "\(text): \(verdict)"
  }
}

/// Programs on their way to their hooks.
private struct Attaching {
  var attached = Attached()
  var programs: [String] = []
  var refusals: [ProbeReport.Refusal]

  init(refusals: [ProbeReport.Refusal]) { self.refusals = refusals }

  /// Attaches a program to the hook that its section names, or notes why not.
  @discardableResult
  mutating func attach(_ name: String, of object: borrowing BPFObject) -> Bool {
    guard object.isLoaded(name) else { return false }
    do throws(ProbeError) {
      return keep(try Link.attach(name, of: object), name)
    } catch {
      return refuse(name, error)
    }
  }

  mutating func attach(
    _ name: String, of object: borrowing BPFObject, cgroup: borrowing Descriptor
  ) -> Bool {
    guard object.isLoaded(name) else { return false }
    do throws(ProbeError) {
      return keep(try Link.attach(name, of: object, cgroup: cgroup), name)
    } catch {
      return refuse(name, error)
    }
  }

  /// The first tier of which everything that it requires attaches.
  mutating func firstTier(of tiers: [Tier], _ object: borrowing BPFObject) -> Tier? {
    for tier in tiers {
      let before = (attached.links.count, programs.count)
      var complete = true
      for name in tier.required where complete { complete = attach(name, of: object) }
      if complete {
        for name in tier.optional { attach(name, of: object) }
        return tier
      }
      attached.links.removeLast(attached.links.count - before.0)
      programs.removeLast(programs.count - before.1)
    }
    return nil
  }

  /// Finds the owners of older sockets, and says how.
  mutating func backfill(_ wanted: ProbePlan.Backfill, _ object: borrowing BPFObject) -> ProbePlan.Backfill {
    var way = wanted
    if way == .iterator {
      do throws(ProbeError) {
        try Link.attach("backfill", of: object).runIterator()
      } catch {
        _ = refuse("backfill", error)
        way = .descriptors
      }
    }
    if way == .descriptors { DescriptorBackfill.run(owners: object.mapDescriptor("owners")) }
    return way
  }

  func failure(_ step: ProbeError.Step) -> ProbeError {
    // Of a tier, what it cannot be without; else the last that was tried.
    let needed = Set(Tier.allCases.flatMap(\.required))
    let cause = refusals.last { needed.contains($0.program) } ?? refusals.last
    return ProbeError(step, errno: EOPNOTSUPP, program: cause?.program, log: cause?.log ?? "")
  }

  func report(_ tier: Tier, _ backfill: ProbePlan.Backfill) -> ProbeReport {
    ProbeReport(tier: tier, backfill: backfill, programs: programs, refusals: refusals)
  }

  private mutating func keep(_ link: Link, _ name: String) -> Bool {
    attached.links.append(link)
    programs.append(name)
    return true
  }

  private mutating func refuse(_ name: String, _ error: ProbeError) -> Bool {
    refusals.append(.init(program: name, reason: Probe.reason(error), log: error.log))
    return false
  }
}
