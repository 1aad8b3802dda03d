import Bytes
import Attribution
import CLibBPF
import TraceModel
import Foundation
import KernelProbe
import Lab
import ProcFS
import Testing

/// The kernel programs alone: what they load and see, and that nothing remains after exit.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct ProbeTests {
  @Test func `descriptors and loaded programs are the same before and after`() throws {
    func descriptors() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
    let mount = try #require(ControlGroups.mountPoint())
    _ = try Probe(ProbePlan(.cgroup(mount)))
    let before = try descriptors()
    var programs: Set<UInt32> = []
    for _ in 1...3 {
      let probe = try Probe(ProbePlan(.cgroup(mount)))
      let held = try Self.programs(of: getpid())
      #expect(!held.isEmpty && held.isSubset(of: Self.loadedPrograms()))
      programs.formUnion(held)
      _ = probe
    }
    #expect(try descriptors() == before)
    #expect(Self.loadedPrograms(among: programs).isEmpty)
  }

  @Test func `SIGKILL leaves no program loaded`() throws {
    let trace = try Trace([])
    let held = try Self.programs(of: trace.running.pid)
    #expect(!held.isEmpty && held.isSubset(of: Self.loadedPrograms()))
    trace.running.send(SIGKILL)
    #expect(trace.running.wait() == 128 + SIGKILL)
    #expect(Self.loadedPrograms(among: held).isEmpty)
  }

  @Test(arguments: [ProbePlan.Backfill.iterator, .descriptors])
  func `the owner of an older socket is found, by the iterator and by duplicated descriptors`(
    way: ProbePlan.Backfill
  ) throws {
    let namespace = try Namespace()
    let client = try namespace.python(Self.patientClient)
    defer { client.send(SIGKILL) }
    try client.waitForOutput("open")
    var plan = ProbePlan(.cgroup(try #require(ControlGroups.mountPoint())))
    plan.backfill = way
    plan.onlyNamespace = UInt32(namespace.inode)
    let probe = try Probe(plan)
    #expect(probe.report.backfill == way)
    client.send(SIGUSR1)
    let captures = Self.captures(of: probe, until: { $0.count == 2 })
    let received = try #require(captures.first { $0.header.direction == .ingress })
    // Ingress has only the owner record: no process has used this socket since querent started.
    #expect(received.tasks.owner?.source == .backfill)
    #expect(received.tasks.owner?.identity.pid == client.pid)
    #expect(received.tasks.owner?.name == "python3")
    let sent = try #require(captures.first { $0.header.direction == .egress })
    #expect(sent.tasks.sender?.identity.pid == client.pid)
    // /proc counts in ticks, the kernel in nanoseconds: they must agree on the tick.
    let tick = ProcFS.nanosecondsPerTick
    #expect(
      (received.tasks.owner?.identity.startTime ?? 0) / tick == (sent.tasks.sender?.identity.startTime ?? 1)
        / tick)
  }

  @Test func `messages of up to 64 KiB are captured whole`() throws {
    let namespace = try Namespace()
    var plan = ProbePlan(.cgroup(try #require(ControlGroups.mountPoint())))
    plan.onlyNamespace = UInt32(namespace.inode)
    let probe = try Probe(plan)
    let sizes = [12, 100, 200, 400, 1000, 3000, 20000, 65507]
    let client = try namespace.python(
      """
      import socket
      sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); sink.bind(("127.0.0.1", 53))
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      for n in \(sizes):
          s.sendto(bytes(i & 255 for i in range(n)), ("127.0.0.1", 53)); sink.recv(65535)
      """)
    #expect(client.wait() == 0, "\(client.errorText)")
    let captures = Self.captures(of: probe, until: { $0.count == 2 * sizes.count })
    #expect(captures.filter { $0.header.direction == .egress }.map { $0.bytes.count - 28 } == sizes)
    for capture in captures {
      #expect(capture.bytes.count == capture.header.originalLength)
      #expect(capture.bytes.dropFirst(28).enumerated().allSatisfy { $1 == UInt8(truncatingIfNeeded: $0) })
    }
    #expect(probe.counters().shortened == 0)
  }

  @Test func `records that wrap around the end of the ring are read whole and in order`() throws {
    let namespace = try Namespace()
    var plan = ProbePlan(.cgroup(try #require(ControlGroups.mountPoint())))
    plan.onlyNamespace = UInt32(namespace.inode)
    plan.ringSize = 1 << 16
    let probe = try Probe(plan)
    for round in 1...5 {
      let client = try namespace.python(
        """
        import socket
        sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); sink.bind(("127.0.0.1", 53))
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("127.0.0.1", 53))
        for n in range(40): s.send(bytes([n, \(round)] * 200)); sink.recv(512)
        """)
      #expect(client.wait() == 0, "\(client.errorText)")
      let captures = Self.captures(of: probe, until: { $0.count == 80 })
      for (index, capture) in captures.enumerated() {
        let message = capture.bytes.dropFirst(28)
        #expect(message.elementsEqual((0..<200).flatMap { _ in [UInt8(index / 2), UInt8(round)] }))
        #expect(capture.tasks.owner?.identity.pid == client.pid)
      }
    }
    #expect(probe.counters().ringFull == 0)
  }

  @Test func `packets lost in a full ring are counted: recognised = shipped + lost`() throws {
    let namespace = try Namespace()
    var plan = ProbePlan(.cgroup(try #require(ControlGroups.mountPoint())))
    plan.onlyNamespace = UInt32(namespace.inode)
    plan.ringSize = 1 << 16
    let probe = try Probe(plan)
    let client = try namespace.python(
      """
      import socket
      sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); sink.bind(("127.0.0.1", 53))
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("127.0.0.1", 53))
      for n in range(500): s.send(bytes(100)); sink.recv(512)
      """)
    #expect(client.wait() == 0, "\(client.errorText)")
    let counters = probe.counters()
    var shipped = 0
    while probe.drain(waiting: 0, { _ in shipped += 1 }) > 0 {}
    #expect(counters.recognised == 1000)
    #expect(counters.ringFull > 0)
    #expect(counters.shipped + counters.ringFull == counters.recognised)
    #expect(shipped == Int(counters.shipped))
  }

  @Test(arguments: [
    ("QUIC initial", "bytes([0xc3,0,0,0,1,8]) + bytes(range(8)) + bytes(1186)"),
    ("NTP client", "bytes([0x23]) + bytes(39) + bytes(range(8))"),
    ("STUN binding request", "bytes([0,1,0,0,0x21,0x12,0xa4,0x42]) + bytes(range(12))"),
    ("memcached get", "bytes([0,1,0,0,0,1,0,0]) + b'get key\\r\\n'"),
    ("RTP", "bytes([0x80,0x60]) + bytes(range(1,171))"),
    ("zeros", "bytes(64)"),
    ("ones", "b'\\xff' * 64"),
  ])
  func `traffic that is not DNS is not recognised on any port`(what: String, payload: String) throws {
    let namespace = try Namespace()
    var plan = ProbePlan(.cgroup(try #require(ControlGroups.mountPoint())))
    plan.onlyNamespace = UInt32(namespace.inode)
    let probe = try Probe(plan)
    let client = try namespace.python(
      """
      import socket
      sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); sink.bind(("127.0.0.1", 4444))
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(\(payload), ("127.0.0.1", 4444)); sink.recv(2048)
      """)
    #expect(client.wait() == 0, "\(client.errorText)")
    #expect(probe.counters().seen >= 2)
    #expect(probe.counters().recognised == 0, "\(what)")
  }

  @Test func `answers of only a header, sent together with UDP GSO, are recognised on any port`() throws {
    let namespace = try Namespace()
    var plan = ProbePlan(.cgroup(try #require(ControlGroups.mountPoint())))
    plan.onlyNamespace = UInt32(namespace.inode)
    let probe = try Probe(plan)
    let client = try namespace.python(
      """
      import socket
      sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); sink.bind(("127.0.0.1", 4444))
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      s.setsockopt(socket.IPPROTO_UDP, 103, 12)  # UDP_SEGMENT
      s.sendto(b"\\x12\\x34\\x81\\x81" + bytes(8) + b"\\x12\\x35\\x81\\x81" + bytes(8), ("127.0.0.1", 4444))
      for n in range(2): assert len(sink.recv(2048)) == 12
      """)
    #expect(client.wait() == 0, "\(client.errorText)")
    let captures = Self.captures(of: probe, until: { $0.contains { $0.header.direction == .egress } })
    let sent = try #require(captures.first { $0.header.direction == .egress })
    #expect(sent.header.segmentSize == 12)
    #expect(sent.bytes.count == 28 + 24)
  }

  private static let patientClient = """
    import socket, signal
    a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); a.bind(("127.0.0.1", 5353))
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    print("open", flush=True)
    signal.sigwait([signal.SIGUSR1])
    b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    b.sendto(b"\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0\\3old\\4test\\0\\0\\1\\0\\1", ("127.0.0.1", 5353))
    signal.pause()
    """

  /// Drains until `isEnough`, or ten seconds have passed.
  static func captures(of probe: Probe, until isEnough: ([Recorded]) -> Bool) -> [Recorded] {
    var captures: [Recorded] = []
    let deadline = Date(timeIntervalSinceNow: 10)
    while !isEnough(captures) && Date() < deadline {
      probe.drain(waiting: 100) { captures.append(Recorded($0)) }
    }
    return captures
  }

  /// The ids of the BPF programs in the kernel.
  private static func loadedPrograms() -> Set<UInt32> {
    var programs: Set<UInt32> = []
    var id: UInt32 = 0
    while unsafe bpf_prog_get_next_id(id, &id) == 0 { programs.insert(id) }
    return programs
  }

  /// Those of `programs` that remain: the kernel frees a program some time after its last descriptor is closed, at most one RCU
  /// grace period.
  private static func loadedPrograms(among programs: Set<UInt32>) -> Set<UInt32> {
    let deadline = Date(timeIntervalSinceNow: 10)
    var left = loadedPrograms().intersection(programs)
    while !left.isEmpty && Date() < deadline {
      sched_yield()
      left = loadedPrograms().intersection(programs)
    }
    return left
  }

  /// The programs that a process has descriptors of.
  private static func programs(of process: Int32) throws -> Set<UInt32> {
    var programs: Set<UInt32> = []
    for descriptor in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fdinfo") {
      // The descriptor may have been closed meanwhile.
      let text = ProcFS.text("/proc/\(process)/fdinfo/\(descriptor)") ?? ""
      for line in text.split(separator: "\n") where line.hasPrefix("prog_id:") {
        if let id = UInt32(line.dropFirst(8).drop(while: \.isWhitespace)) { programs.insert(id) }
      }
    }
    return programs
  }
}

/// A record that was copied out of the ring.
struct Recorded {
  var bytes: [UInt8] = []
  let header: PacketHeader
  let tasks: SocketTasks

  init(_ record: borrowing KernelProbe.Record) {
    bytes.append(contentsOf: record.octets)
    header = record.packetHeader(bootTime: Timestamp(nanoseconds: 0))
    tasks = record.tasks
  }
}
