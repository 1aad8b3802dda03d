import Glibc
import TraceModel
import ProcFS

/// Reads the details of a task's process, which may have ended or called execve(2) meanwhile.
struct ProcessReader: Sendable {
  let root: String
  let arguments: Attributor.Arguments
  let records: any ExecutionRecords
  let files: any HostFiles
  private var accounts: Accounts
  private var cgroups: [UInt64: String] = [:]
  private var containers: ContainerMetadata
  /// The mount point of cgroup v2.
  private let cgroupMount: String?

  init(
    root: String, arguments: Attributor.Arguments, records: any ExecutionRecords,
    files: any HostFiles = DirectFiles(), hostRoot: String = "",
    cgroupMount: String? = ControlGroups.mountPoint()
  ) {
    self.cgroupMount = cgroupMount
    self.files = files
    accounts = Accounts(files)
    containers = ContainerMetadata(root: hostRoot, files)
    self.root = root
    self.arguments = arguments
    self.records = records
  }

  mutating func details(of owner: TaskSnapshot) -> ProcessDetails {
    let image = owner.image
    let origin = image.execID > 0 ? records.origin(of: image) : nil
    let program = program(of: image, origin: origin)
    let place = read(owner.identity) { folder in
      (
        directory: files.link("\(folder)/cwd"),
        cgroup: ProcFS.text("\(folder)/cgroup").flatMap(ControlGroups.path)
      )
    }
    let cgroup = place?.cgroup ?? cgroups[owner.cgroupID] ?? cgroupOfParent(of: owner)
    if let cgroup, owner.cgroupID != 0 {
      if cgroups.count >= 4096 { cgroups.removeAll() }
      cgroups[owner.cgroupID] = cgroup
    }
    return ProcessDetails(
      executable: program.executable,
      arguments: arguments == .included ? Self.arguments(program.arguments) : nil,
      isInherited: origin != nil && origin != image, workingDirectory: place?.directory,
      user: accounts.user(owner.credentials.uid), group: accounts.group(owner.credentials.gid),
      parent: parent(of: owner), cgroup: cgroup,
      container: cgroup.flatMap(Container.init(cgroup:)).map { container($0) })
  }

  /// The cgroup of a process that has ended: its parent's, if the kernel recorded that cgroup's inode for the process.
  private func cgroupOfParent(of owner: TaskSnapshot) -> String? {
    guard owner.cgroupID != 0, owner.parentPID > 0, let cgroupMount,
      let path = ProcFS.text("\(root)/\(owner.parentPID)/cgroup").flatMap(ControlGroups.path),
      ProcFS.inode(cgroupMount + path) == owner.cgroupID
    else { return nil }
    return path
  }

  /// A container with its runtime's metadata, which may be cached for a short time.
  mutating func container(_ container: Container) -> Container {
    containers.complete(container, now: time(nil))
  }

  /// The kernel's record of an image, completed from /proc only if /proc shows the same image.
  private func program(of image: ProcessImage, origin: ProcessImage?) -> Execution {
    var program = records.execution(of: origin ?? image)
    if let program, !program.isCut, program.executable != nil, program.arguments != nil { return program }
    let current =
      readExecution(of: image) ?? origin.flatMap(readExecution) ?? Execution(executable: nil, arguments: nil)
    guard let recorded = program else { return current }
    program?.executable = recorded.executable ?? current.executable
    // A process may overwrite its arguments; then they no longer start with the recorded ones.
    if current.arguments?.starts(with: recorded.arguments ?? []) == true {
      program?.arguments = current.arguments
    }
    return program ?? current
  }

  /// What /proc shows for an image; nil if the process has ended or called execve(2).
  private func readExecution(of image: ProcessImage) -> Execution? {
    let program = read(image.process) { folder in
      Execution(
        executable: files.link("\(folder)/exe"),
        arguments: ProcFS.octets("\(folder)/cmdline").flatMap { $0.isEmpty ? nil : $0 })
    }
    return records.isReplaced(image) ? nil : program
  }

  /// Reads a process's directory in /proc between two checks of its start time, so that nothing of a later process with the
  /// same pid is used; nil if the process has ended.
  private func read<Result>(_ process: ProcessIdentity, _ body: (String) -> Result) -> Result? {
    guard isThere(process) else { return nil }
    let result = body("\(root)/\(process.pid)")
    return isThere(process) ? result : nil
  }

  private func isThere(_ process: ProcessIdentity) -> Bool {
    guard let stat = ProcessStat(pid: process.pid, root: root) else { return false }
    return process.startTime == 0 || stat.startTicks == process.startTime / ProcFS.nanosecondsPerTick
  }

  private func parent(of owner: TaskSnapshot) -> ProcessDetails.Parent? {
    let pid = owner.parentPID
    guard pid > 0 else { return nil }
    let stat = ProcessStat(pid: pid, root: root)
    // A process that started later than the child is not its parent: the pid was reused.
    let childTicks = owner.identity.startTime / ProcFS.nanosecondsPerTick
    let isStranger = owner.identity.startTime > 0 && stat.map { $0.startTicks > childTicks } ?? false
    guard let stat, !isStranger else { return ProcessDetails.Parent(pid: pid, name: nil, executable: nil) }
    return ProcessDetails.Parent(pid: pid, name: stat.name, executable: files.link("\(root)/\(pid)/exe"))
  }

  /// Splits the arguments, each of which ends with a zero octet; a process may have overwritten them.
  static func arguments(_ octets: [UInt8]?) -> [String]? {
    guard var octets, !octets.isEmpty else { return nil }
    if octets.last == 0 { octets.removeLast() }
    return octets.split(separator: 0, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
