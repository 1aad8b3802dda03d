import TraceModel
import Testing

@testable import Attribution

/// The details that are read from /proc, and those that must not be.
struct ProcessReaderTests {
  let proc: FakeProc
  var reader: ProcessReader

  init() throws {
    proc = try FakeProc()
    reader = ProcessReader(root: proc.root, arguments: .included, records: NoExecutionRecords())
  }

  @Test mutating func `a running process has all details`() throws {
    try proc.add(42, parent: 7)
    try proc.add(7, name: Array("bash".utf8), ticks: 100, executable: "/usr/bin/bash")
    let details = reader.details(of: .sample(pid: 42, parent: 7))
    #expect(details.executable == "/usr/bin/dig")
    #expect(details.arguments == ["dig", "example.com"])
    #expect(details.workingDirectory == "/tmp")
    #expect(details.user == "root")
    #expect(details.group == "root")
    #expect(details.cgroup == "/system.slice/ssh.service")
    #expect(details.container == nil)
    #expect(details.parent?.pid == 7)
    #expect(details.parent?.name == "bash")
    #expect(details.parent?.executable == "/usr/bin/bash")
  }

  @Test mutating func `nothing is read from a later process with the same pid`() throws {
    try proc.add(42, ticks: 501)
    let details = reader.details(of: .sample(pid: 42, ticks: 500))
    #expect(details.executable == nil)
    #expect(details.arguments == nil)
    #expect(details.workingDirectory == nil)
    #expect(details.cgroup == nil)
    #expect(details.container == nil)
    // The ids that the kernel recorded at the send still have names.
    #expect(details.user == "root")
  }

  @Test mutating func `a process that has ended is known by its ids only`() throws {
    let details = reader.details(of: .sample(pid: 42))
    #expect(details.executable == nil && details.arguments == nil && details.cgroup == nil)
    #expect(details.user == "root" && details.group == "root")
  }

  @Test mutating func `a start time that the kernel did not record is not compared`() throws {
    try proc.add(42)
    #expect(reader.details(of: .sample(pid: 42, ticks: 0)).executable == "/usr/bin/dig")
  }

  @Test
  mutating func `a process that has ended gets the cgroup path of another process with the same cgroup id`()
    throws
  {
    let id = String(repeating: "0f", count: 32)
    try proc.add(42, cgroup: "0::/system.slice/docker-\(id).scope\n")
    _ = reader.details(of: .sample(pid: 42, cgroup: 99))
    let details = reader.details(of: .sample(pid: 43, cgroup: 99))
    #expect(details.container == Container(id: id, runtime: "docker"))
    #expect(details.executable == nil)
    #expect(reader.details(of: .sample(pid: 43, cgroup: 98)).container == nil)
    #expect(reader.details(of: .sample(pid: 43)).container == nil)
  }

  @Test mutating func `a parent that started after its child is another process`() throws {
    try proc.add(42, ticks: 500)
    try proc.add(7, name: Array("late".utf8), ticks: 501)
    let parent = reader.details(of: .sample(pid: 42, ticks: 500, parent: 7)).parent
    #expect(parent?.pid == 7)
    #expect(parent?.name == nil)
    #expect(parent?.executable == nil)
  }

  @Test mutating func `a kernel thread has neither executable nor arguments`() throws {
    try proc.add(42, name: Array("kworker/0:1".utf8), arguments: [], executable: nil, directory: nil)
    let details = reader.details(of: .sample(pid: 42))
    #expect(details.executable == nil)
    #expect(details.arguments == nil)
  }

  @Test(
    arguments: [
      ("", nil), ("\0", [""]), ("dig\0", ["dig"]), ("dig", ["dig"]), ("dig\0\0a b\0", ["dig", "", "a b"]),
      ("nginx: master process", ["nginx: master process"]), ("\0\0", ["", ""]), ("a\nb\0", ["a\nb"]),
    ] as [(String, [String]?)])
  func `each argument ends with a zero octet`(text: String, arguments: [String]?) {
    #expect(ProcessReader.arguments(Array(text.utf8)) == arguments)
  }

  @Test func `arguments that are not UTF-8 have the invalid octets replaced`() {
    #expect(ProcessReader.arguments([0x61, 0xff, 0x62, 0, 0xc3, 0]) == ["a\u{fffd}b", "\u{fffd}"])
    #expect(ProcessReader.arguments(nil) == nil)
  }

  @Test func `arguments are omitted on request, from any source`() throws {
    try proc.add(42)
    var reader = ProcessReader(
      root: proc.root, arguments: .omitted, records: FakeRecords([(43, 1, Execution("/usr/bin/gone", "x"))]))
    for pid in Int32(42)...43 {
      let details = reader.details(of: .sample(pid: pid, execID: 1))
      #expect(details.arguments == nil)
      #expect(details.executable == (pid == 42 ? "/usr/bin/dig" : "/usr/bin/gone"))
    }
  }
}

/// The kernel's records of exec and fork, compared with /proc.
struct ExecutionRecordTests {
  let proc: FakeProc

  init() throws { proc = try FakeProc() }

  private func details(_ owner: TaskSnapshot, _ records: FakeRecords) -> ProcessDetails {
    var reader = ProcessReader(root: proc.root, arguments: .included, records: records)
    return reader.details(of: owner)
  }

  @Test func `a process that has ended is described by the record of its exec`() {
    let records = FakeRecords([(42, 3, Execution("/usr/bin/host", "host\0example.com\0"))])
    let details = details(.sample(pid: 42, execID: 3), records)
    #expect(details.executable == "/usr/bin/host")
    #expect(details.arguments == ["host", "example.com"])
    #expect(!details.isInherited)
  }

  @Test func `a zombie process is described by the record of its exec`() throws {
    try proc.add(42, arguments: [], executable: nil, directory: nil)
    let details = details(
      .sample(pid: 42, execID: 1), FakeRecords([(42, 1, Execution("/bin/sh", "sh\0"))]))
    #expect(details.executable == "/bin/sh")
    #expect(details.arguments == ["sh"])
    #expect(details.cgroup == "/system.slice/ssh.service")
  }

  @Test func `each image of one process has the record of its own exec`() throws {
    try proc.add(42, arguments: Array("x\0a1\0".utf8), executable: "/z/again")
    let records = FakeRecords([
      (42, 1, Execution("/x/again", "x\0a0\0")), (42, 2, Execution("/z/again", "x\0a1\0")),
    ])
    let first = details(.sample(pid: 42, execID: 1), records)
    #expect(first.executable == "/x/again" && first.arguments == ["x", "a0"])
    let second = details(.sample(pid: 42, execID: 2), records)
    #expect(second.executable == "/z/again" && second.arguments == ["x", "a1"])
  }

  @Test func `nothing is read from proc for an image that has been replaced`() throws {
    try proc.add(42)
    let records = FakeRecords([(42, 2, Execution("/usr/bin/dig", "dig\0"))])
    let details = details(.sample(pid: 42, execID: 1), records)
    #expect(details.executable == nil && details.arguments == nil)
    #expect(details.workingDirectory == "/tmp")
  }

  @Test func `an image older than querent is read from proc while it runs`() throws {
    try proc.add(42)
    let details = details(.sample(pid: 42, execID: 1), FakeRecords([]))
    #expect(details.executable == "/usr/bin/dig" && details.arguments == ["dig", "example.com"])
  }

  @Test func `a forked process that has ended inherits its ancestor's record and is marked as inherited`() {
    var records = FakeRecords([(7, 5, Execution("/usr/bin/python3", "python3\0x\0"))])
    records.fork(43, from: (7, 5))
    let details = details(.sample(pid: 43, execID: 5), records)
    #expect(details.executable == "/usr/bin/python3" && details.arguments == ["python3", "x"])
    #expect(details.isInherited)
  }

  @Test func `a forked process inherits what proc shows of an ancestor without a record`() throws {
    try proc.add(7, arguments: Array("python3\0".utf8), executable: "/usr/bin/python3")
    var records = FakeRecords([])
    records.fork(43, from: (7, 5))
    let child = details(.sample(pid: 43, execID: 5), records)
    #expect(child.executable == "/usr/bin/python3" && child.arguments == ["python3"] && child.isInherited)
    records.execute(7, 6, Execution("/bin/sh", "sh\0"))
    #expect(details(.sample(pid: 43, execID: 5), records).executable == nil)
  }

  @Test func `arguments longer than the record are completed from proc, if they start the same`() throws {
    let long = Array("host\0a\0b\0c\0".utf8)
    let record = Execution(executable: nil, arguments: Array(long.prefix(7)), isCut: true)
    let records = FakeRecords([(42, 1, record)])
    try proc.add(42, arguments: long, executable: "/usr/bin/host")
    #expect(details(.sample(pid: 42, execID: 1), records).arguments == ["host", "a", "b", "c"])
    #expect(details(.sample(pid: 42, execID: 1), records).executable == "/usr/bin/host")
    try proc.add(42, arguments: Array("worker\0".utf8))
    #expect(details(.sample(pid: 42, execID: 1), records).arguments == ["host", "a"])
    proc.remove(42)
    #expect(details(.sample(pid: 42, execID: 1), records).arguments == ["host", "a"])
  }
}

/// The caches of the attributor.
struct AttributorTests {
  private func details(_ attributor: inout Attributor, _ owner: TaskSnapshot) -> ProcessDetails? {
    let attribution = attributor.attribute(SocketTasks(owner: owner))
    #expect(attribution.owner == owner)
    return attribution.details
  }

  @Test func `a process is read once, and is still known after it has ended`() throws {
    let proc = try FakeProc()
    var attributor = Attributor(root: proc.root)
    try proc.add(42)
    let first = try #require(details(&attributor, .sample(pid: 42)))
    proc.remove(42)
    #expect(details(&attributor, .sample(pid: 42)) === first)
    #expect(first.executable == "/usr/bin/dig")
  }

  @Test func `each image of a process is cached separately, even with the same name`() throws {
    let proc = try FakeProc()
    try proc.add(42)
    var attributor = Attributor(
      root: proc.root,
      records: FakeRecords([
        (42, 1, Execution("/x/again", "again\0a0\0")), (42, 2, Execution("/y/again", "again\0a1\0")),
      ]))
    for (execID, folder) in [(UInt32(1), "x"), (2, "y"), (1, "x")] {
      let found = details(&attributor, .sample(pid: 42, execID: execID))
      #expect(found?.executable == "/\(folder)/again")
    }
  }

  @Test func `a process with an unknown image is read again if its name has changed`() throws {
    let proc = try FakeProc()
    var attributor = Attributor(root: proc.root)
    try proc.add(42, name: Array("bash".utf8), executable: "/usr/bin/bash")
    #expect(details(&attributor, .sample(pid: 42, name: "bash"))?.executable == "/usr/bin/bash")
    try proc.add(42)
    #expect(details(&attributor, .sample(pid: 42, name: "dig"))?.executable == "/usr/bin/dig")
  }

  @Test func `a later process with the same pid is read again`() throws {
    let proc = try FakeProc()
    var attributor = Attributor(root: proc.root)
    try proc.add(42, ticks: 500)
    _ = details(&attributor, .sample(pid: 42, ticks: 500))
    try proc.add(42, ticks: 900, executable: "/usr/bin/curl")
    #expect(details(&attributor, .sample(pid: 42, ticks: 900))?.executable == "/usr/bin/curl")
  }

  @Test func `a firewall is not the sender on another process's socket, but the program that it executes is`()
    throws
  {
    let proc = try FakeProc()
    try proc.add(42)
    try proc.addNetfilterSocket(to: 42)
    var attributor = Attributor(root: proc.root)
    func sender(execID: UInt32) -> Int32? {
      let tasks = SocketTasks(sender: .sample(pid: 42, execID: execID), owner: .sample(pid: 7))
      return attributor.attribute(tasks).owner?.identity.pid
    }
    #expect(sender(execID: 1) == 7)
    // execve(2) closes the socket.
    try proc.add(42)
    #expect(sender(execID: 1) == 7)
    #expect(sender(execID: 2) == 42)
  }

  @Test func `the caches stay within their limit, even with long arguments`() throws {
    let proc = try FakeProc()
    var attributor = Attributor(root: proc.root, mostOctets: 64 << 10)
    var most = 0
    for pid in Int32(1)...300 {
      try proc.add(
        pid, arguments: Array("dig\0\(String(repeating: "x", count: pid % 3 == 0 ? 5000 : 5))\0".utf8))
      #expect(details(&attributor, .sample(pid: pid))?.executable == "/usr/bin/dig")
      most = max(most, attributor.knownCount)
    }
    #expect((8...60).contains(most))
  }

  @Test func `a process that needs more than the limit is cached alone`() throws {
    let proc = try FakeProc()
    var attributor = Attributor(root: proc.root, mostOctets: 0)
    try proc.add(42)
    #expect(details(&attributor, .sample(pid: 42))?.executable == "/usr/bin/dig")
    #expect(attributor.knownCount <= 1)
  }

  @Test func `users and groups without a name are nil`() {
    var accounts = Accounts(DirectFiles())
    #expect(accounts.user(0) == "root")
    #expect(accounts.group(0) == "root")
    #expect(accounts.user(0xffff_fff0) == nil)
    #expect(accounts.group(0xffff_fff0) == nil)
    #expect(accounts.user(0) == "root")
  }
}
