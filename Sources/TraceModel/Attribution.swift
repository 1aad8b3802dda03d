/// Which process a message or an exchange belongs to, and how that is known.
package struct Attribution: Sendable {
  /// Nil if no process is known.
  package let process: ObservedProcess?
  package let method: AttributionMethod

  /// For a packet from a file that does not name a process.
  package static let notRecorded = Attribution(method: .none(.notRecorded))

  package init(_ process: ObservedProcess?, _ method: AttributionMethod) {
    self.process = process
    self.method = method
  }

  package init(owner: TaskSnapshot? = nil, details: ProcessDetails? = nil, method: AttributionMethod) {
    self.init(owner.map { ObservedProcess($0, details) }, method)
  }

  package var owner: TaskSnapshot? { process?.task }
  package var details: ProcessDetails? { process?.details }

  /// Whether both refer to the same object by the same method; this is faster than comparing them.
  @inline(__always)
  package func isIdentical(to other: Attribution) -> Bool {
    process === other.process && method == other.method
  }
}

/// A task at a system call, and what is known about its process.
///
/// A class, because thousands of messages share one: copying a reference is cheaper than copying a hundred octets.
package final class ObservedProcess: Sendable {
  package let task: TaskSnapshot
  package let details: ProcessDetails?

  package init(_ task: TaskSnapshot, _ details: ProcessDetails? = nil) {
    self.task = task
    self.details = details
  }

  /// Its memory with its details, in octets, as measured.
  package var cost: Int { 256 + (details?.cost ?? 0) }
}

/// How the process of a message is known.
package enum AttributionMethod: Hashable, Sendable {
  /// The task that was sending this very packet.
  case sender
  /// The last task that sent or received on the socket.
  case owner
  /// A response takes the process of its query, a query that of the process that answers it.
  case paired
  /// Only the call that created, bound or connected the socket is known.
  case creator, binder, connector
  /// The socket is older than querent; a process that holds it open was found.
  case backfill
  /// The capture file said so.
  case recorded
  /// No process is known, for this reason.
  case none(UnknownReason)

  package var name: String {
    switch self {
    case .sender: "sender"
    case .owner: "owner"
    case .paired: "paired"
    case .creator: "creator"
    case .binder: "binder"
    case .connector: "connector"
    case .backfill: "backfill"
    case .recorded: "recorded"
    case .none: "none"
    }
  }
}

/// Why no process is named.
package enum UnknownReason: String, Hashable, Sendable {
  case noSocket = "no socket"
  case kernelSocket = "kernel socket"
  case olderThanQuerent = "socket older than querent"
  case sharedSocket = "socket may be shared, and its senders are not noted"
  case notRecorded = "not recorded in the file"
}

/// The details of a process from user space, read once per process while it exists.
///
/// A class so that thousands of messages share one copy; every property is fixed at creation.
package final class ProcessDetails: Sendable {
  /// The path of the executable; nil if the process has ended or is a kernel thread.
  package let executable: String?
  /// The arguments, the program's own name first; nil when unknown or left out by `--no-args`.
  package let arguments: [String]?
  /// Whether the process has not called execve(2), so that both are those of the ancestor that it was forked from.
  package let isInherited: Bool
  package let workingDirectory: String?
  package let user: String?
  package let group: String?
  package let parent: Parent?
  /// The path in cgroup v2, such as `/system.slice/ssh.service`.
  package let cgroup: String?
  package let container: Container?

  /// The last component of the executable's path.
  package var executableName: String? { executable?.split(separator: "/").last.map(String.init) }

  package struct Parent: Sendable {
    package let pid: Int32
    package let name: String?
    package let executable: String?

    package init(pid: Int32, name: String?, executable: String?) {
      self.pid = pid
      self.name = name
      self.executable = executable
    }
  }

  package init(
    executable: String? = nil, arguments: [String]? = nil, isInherited: Bool = false,
    workingDirectory: String? = nil,
    user: String? = nil, group: String? = nil, parent: Parent? = nil, cgroup: String? = nil,
    container: Container? = nil
  ) {
    self.executable = executable
    self.arguments = arguments
    self.isInherited = isInherited
    self.workingDirectory = workingDirectory
    self.user = user
    self.group = group
    self.parent = parent
    self.cgroup = cgroup
    self.container = container
  }
}

extension ProcessDetails {
  /// Its memory, in octets, as measured.
  package var cost: Int { 512 + textOctets }

  /// For all texts, with their headers.
  private var textOctets: Int {
    let texts = [
      executable, workingDirectory, user, group, cgroup, parent?.name, parent?.executable, container?.id,
      container?.metadata.name, container?.metadata.image, container?.metadata.pod,
      container?.metadata.namespace,
    ]
    let words = arguments ?? []
    return texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) } + words.reduce(0) { $0 + $1.utf8.count + 48 }
  }
}

/// The container that a cgroup path names.
package struct Container: Hashable, Sendable {
  /// The whole id, as the runtime prints it with `--no-trunc`.
  package let id: String
  /// `docker`, `containerd`, `cri-o`, `podman`, …; nil if the path does not say.
  package let runtime: String?
  package var metadata = Metadata()

  package init(id: String, runtime: String?, _ metadata: Metadata = Metadata()) {
    self.id = id
    self.runtime = runtime
    self.metadata = metadata
  }

  /// The runtime's metadata, as far as it is known.
  package struct Metadata: Hashable, Sendable {
    package var name: String?
    /// The image's name, with its tag.
    package var image: String?
    /// In Kubernetes, the name and the namespace of its pod.
    package var pod: String?
    package var namespace: String?

    package init(name: String? = nil, image: String? = nil, pod: String? = nil, namespace: String? = nil) {
      self.name = name
      self.image = image
      self.pod = pod
      self.namespace = namespace
    }

    package var isComplete: Bool { name != nil && image != nil }
  }
}
