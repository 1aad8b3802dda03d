import Bytes
import CaptureFiles
import TraceModel
import Testing

/// The output of `PcapngWriter` is read back.
struct WriterTests {
  static let capture = Capture(
    bytes: [1, 2, 3, 4, 5], originalLength: 90, time: Timestamp(nanoseconds: 1_700_000_000_123_456_789),
    direction: .egress, socketCookie: 77, interfaceIndex: 3, networkNamespace: 4_026_531_840, segmentSize: 512
  )

  static func write(
    _ captures: [Capture], bootTime: Int64 = 0, processes: PcapngWriter.Processes = .inPackets
  ) -> [UInt8] {
    var writer = PcapngWriter(
      application: "test", bootTime: Timestamp(nanoseconds: bootTime), processes: processes)
    var octets = ByteWriter()
    writer.start(&octets)
    let interfaces = InterfaceNames()
    for index in 1...9 as ClosedRange<UInt32> { interfaces.set("if\(index)", for: index) }
    for capture in captures {
      var packet = ByteWriter()
      writer.write(
        capture.view, interfaces: interfaces, declarations: &octets,
        to: &packet)
      octets.append(octets: packet.span)
    }
    return octets.array()
  }

  static func back(_ captures: [Capture], bootTime: Int64 = 0) -> (captures: [Capture], names: [String?]) {
    let octets = write(captures, bootTime: bootTime)
    let table = InterfaceNames()
    let outcome = Outcome(octets, pieces: 100, interfaces: table)
    #expect(outcome.error == nil)
    return (outcome.captures, outcome.captures.map { table.name($0.header.interfaceIndex, 0) })
  }

  @Test(arguments: [Direction.egress, .ingress, .unspecified])
  func `a packet keeps all data that pairing needs`(direction: Direction) throws {
    var capture = Self.capture
    capture.header.direction = direction
    let (captures, names) = Self.back([capture])
    let read = try #require(captures.first)
    #expect(read.bytes == capture.bytes && read.header.originalLength == 90 && read.header.link == .raw)
    #expect(read.header.time == capture.header.time && read.header.direction == direction)
    #expect(
      read.header.socketCookie == 77 && read.header.networkNamespace == 4_026_531_840
        && read.header.segmentSize == 512)
    #expect(names == ["if3"])
  }

  @Test(arguments: [
    ["dig", "example.com"], ["a b", "", "c\\d", "e\nf: g", "ü", " "], [], ["PID: 4"], ["..."], ["", ""],
  ])
  func `a process is read back unchanged, with any arguments`(arguments: [String]) throws {
    var capture = Self.capture
    let details = ProcessDetails(
      executable: "/tmp/a b\\c", arguments: arguments, isInherited: !arguments.isEmpty,
      workingDirectory: "/home/ü ", user: "alice", group: "staff",
      parent: ProcessDetails.Parent(pid: 1, name: "init: x", executable: "/sbin/init"), cgroup: "/a\n/b",
      container: Container(
        id: "0123", runtime: "docker",
        Container.Metadata(name: "we\nb", image: "nginx:1", pod: "shop-0", namespace: "prod")))
    let owner = TaskSnapshot(
      identity: ProcessIdentity(pid: 1234, startTime: 5_000_000_001), execID: 7, tid: 1236,
      credentials: Credentials(uid: 0, gid: 7), name: TaskName(octets: [0x41, 0xff, 0x20, 0x0a, 0x20]),
      threadName: "isc-net-0001", parentPID: 1, cgroupID: 99, networkNamespace: 4_026_531_840,
      source: .unknown)
    capture.attribution = Attribution(owner: owner, details: details, method: .sender)
    let read = try #require(Self.back([capture], bootTime: 1_000_000_000_000_000_000).captures.first)
      .attribution
    var expected = owner
    // In a file the boot clock was zero at the epoch.
    expected.identity.startTime = 1_000_000_005_000_000_001
    #expect(read.owner == expected)
    #expect(read.method == .recorded)
    #expect(read.details?.arguments == arguments)
    #expect(read.details?.executable == details.executable)
    #expect(read.details?.isInherited == details.isInherited)
    #expect(read.details?.workingDirectory == details.workingDirectory)
    #expect(read.details?.user == "alice" && read.details?.group == "staff")
    #expect(read.details?.parent?.name == "init: x" && read.details?.parent?.executable == "/sbin/init")
    #expect(read.details?.cgroup == details.cgroup && read.details?.container == details.container)
  }

  @Test func `a command line beyond the limit is cut and the file stays valid`() throws {
    var capture = Self.capture
    let owner = TaskSnapshot(
      identity: ProcessIdentity(pid: 9, startTime: 0), tid: 9, credentials: Credentials(uid: 1, gid: 1),
      name: "long", threadName: "", source: .unknown)
    let arguments = ["long"] + (0..<20_000).map { "argument \($0)" }
    capture.attribution = Attribution(
      owner: owner, details: ProcessDetails(arguments: arguments), method: .sender)
    let read = try #require(Self.back([capture, capture]).captures.last).attribution
    #expect(read.owner?.name == "long")
    #expect(read.details?.arguments?.starts(with: arguments.prefix(1000)) == true)
  }

  @Test(arguments: [UnknownReason.noSocket, .kernelSocket, .olderThanQuerent, .notRecorded])
  func `the reason for a missing process is read back`(reason: UnknownReason) {
    var capture = Self.capture
    capture.attribution = Attribution(method: .none(reason))
    #expect(Self.back([capture]).captures.map(\.attribution.method) == [.none(reason)])
  }

  @Test func `an interface is described once per namespace and link`() {
    var captures = (0..<6).map { _ in Self.capture }
    captures[1].header.interfaceIndex = 0
    captures[2].header.link = .ethernet
    captures[3].header.networkNamespace = 5
    let (read, names) = Self.back(captures)
    #expect(names == ["if3", nil, "if3", "if3", "if3", "if3"])
    #expect(read.map(\.header.link) == [.raw, .raw, .ethernet, .raw, .raw, .raw])
    #expect(read.map(\.header.networkNamespace).prefix(4).last == 5)
  }
}
