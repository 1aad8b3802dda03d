import TraceModel

/// What a file says about a process, in any format.
struct RecordedProcess: Sendable {
  var pid: Int32?
  var tid: Int32?
  var name: TaskName = ""
  var threadName: TaskName = ""
  var credentials = Credentials(uid: Credentials.unknownID, gid: Credentials.unknownID)
  /// Nanoseconds since the Unix epoch, because a file does not state the boot time; 0 if unknown.
  var started: UInt64 = 0
  /// See `TaskSnapshot.execID`.
  var execID: UInt32 = 0
  var parentPID: Int32 = 0
  var cgroupID: UInt64 = 0
  var details: ProcessDetails?
  /// Why no process is known.
  var unknown: UnknownReason?

  /// - Parameters:
  ///   - pid: the process id, if the caller knows it from elsewhere.
  ///   - tid: the thread id, likewise.
  func attribution(pid: Int32?, tid: Int32?, networkNamespace: UInt32) -> Attribution {
    guard let pid = pid ?? self.pid else { return Attribution(method: .none(unknown ?? .notRecorded)) }
    let owner = TaskSnapshot(
      identity: ProcessIdentity(pid: pid, startTime: started), execID: execID, tid: tid ?? self.tid ?? pid,
      credentials: credentials, name: name, threadName: threadName, parentPID: parentPID,
      cgroupID: cgroupID, networkNamespace: networkNamespace, source: .unknown)
    return Attribution(owner: owner, details: details, method: .recorded)
  }

  /// The name (comm) that the kernel gives a process with this executable.
  static func name(of path: String) -> TaskName {
    TaskName(octets: (path.utf8.split(separator: UInt8(ascii: "/")).last ?? Substring("").utf8).prefix(15))
  }
}
