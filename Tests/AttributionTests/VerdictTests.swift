import Attribution
import TraceModel
import Testing

/// The decision between the sender and the owner record.
struct VerdictTests {
  @Test func `the task that was sending is preferred to the owner record`() throws {
    let verdict = try #require(
      Attributor.verdict(SocketTasks(sender: .sample(pid: 1), owner: .sample(pid: 2))))
    #expect(verdict.0.identity.pid == 1)
    #expect(verdict.1 == .sender)
  }

  @Test(
    arguments: [
      (.send, .owner), (.receive, .owner), (.connector, .connector), (.binder, .binder), (.creator, .creator),
      (.backfill, .backfill), (.unknown, .backfill),
    ] as [(OwnerSource, AttributionMethod)])
  func `an owner record gives its method`(source: OwnerSource, method: AttributionMethod) throws {
    let verdict = try #require(Attributor.verdict(SocketTasks(owner: .sample(pid: 2, source: source))))
    #expect(verdict.0.identity.pid == 2)
    #expect(verdict.1 == method)
  }

  @Test(arguments: [UnknownReason.noSocket, .kernelSocket, .olderThanQuerent])
  func `without an owner record no process is named, and the reason is kept`(reason: UnknownReason) {
    let tasks = SocketTasks(unknown: Attribution(method: .none(reason)))
    #expect(Attributor.verdict(tasks) == nil)
    var attributor = Attributor(root: "/nonexistent")
    let attribution = attributor.attribute(tasks)
    #expect(attribution.owner == nil)
    #expect(attribution.details == nil)
    #expect(attribution.method == .none(reason))
  }

  /// The cache hashes start time, thread and exec id as one word.
  @Test func `tasks with the same hash keep their own names`() {
    let task = TaskSnapshot.sample(pid: 100, name: "first")
    var sameProcess = task
    (sameProcess.tid, sameProcess.execID) = (task.tid ^ 1, 1 << 20)
    var sameWord = task
    (sameWord.identity, sameWord.tid, sameWord.name) = (
      ProcessIdentity(pid: 101, startTime: task.identity.startTime ^ 1 << 40), task.tid ^ 1, "second"
    )
    var sameNumbers = task
    (sameNumbers.identity.pid, sameNumbers.name) = (102, "third")
    let tasks = [task, sameProcess, sameWord, sameNumbers]
    var attributor = Attributor(root: "/nonexistent")
    for task in tasks + tasks.reversed() {
      #expect(attributor.attribute(SocketTasks(owner: task)).owner == task)
    }
  }
}

extension TaskSnapshot {
  /// A process that started `ticks` hundredths of a second after boot.
  static func sample(
    pid: Int32, ticks: UInt64 = 500, execID: UInt32 = 0, name: TaskName = "dig", parent: Int32 = 0,
    cgroup: UInt64 = 0, source: OwnerSource = .send
  ) -> TaskSnapshot {
    TaskSnapshot(
      identity: ProcessIdentity(pid: pid, startTime: ticks == 0 ? 0 : ticks * 10_000_000 + 1_234_567),
      execID: execID, tid: pid,
      credentials: Credentials(uid: 0, gid: 0), name: name, threadName: name, parentPID: parent,
      cgroupID: cgroup, source: source)
  }
}
