package import TraceModel

/// Decides which process a packet belongs to, and adds its details from the kernel's records and /proc.
///
/// Call it as soon as the packet is read from the ring, because the process may exit at any time.
package struct Attributor: Sendable {
  private var reader: ProcessReader
  private var known: [Key: ProcessDetails] = [:]
  private var processes: [TaskKey: ObservedProcess] = [:]
  private var firewalls: [ProcessImage: Bool] = [:]
  private let mostOctets: Int
  /// The memory of the caches, in octets.
  private var octets = 0

  /// - Parameters:
  ///   - arguments: `.omitted` leaves out command lines, which may hold secrets.
  ///   - mostOctets: the limit of the caches, in octets. Beyond it the caches are emptied.
  ///   - records: what the kernel recorded at exec and fork.
  ///   - files: reads what a sandbox refuses.
  ///   - hostRoot: the directory that is used as `/` where container runtimes keep their files.
  package init(
    arguments: Arguments = .included, root: String = "/proc", mostOctets: Int = 3 << 20,
    records: any ExecutionRecords = NoExecutionRecords(), files: any HostFiles = DirectFiles(),
    hostRoot: String = ""
  ) {
    reader = ProcessReader(
      root: root, arguments: arguments, records: records, files: files, hostRoot: hostRoot)
    self.mostOctets = mostOctets
  }

  var knownCount: Int { known.count }

  /// Whether command lines are read.
  package enum Arguments: Sendable { case included, omitted }

  /// The process that a packet belongs to, by what the kernel recorded.
  package mutating func attribute(_ tasks: SocketTasks) -> Attribution {
    var tasks = tasks
    if let sender = tasks.sender, sender.identity.pid != tasks.owner?.identity.pid, isFirewall(sender.image) {
      tasks.sender = nil
    }
    guard let (owner, method) = Self.verdict(tasks) else {
      return tasks.sender == nil ? tasks.unknown : Self.shared
    }
    return Attribution(process(owner), method)
  }

  private static let shared = Attribution(method: .none(.sharedSocket))

  /// A task with the details of its process, from the cache if possible.
  private mutating func process(_ task: TaskSnapshot) -> ObservedProcess {
    let key = TaskKey(task: task)
    if let known = processes[key], isCurrent(known) { return known }
    let process = ObservedProcess(task, details(of: task))
    makeRoom(for: Self.processCost)
    processes[key] = process
    return process
  }

  /// Whether the names of a container are the same as when the process was read.
  private mutating func isCurrent(_ process: ObservedProcess) -> Bool {
    process.details.map { isCurrent($0) } ?? true
  }

  private mutating func isCurrent(_ details: ProcessDetails) -> Bool {
    details.container.map { reader.container($0) == $0 } ?? true
  }

  /// The memory of a cached process, with its key and its share of the table, in octets.
  private static let processCost = 640
  private static let firewallCost = 64

  private mutating func makeRoom(for more: Int) {
    if octets + more > mostOctets {
      known.removeAll()
      processes.removeAll()
      firewalls.removeAll()
      octets = 0
    }
    octets += more
  }

  /// Whether a process decides on packets for netfilter (NFQUEUE). Packets that it accepts continue in its context, so
  /// it is not the sender of packets from another process's socket.
  private mutating func isFirewall(_ image: ProcessImage) -> Bool {
    if let known = firewalls[image] { return known }
    let isFirewall = reader.holdsNetfilterSocket(image.process.pid)
    makeRoom(for: Self.firewallCost)
    firewalls[image] = isFirewall
    return isFirewall
  }

  private mutating func details(of owner: TaskSnapshot) -> ProcessDetails {
    // If the image is not known, a changed name shows that the process has called execve(2).
    let key = Key(image: owner.image, name: owner.name, credentials: owner.credentials)
    if let details = known[key], isCurrent(details) { return details }
    let details = reader.details(of: owner)
    makeRoom(for: details.cost)
    known[key] = details
    return details
  }

  private struct TaskKey: Hashable {
    var task: TaskSnapshot

    func hash(into hasher: inout Hasher) {
      // One word, because the hasher's cost is per call.
      hasher.combine(
        task.identity.startTime ^ UInt64(truncatingIfNeeded: task.tid) << 40 ^ UInt64(task.execID) << 20)
    }
  }

  private struct Key: Hashable {
    var image: ProcessImage
    var name: TaskName
    var credentials: Credentials
  }
}
