import Captures
import ProcFS

/// Reads what user space can add to an owner, for a process that may already be gone.
struct ProcessReader: Sendable {
  let root: String
  let arguments: Attributor.Arguments
  let recorded: Attributor.Recorded
  private var accounts = Accounts()
  private var cgroups: [UInt64: String] = [:]

  init(root: String, arguments: Attributor.Arguments, recorded: @escaping Attributor.Recorded) {
    self.root = root
    self.arguments = arguments
    self.recorded = recorded
  }

  mutating func details(of owner: Owner) -> ProcessDetails {
    let look = look(at: owner)
    // A process that is gone, or dead and not yet buried, has neither: then what the kernel wrote down
    // at its start must do.
    let start = look.executable == nil ? recorded(owner.identity) : nil
    let cgroup = look.cgroup ?? cgroups[owner.cgroupID]
    if let cgroup, owner.cgroupID != 0 {
      if cgroups.count >= 4096 { cgroups.removeAll() }
      cgroups[owner.cgroupID] = cgroup
    }
    return ProcessDetails(
      executable: look.executable ?? start.flatMap { $0.path.hasPrefix("/") ? $0.path : nil },
      arguments: arguments == .included ? Self.arguments(look.arguments ?? start?.arguments) : nil,
      workingDirectory: look.workingDirectory, user: accounts.user(owner.credentials.uid),
      group: accounts.group(owner.credentials.gid), parent: parent(of: owner), cgroup: cgroup,
      container: cgroup.flatMap(Container.init(cgroup:)))
  }

  /// What /proc says of a process.
  private struct Look {
    var executable: String?
    var arguments: [UInt8]?
    var workingDirectory: String?
    var cgroup: String?
  }

  /// Reads /proc between two looks at the start time, so that nothing of a later process with the same
  /// number is taken.
  private func look(at owner: Owner) -> Look {
    let folder = "\(root)/\(owner.identity.pid)"
    guard isStillThere(owner) else { return Look() }
    let look = Look(
      executable: ProcFS.link("\(folder)/exe"),
      arguments: ProcFS.octets("\(folder)/cmdline").flatMap { $0.isEmpty ? nil : $0 },
      workingDirectory: ProcFS.link("\(folder)/cwd"),
      cgroup: ProcFS.text("\(folder)/cgroup").flatMap(ControlGroups.path))
    return isStillThere(owner) ? look : Look()
  }

  private func isStillThere(_ owner: Owner) -> Bool {
    guard let stat = ProcessStat(pid: owner.identity.pid, root: root) else { return false }
    return owner.identity.startTime == 0
      || stat.startTicks == owner.identity.startTime / ProcFS.nanosecondsPerTick
  }

  private func parent(of owner: Owner) -> ProcessDetails.Parent? {
    let pid = owner.parentPID
    guard pid > 0 else { return nil }
    let stat = ProcessStat(pid: pid, root: root)
    // A parent is older than its child, so what started later only has the number of one that is gone.
    let childTicks = owner.identity.startTime / ProcFS.nanosecondsPerTick
    let isStranger = owner.identity.startTime > 0 && stat.map { $0.startTicks > childTicks } ?? false
    guard let stat, !isStranger else { return ProcessDetails.Parent(pid: pid, name: nil, executable: nil) }
    return ProcessDetails.Parent(pid: pid, name: stat.name, executable: ProcFS.link("\(root)/\(pid)/exe"))
  }

  /// The arguments end with a zero octet each; a process may have overwritten them with anything.
  static func arguments(_ octets: [UInt8]?) -> [String]? {
    guard var octets, !octets.isEmpty else { return nil }
    if octets.last == 0 { octets.removeLast() }
    return octets.split(separator: 0, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
