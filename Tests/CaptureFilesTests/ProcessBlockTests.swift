import Bytes
import CaptureFiles
import TraceModel
import Testing

/// Wireshark's process information blocks as written by querent.
struct ProcessBlockTests {
  static func attribution(_ pid: Int32, start: UInt64, _ name: TaskName, executable: String? = nil)
    -> Attribution
  {
    Attribution(
      owner: TaskSnapshot(
        identity: ProcessIdentity(pid: pid, startTime: start), tid: pid + 1,
        credentials: Credentials(uid: 1000, gid: 7), name: name, threadName: "worker", parentPID: 1,
        source: .unknown),
      details: ProcessDetails(
        executable: executable, arguments: ["\(name)", "-x y", "", "ü"], user: "alice", group: "staff"),
      method: .sender)
  }

  static func capture(_ attribution: Attribution, at time: Int64) -> Capture {
    var capture = WriterTests.capture
    capture.header.time = Timestamp(nanoseconds: time)
    capture.attribution = attribution
    return capture
  }

  /// The blocks of a file, with type and offset.
  static func blocks(_ file: [UInt8]) -> [(type: UInt32, start: Int, length: Int)] {
    var blocks: [(UInt32, Int, Int)] = []
    var at = 0
    func word(_ at: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(file[at + $1]) << UInt32(8 * $1) } }
    while at < file.count {
      blocks.append((word(at), at, Int(word(at + 4))))
      at += Int(word(at + 4))
    }
    return blocks
  }

  /// The same file with the packets' comments changed to unknown options.
  static func withoutComments(_ file: [UInt8]) -> [UInt8] {
    var file = file
    for block in blocks(file) where block.type == 6 {
      func short(_ at: Int) -> Int { Int(file[at]) | Int(file[at + 1]) << 8 }
      var at = block.start + 28 + (short(block.start + 20) + 3) & ~3
      while short(at) != 0 {
        if short(at) == 1 { file[at + 1] = 0x40 }
        at += 4 + (short(at + 2) + 3) & ~3
      }
    }
    return file
  }

  @Test func `a process is read back from its block alone`() throws {
    let attribution = Self.attribution(1234, start: 5_000_000_001, "curl", executable: "/usr/bin/curl")
    let file = WriterTests.write(
      [Self.capture(attribution, at: 1_000_000_009_000_000_000)], bootTime: 1_000_000_000_000_000_000,
      processes: .inBlocks)
    let bare = Self.withoutComments(file)
    #expect(bare != file)
    let outcome = Outcome(bare)
    #expect(outcome.error == nil)
    let read = try #require(outcome.captures.first).attribution
    let owner = try #require(read.owner)
    #expect(owner.identity == ProcessIdentity(pid: 1234, startTime: 1_000_000_005_000_000_001))
    #expect(owner.tid == 1235 && owner.name == "curl" && owner.parentPID == 1)
    #expect(owner.credentials.uid == 1000)
    #expect(read.details?.executable == "/usr/bin/curl" && read.details?.user == "alice")
    #expect(read.details?.arguments == ["curl", "-x y", "", "ü"])
    // With comments the packet has more details.
    #expect(Outcome(file).captures.first?.attribution.details?.group == "staff")
  }

  @Test func `a block has Wireshark's format`() throws {
    let attribution = Attribution(
      owner: TaskSnapshot(
        identity: ProcessIdentity(pid: 77, startTime: 0), tid: 77,
        credentials: Credentials(uid: 0, gid: 0), name: "sshd", threadName: "", source: .unknown),
      method: .sender)
    let file = WriterTests.write([Self.capture(attribution, at: 1)], processes: .inBlocks)
    let block = try #require(Self.blocks(file).first { $0.type == 0xbad })
    // Enterprise number, entry type, length; process id, name, user, end of options.
    let body: [UInt8] = [
      0x6e, 0x7f, 0, 0, 3, 0, 0, 0, 24, 0, 0, 0, 77, 0, 0, 0, 2, 0, 4, 0, 0x73, 0x73, 0x68, 0x64, 6, 0, 4, 0,
      0, 0, 0, 0, 0, 0, 0, 0,
    ]
    #expect(Array(file[block.start + 8..<block.start + block.length - 4]) == body)
  }

  @Test func `each process has one block in a section, before its first packet`() {
    let captures = [
      Self.capture(Self.attribution(500, start: 10, "first"), at: 20),
      Self.capture(Self.attribution(500, start: 10, "first"), at: 21),
      Self.capture(Self.attribution(500, start: 30, "second"), at: 40),
      Self.capture(Self.attribution(500, start: 10, "first"), at: 41),
      Self.capture(Attribution(method: .none(.noSocket)), at: 42),
    ]
    let file = WriterTests.write(captures, processes: .inBlocks)
    #expect(Self.blocks(file).map(\.type) == [0x0a0d_0d0a, 1, 0xbad, 6, 6, 0xbad, 6, 6, 6])
    #expect(!Self.blocks(WriterTests.write(captures)).contains { $0.type == 0xbad })
  }

  @Test func `a new file describes its processes again`() {
    var writer = PcapngWriter(
      application: "test", bootTime: Timestamp(nanoseconds: 0), processes: .inBlocks)
    let capture = Self.capture(Self.attribution(500, start: 10, "first"), at: 20)
    let files = (0..<2).map { _ in
      var file = ByteWriter()
      writer.start(&file)
      var packet = ByteWriter()
      writer.write(capture.view, interfaces: InterfaceNames(), declarations: &file, to: &packet)
      file.append(octets: packet.span)
      return file.array()
    }
    #expect(files[0] == files[1])
    #expect(Outcome(files[1]).captures.first?.attribution.owner?.name == "first")
  }
}
