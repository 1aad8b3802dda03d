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
    let pid = owner.identity.pid
    let folder = "\(root)/\(pid)"
    let user = accounts.user(owner.credentials.uid)
    let group = accounts.group(owner.credentials.gid)
    // Two looks at the start time, before and after: what was read in between is this process's own.
    guard isStillThere(owner) else { return gone(owner, user: user, group: group) }
    let executable = ProcFS.link("\(folder)/exe")
    let arguments = arguments == .included ? Self.arguments(ProcFS.octets("\(folder)/cmdline")) : nil
    let workingDirectory = ProcFS.link("\(folder)/cwd")
    let cgroup = ProcFS.text("\(folder)/cgroup").flatMap(ControlGroups.path)
    guard isStillThere(owner) else { return gone(owner, user: user, group: group) }
    if let cgroup, owner.cgroupID != 0 {
      if cgroups.count >= 4096 { cgroups.removeAll() }
      cgroups[owner.cgroupID] = cgroup
    }
    return ProcessDetails(
      executable: executable, arguments: arguments, workingDirectory: workingDirectory, user: user,
      group: group, parent: parent(owner.parentPID), cgroup: cgroup,
      container: cgroup.flatMap(Container.init(cgroup:)))
  }

  /// What can be said of a process after its end: what the kernel wrote down at its start, the names of its
  /// ids, its parent, and its cgroup's path if another process of that cgroup was seen.
  private mutating func gone(_ owner: Owner, user: String?, group: String?) -> ProcessDetails {
    let cgroup = cgroups[owner.cgroupID]
    let start = recorded(owner.identity)
    return ProcessDetails(
      executable: start.flatMap { $0.path.hasPrefix("/") ? $0.path : nil },
      arguments: arguments == .included ? Self.arguments(start?.arguments) : nil, user: user, group: group, parent: parent(owner.parentPID), cgroup: cgroup,
      container: cgroup.flatMap(Container.init(cgroup:)))
  }

  private func isStillThere(_ owner: Owner) -> Bool {
    guard let stat = ProcessStat(pid: owner.identity.pid, root: root) else { return false }
    return owner.identity.startTime == 0
      || stat.startTicks == owner.identity.startTime / ProcFS.nanosecondsPerTick
  }

  private func parent(_ pid: Int32) -> ProcessDetails.Parent? {
    guard pid > 0 else { return nil }
    return ProcessDetails.Parent(
      pid: pid, name: ProcessStat(pid: pid, root: root)?.name, executable: ProcFS.link("\(root)/\(pid)/exe"))
  }

  /// The arguments end with a zero octet each; a process may have overwritten them with anything.
  static func arguments(_ octets: [UInt8]?) -> [String]? {
    guard var octets, !octets.isEmpty else { return nil }
    if octets.last == 0 { octets.removeLast() }
    return octets.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
  }
}
