import CLibBPF
import Glibc

/// The links and the socket that keep the programs attached; releasing them detaches the programs.
struct Attachments {
  var links: [Link] = []
  var socket: PacketSocket?
}

extension Probe {
  /// Loads every program that the plan may use. A program that this kernel refuses is removed and the load is repeated.
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
        // A tier is unusable without all of its required programs, so its others are removed too.
        if let tier = plan.tiers.first(where: { $0 != .cgroup && $0.required.contains(program) }) {
          wanted.subtract(tier.required + tier.optional)
        }
        refusals.append(.init(program: program, reason: reason(error), log: error.log))
      }
    }
  }

  /// Some hosts refuse all trampolines. A small program detects this; otherwise a second load of the whole object would
  /// be needed.
  private static func trampolineRefusal(_ plan: ProbePlan) -> ProbeReport.Refusal? {
    guard plan.tiers.contains(.trampoline) else { return nil }
    let result = querent_try_trampoline()
    guard result != 0 else { return nil }
    let reason = reason(ProbeError(.load, errno: -result))
    return .init(program: Tier.trampoline.required[0], reason: reason, log: "load failed: \(reason)")
  }

  /// Attaches the programs of the cgroup tap.
  static func attach(
    _ plan: ProbePlan, object: borrowing BPFObject, cgroup: borrowing Descriptor,
    refusals: [ProbeReport.Refusal]
  ) throws(ProbeError) -> (Attachments, ProbeReport) {
    var attacher = Attacher(refusals: refusals)
    var tier = attacher.firstTier(of: plan.tiers.filter { $0 != .cgroup }, object)
    // Creation, bind and connect are cheap and know the owner of a socket before its first use, so
    // these programs run with every tier; alone they are the last tier.
    var calls: [String] = []
    for name in Tier.cgroup.required + Tier.cgroup.optional
    where attacher.attach(name, of: object, cgroup: cgroup) { calls.append(name) }
    if tier == nil, plan.tiers.contains(.cgroup), Tier.cgroup.required.allSatisfy(calls.contains) {
      tier = .cgroup
    }
    guard let tier else { throw attacher.failure(.tier) }
    for name in ProbePlan.executionPrograms { attacher.attach(name, of: object) }
    let backfill = attacher.backfill(plan.backfill, object)
    for name in ["tap_egress", "tap_ingress"] where !attacher.attach(name, of: object, cgroup: cgroup) {
      throw attacher.failure(.attach)
    }
    return (attacher.attachments, attacher.report(tier, backfill))
  }

  /// Loads and attaches the programs of the interface tap: with owner records in socket storage if the kernel supports it, else
  /// with kprobes that record callers by the socket's address.
  static func loadForInterfaces(
    _ plan: ProbePlan, name: String?, _ result: inout (Attachments, ProbeReport)?
  ) throws(ProbeError) -> BPFObject {
    let byAddress = plan.tiers.filter { $0 == .kprobe }
    let bySocket = plan.tiers.filter { $0 != .kprobe }
    var refusals: [ProbeReport.Refusal] = []
    if !bySocket.isEmpty {
      do throws(ProbeError) {
        return try loadForInterfaces(plan, bySocket, name, &refusals, &result)
      } catch {
        if error.step == .interface { throw error }
        // Before 5.11 tracing programs have no socket storage, and so none of these tiers.
        if byAddress.isEmpty {
          throw ProbeError(.tier, errno: error.errno, program: error.program, log: error.log)
        }
        refusals.append(.init(program: error.program ?? "", reason: reason(error), log: error.log))
      }
    }
    return try loadForInterfaces(plan, byAddress, name, &refusals, &result)
  }

  private static func loadForInterfaces(
    _ plan: ProbePlan, _ tiers: [Tier], _ name: String?, _ refusals: inout [ProbeReport.Refusal],
    _ result: inout (Attachments, ProbeReport)?
  ) throws(ProbeError) -> BPFObject {
    var plan = plan
    plan.tiers = tiers
    let object = try load(plan, refusals: &refusals)
    var attacher = Attacher(refusals: refusals)
    defer { refusals = attacher.refusals }
    guard let tier = attacher.firstTier(of: tiers, object) else { throw attacher.failure(.tier) }
    guard attacher.attach("interface_queue", of: object) else { throw attacher.failure(.attach) }
    for name in ProbePlan.executionPrograms { attacher.attach(name, of: object) }
    let backfill = plan.callersByAddress ? .none : attacher.backfill(plan.backfill, object)
    attacher.attachments.socket = try PacketSocket(
      filter: object.programDescriptor("interface_tap"), interface: name)
    result = (attacher.attachments, attacher.report(tier, backfill))
    return object
  }

  static func reason(_ error: ProbeError) -> String {
    // SAFETY: strerror's text is copied before the next call.
    let text = unsafe String(cString: strerror(error.errno))
    guard let verdict = error.verdict, error.step == .load else { return text }
    return "\(text): \(verdict)"
  }
}

/// Attaches programs one by one, and keeps the links, the names and the refusals.
private struct Attacher {
  var attachments = Attachments()
  var programs: [String] = []
  var refusals: [ProbeReport.Refusal]

  init(refusals: [ProbeReport.Refusal]) { self.refusals = refusals }

  /// Attaches a program to the hook that its section names, or records the refusal.
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

  /// The first tier whose required programs all attach.
  mutating func firstTier(of tiers: [Tier], _ object: borrowing BPFObject) -> Tier? {
    for tier in tiers {
      let before = (attachments.links.count, programs.count)
      var complete = true
      for name in tier.required where complete { complete = attach(name, of: object) }
      if complete {
        for name in tier.optional { attach(name, of: object) }
        return tier
      }
      attachments.links.removeLast(attachments.links.count - before.0)
      programs.removeLast(programs.count - before.1)
    }
    return nil
  }

  /// Finds the owners of sockets that are older than querent; returns the method used.
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
    // The last required program of a tier, else the last program that was refused.
    let needed = Set(Tier.allCases.flatMap(\.required))
    let cause = refusals.last { needed.contains($0.program) } ?? refusals.last
    return ProbeError(step, errno: EOPNOTSUPP, program: cause?.program, log: cause?.log ?? "")
  }

  func report(_ tier: Tier, _ backfill: ProbePlan.Backfill) -> ProbeReport {
    ProbeReport(tier: tier, backfill: backfill, programs: programs, refusals: refusals)
  }

  private mutating func keep(_ link: Link, _ name: String) -> Bool {
    attachments.links.append(link)
    programs.append(name)
    return true
  }

  private mutating func refuse(_ name: String, _ error: ProbeError) -> Bool {
    refusals.append(.init(program: name, reason: Probe.reason(error), log: error.log))
    return false
  }
}
