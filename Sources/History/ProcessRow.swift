import Bytes
import Formats
import JSONDecoding
import SQLite
import TraceModel

/// A process as the table `process` holds it.
enum ProcessRow {
  static let columnCount = 29

  static func bind(_ process: ObservedProcess, to row: inout Statement) {
    let (task, details) = (process.task, process.details)
    row.bind(1, Int64(task.identity.pid))
    row.bind(2, Int64(bitPattern: task.identity.startTime))
    row.bind(3, Int64(task.execID))
    row.bind(4, Int64(task.tid))
    row.bind(5, text: Array(task.name).span)
    row.bind(6, text: Array(task.threadName).span)
    row.bind(7, Int64(task.credentials.uid))
    row.bind(8, Int64(task.credentials.gid))
    row.bind(9, Int64(task.parentPID))
    row.bind(10, Int64(bitPattern: task.cgroupID))
    row.bind(11, Int64(task.networkNamespace))
    row.bind(12, Int64(task.source.rawValue))
    row.bind(13, details == nil ? 0 : 1)
    row.bind(14, text: details?.executable)
    row.bind(15, text: details?.arguments.map(ArgumentsText.text))
    row.bind(16, details?.isInherited == true ? 1 : 0)
    row.bind(17, text: details?.workingDirectory)
    row.bind(18, text: details?.user)
    row.bind(19, text: details?.group)
    row.bind(20, details?.parent.map { Int64($0.pid) })
    row.bind(21, text: details?.parent?.name)
    row.bind(22, text: details?.parent?.executable)
    row.bind(23, text: details?.cgroup)
    row.bind(24, text: details?.container?.id)
    row.bind(25, text: details?.container?.runtime)
    row.bind(26, text: details?.container?.metadata.name)
    row.bind(27, text: details?.container?.metadata.image)
    row.bind(28, text: details?.container?.metadata.pod)
    row.bind(29, text: details?.container?.metadata.namespace)
  }

  /// - Parameter row: all columns of the table; that of the id is 0.
  static func process(_ row: borrowing Statement) -> ObservedProcess {
    let task = TaskSnapshot(
      identity: ProcessIdentity(
        pid: Int32(clamping: row.number(1)), startTime: UInt64(bitPattern: row.number(2))),
      execID: UInt32(clamping: row.number(3)), tid: Int32(clamping: row.number(4)),
      credentials: Credentials(uid: UInt32(clamping: row.number(7)), gid: UInt32(clamping: row.number(8))),
      name: TaskName(octets: row.octets(5)), threadName: TaskName(octets: row.octets(6)),
      parentPID: Int32(clamping: row.number(9)), cgroupID: UInt64(bitPattern: row.number(10)),
      networkNamespace: UInt32(clamping: row.number(11)),
      source: OwnerSource(rawValue: UInt8(clamping: row.number(12))) ?? .unknown)
    guard row.number(13) != 0 else { return ObservedProcess(task) }
    return ObservedProcess(
      task,
      ProcessDetails(
        executable: row.optionalText(14), arguments: row.optionalText(15).flatMap(ArgumentsText.arguments),
        isInherited: row.number(16) != 0, workingDirectory: row.optionalText(17), user: row.optionalText(18),
        group: row.optionalText(19),
        parent: row.optionalNumber(20).map {
          ProcessDetails.Parent(
            pid: Int32(clamping: $0), name: row.optionalText(21), executable: row.optionalText(22))
        },
        cgroup: row.optionalText(23),
        container: row.optionalText(24).map {
          Container(
            id: $0, runtime: row.optionalText(25),
            Container.Metadata(
              name: row.optionalText(26), image: row.optionalText(27), pod: row.optionalText(28),
              namespace: row.optionalText(29)))
        }))
  }

  /// What tells processes apart, for `IDCache`: everything that is stored.
  static func identity(_ process: ObservedProcess) -> [UInt8] {
    let (task, details) = (process.task, process.details)
    var packed = Packed()
    packed.append(signed: Int64(task.identity.pid))
    packed.append(task.identity.startTime)
    packed.append(UInt64(task.execID))
    packed.append(signed: Int64(task.tid))
    packed.append(counted: Array(task.name))
    packed.append(counted: Array(task.threadName))
    for number in [task.credentials.uid, task.credentials.gid, task.networkNamespace] {
      packed.append(UInt64(number))
    }
    packed.append(signed: Int64(task.parentPID))
    packed.append(task.cgroupID)
    packed.append(UInt64(task.source.rawValue))
    guard let details else { return packed.octets }
    packed.append(details.isInherited ? 2 : 1)
    packed.append(signed: Int64(details.parent?.pid ?? -1))
    for text in [
      details.executable, details.workingDirectory, details.user, details.group, details.parent?.name,
      details.parent?.executable, details.cgroup, details.container?.id, details.container?.runtime,
      details.container?.metadata.name, details.container?.metadata.image, details.container?.metadata.pod,
      details.container?.metadata.namespace,
    ] {
      packed.append(text == nil ? 0 : 1)
      packed.append(counted: Array((text ?? "").utf8))
    }
    packed.append(UInt64((details.arguments?.count ?? -1) + 1))
    for argument in details.arguments ?? [] { packed.append(counted: Array(argument.utf8)) }
    return packed.octets
  }
}

/// A command line as an array of JSON.
enum ArgumentsText {
  static func text(_ arguments: [String]) -> String {
    ByteWriter.text { text in
      text.append(UInt8(ascii: "["))
      for (index, argument) in arguments.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        text.append(jsonString: argument)
      }
      text.append(UInt8(ascii: "]"))
    }
  }

  static func arguments(_ text: String) -> [String]? {
    guard let value = try? JSONValue(Array(text.utf8)) else { return nil }
    return value.elements.compactMap(\.text)
  }
}
