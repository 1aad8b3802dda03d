import TraceModel

@testable import Attribution

/// Fake records of exec and fork.
struct FakeRecords: ExecutionRecords {
  private var executions: [ProcessImage: Execution] = [:]
  private var origins: [ProcessImage: ProcessImage] = [:]

  /// - Parameter entries: pid, exec id, and what the image was started with; processes are as in `TaskSnapshot.sample`.
  init(_ entries: [(Int32, UInt32, Execution)]) {
    for (pid, execID, execution) in entries { execute(pid, execID, execution) }
  }

  mutating func execute(_ pid: Int32, _ execID: UInt32, _ execution: Execution) {
    let image = TaskSnapshot.sample(pid: pid, execID: execID).image
    executions[image] = execution
    origins[image] = image
  }

  mutating func fork(_ child: Int32, from parent: (pid: Int32, execID: UInt32)) {
    let origin = TaskSnapshot.sample(pid: parent.pid, execID: parent.execID).image
    origins[TaskSnapshot.sample(pid: child, execID: parent.execID).image] = origins[origin] ?? origin
  }

  func execution(of image: ProcessImage) -> Execution? { executions[image] }
  func origin(of image: ProcessImage) -> ProcessImage? { origins[image] }
}

extension Execution {
  init(_ executable: String, _ arguments: String) {
    self.init(executable: executable, arguments: Array(arguments.utf8))
  }
}
