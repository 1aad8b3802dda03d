import TraceModel

/// A packet comment about the packet's process: ptcpdump's lines, and those that querent adds.
struct ProcessComment {
  var process = RecordedProcess()

  /// The key that marks a comment of querent, in which values are escaped.
  private static let mark = "Attribution"
  /// The value of `Image` for a process that has not called execve(2).
  private static let inherited = "inherited"

  /// Parses lines of `Key: value`; nil if none describes a process.
  init?(_ text: ArraySlice<UInt8>) {
    let pairs = CommentText.pairs(text)
    let isOurs = pairs.contains { $0.key == Self.mark }
    func octets(_ value: ArraySlice<UInt8>) -> [UInt8] {
      isOurs ? CommentText.unescaped(value) : Array(value)
    }
    func string(_ value: ArraySlice<UInt8>) -> String { String(decoding: octets(value), as: UTF8.self) }
    func list(_ value: ArraySlice<UInt8>) -> [String] {
      value.split(separator: 0x20).map { isOurs && Array($0) == Array("\\000".utf8) ? "" : string($0) }
    }
    var texts: [String: String] = [:]
    var arguments: [String]?
    var isInherited = false
    for (key, value) in pairs {
      switch key {
      case "PID": process.pid = CommentText.number(value)
      case "ThreadId", "TID": process.tid = CommentText.number(value)
      case "Name": process.name = TaskName(octets: octets(value))
      case "ThreadName": process.threadName = TaskName(octets: octets(value))
      case "UserId": process.credentials.uid = CommentText.number(value) ?? Credentials.unknownID
      case "GroupId": process.credentials.gid = CommentText.number(value) ?? Credentials.unknownID
      case "ParentPID": process.parentPID = CommentText.number(value) ?? 0
      case "Started": process.started = CommentText.number(value) ?? 0
      case "ExecId": process.execID = CommentText.number(value) ?? 0
      case "Image": isInherited = Array(value) == Array(Self.inherited.utf8)
      case "CgroupId": process.cgroupID = CommentText.number(value) ?? 0
      case "Args": arguments = list(value)
      case "Cmd", "Command": texts["Cmd"] = string(value)
      case "ParentCmd", "ParentCommand": texts["ParentCmd"] = string(value)
      case Self.mark: process.unknown = UnknownReason(rawValue: string(value))
      case "ParentName", "Directory", "User", "Group", "Cgroup", "ContainerId", "ContainerRuntime",
        "ContainerName", "ContainerImage", "PodName", "PodNamespace":
        texts[key] = string(value)
      default: break
      }
    }
    if let pid = process.pid, pid < 1 { process.pid = nil }
    guard process.pid != nil || process.unknown != nil else { return nil }
    complete(texts, arguments: arguments, isInherited: isInherited)
  }

  private mutating func complete(_ texts: [String: String], arguments: [String]?, isInherited: Bool) {
    let command = texts["Cmd"] ?? ""
    if process.name.isEmpty {
      process.name = RecordedProcess.name(of: command.isEmpty ? arguments?.first ?? "" : command)
    }
    let parentCommand = texts["ParentCmd"] ?? ""
    let parent =
      process.parentPID > 0
      ? ProcessDetails.Parent(
        pid: process.parentPID,
        name: texts["ParentName"]
          ?? (parentCommand.isEmpty ? nil : "\(RecordedProcess.name(of: parentCommand))"),
        executable: parentCommand.hasPrefix("/") ? parentCommand : nil)
      : nil
    let container = texts["ContainerId"].flatMap {
      $0.isEmpty
        ? nil
        : Container(
          id: $0, runtime: texts["ContainerRuntime"],
          Container.Metadata(
            name: texts["ContainerName"], image: texts["ContainerImage"], pod: texts["PodName"],
            namespace: texts["PodNamespace"]))
    }
    let hasTexts = !texts.isEmpty || arguments != nil || parent != nil
    guard hasTexts else { return }
    process.details = ProcessDetails(
      executable: command.hasPrefix("/") ? command : nil, arguments: arguments,
      isInherited: isInherited, workingDirectory: texts["Directory"], user: texts["User"],
      group: texts["Group"], parent: parent,
      cgroup: texts["Cgroup"], container: container)
  }
}

// MARK: Writing

extension ProcessComment {
  /// The limit for all arguments together, in octets; an option holds at most 65535.
  private static let mostArguments = 32_768

  /// The comment for an attribution; parsing it gives the same attribution.
  ///
  /// - Parameter bootTime: the time at which the clock of process start times was zero.
  static func text(_ attribution: Attribution, bootTime: Timestamp) -> [UInt8] {
    var text: [UInt8] = []
    guard let owner = attribution.owner else {
      guard case .none(let reason) = attribution.method, reason != .notRecorded else { return [] }
      CommentText.append(mark, reason.rawValue.utf8, to: &text)
      return text
    }
    func add(_ key: String, _ value: String?) {
      if let value { CommentText.append(key, value.utf8, to: &text) }
    }
    func add(_ key: String, id: UInt32) {
      if id != Credentials.unknownID { CommentText.append(key, id, to: &text) }
    }
    let details = attribution.details
    CommentText.append("PID", owner.identity.pid, to: &text)
    add("Cmd", details?.executable)
    if let arguments = details?.arguments {
      CommentText.append("Args", list: arguments, atMost: mostArguments, to: &text)
    }
    if !owner.name.isEmpty { CommentText.append("Name", Array(owner.name), to: &text) }
    CommentText.append("ThreadId", owner.tid, to: &text)
    if !owner.threadName.isEmpty { CommentText.append("ThreadName", Array(owner.threadName), to: &text) }
    add("UserId", id: owner.credentials.uid)
    add("User", details?.user)
    add("GroupId", id: owner.credentials.gid)
    add("Group", details?.group)
    if owner.parentPID > 0 { CommentText.append("ParentPID", owner.parentPID, to: &text) }
    add("ParentName", details?.parent?.name)
    add("ParentCmd", details?.parent?.executable)
    add("Directory", details?.workingDirectory)
    if owner.identity.startTime > 0 {
      let started = bootTime.advanced(byNanoseconds: Int64(clamping: owner.identity.startTime))
      CommentText.append("Started", started.nanoseconds, to: &text)
    }
    if owner.execID > 0 { CommentText.append("ExecId", owner.execID, to: &text) }
    if details?.isInherited == true { add("Image", inherited) }
    if owner.cgroupID > 0 { CommentText.append("CgroupId", owner.cgroupID, to: &text) }
    add("Cgroup", details?.cgroup)
    add("ContainerId", details?.container?.id)
    add("ContainerRuntime", details?.container?.runtime)
    add("ContainerName", details?.container?.metadata.name)
    add("ContainerImage", details?.container?.metadata.image)
    add("PodName", details?.container?.metadata.pod)
    add("PodNamespace", details?.container?.metadata.namespace)
    CommentText.append(mark, attribution.method.name.utf8, to: &text)
    return text
  }
}
