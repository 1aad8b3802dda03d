import Bytes
import CaptureFiles
import TraceModel
import Testing

/// Processes in files: packet options, comments, process information blocks.
struct ProcessTests {
  @Test(arguments: Octets.Order.allCases)
  func `packet option 8 names process and thread, in byte order`(_ order: Octets.Order) throws {
    var file = Pcapng(order)
    file.interface()
    file.packet([1], [file.pair(1234, 1236)])
    file.packet([2], [file.pair(1234, 0)])
    file.packet([3], [file.pair(0, 0)])
    let captures = Outcome(file.all).captures
    #expect(captures.map(\.attribution.owner?.identity.pid) == [1234, 1234, nil])
    #expect(captures.map(\.attribution.owner?.tid) == [1236, 1234, nil])
    #expect(captures.map(\.attribution.method) == [.recorded, .recorded, .none(.notRecorded)])
    #expect(captures.first?.attribution.owner?.credentials.uid == Credentials.unknownID)
  }

  @Test func `ptcpdump's comments are understood`() throws {
    var file = Pcapng(.little)
    file.interface()
    file.packet(
      [1],
      [
        Pcapng.comment("PID: 4218\nCmd: /usr/bin/curl\nArgs: curl https://example.com..."),
        Pcapng.comment("ThreadId: 4219\nThreadName: resolver"),
        Pcapng.comment("UserId: 1000\nGroupId: 1001"),
        Pcapng.comment("ParentPID: 4000\nParentCmd: /bin/bash\nParentArgs: bash -l"),
        Pcapng.comment(
          "ContainerName: web\nContainerId: 0123abcd\nContainerImage: nginx:1\nContainerLabels: {}"),
      ])
    file.packet([2], [Pcapng.comment("PID: 7\nCommand: sshd\nArgs: ")])
    file.packet([3], [Pcapng.comment("note: look at this one"), Pcapng.comment("PID: many")])
    let captures = Outcome(file.all).captures
    let attribution = try #require(captures.first?.attribution)
    let owner = try #require(attribution.owner)
    #expect(owner.identity == ProcessIdentity(pid: 4218, startTime: 0))
    #expect(owner.name == "curl" && owner.threadName == "resolver" && owner.tid == 4219)
    #expect(owner.credentials == Credentials(uid: 1000, gid: 1001) && owner.parentPID == 4000)
    #expect(attribution.details?.executable == "/usr/bin/curl")
    #expect(attribution.details?.arguments == ["curl", "https://example.com..."])
    #expect(
      attribution.details?.parent?.name == "bash" && attribution.details?.parent?.executable == "/bin/bash")
    #expect(
      attribution.details?.container
        == Container(id: "0123abcd", runtime: nil, Container.Metadata(name: "web", image: "nginx:1")))
    #expect(captures[1].attribution.owner?.name == "sshd")
    #expect(captures[2].attribution.owner == nil)
  }

  @Test(arguments: [0, 1, 64] as [UInt64])
  func `comments with the same hash each name their own process`(bits: UInt64) {
    var file = Pcapng(.little)
    file.interface()
    let pids = [11, 12, 11, 11, 13, 12]
    for pid in pids { file.packet([1], [Pcapng.comment("PID: \(pid)\nCmd: /bin/p\(pid)")]) }
    KeyedHash.$digestBits.withValue(bits) {
      let captures = Outcome(file.all).captures
      #expect(captures.map { $0.attribution.owner?.identity.pid } == pids.map { Int32($0) })
      #expect(captures.map { $0.attribution.details?.executable } == pids.map { "/bin/p\($0)" })
    }
  }

  @Test(arguments: Octets.Order.allCases)
  func `Wireshark's process blocks are found by process id and time`(_ order: Octets.Order) throws {
    var file = Pcapng(order)
    func number(_ value: UInt64) -> [UInt8] {
      var octets = Octets(.little)
      octets.add(value)
      return octets.all
    }
    file.interface([(9, [9])])
    file.process(
      500,
      [
        (2, Array("first".utf8)), (3, Array("/bin/first".utf8)), (4, Array("first\0-x y\0".utf8)),
        (5, [1, 0, 0, 0]), (6, [0xe8, 3, 0, 0]), (7, Array("alice".utf8)), (9, number(1000)),
      ])
    file.process(500, [(2, Array("second".utf8)), (9, number(2000))])
    file.process(600, [(2, Array("old".utf8))])
    file.process(600, [(2, Array("new".utf8))])
    for (pid, time) in [(500, 1500), (500, 2500), (500, 10), (600, 1), (700, 1)] as [(UInt32, UInt64)] {
      file.packet([1], time: time, [file.pair(pid, 0)])
    }
    file.section(order)
    file.interface()
    file.packet([1], [file.pair(500, 0)])
    let captures = Outcome(file.all).captures
    #expect(captures.map { $0.attribution.owner?.name } == ["first", "second", "first", "new", "", ""])
    let attribution = try #require(captures.first?.attribution)
    #expect(attribution.details?.executable == "/bin/first" && attribution.details?.user == "alice")
    #expect(attribution.details?.arguments == ["first", "-x y", ""])
    #expect(attribution.owner?.credentials.uid == 1000 && attribution.owner?.parentPID == 1)
    #expect(attribution.owner?.identity == ProcessIdentity(pid: 500, startTime: 1000))
  }

  @Test func `the process blocks of Apple's tcpdump are found by their index`() {
    var file = Pcapng(.big)
    file.interface()
    file.darwinProcess(501, name: "mDNSResponder")
    file.darwinProcess(1, name: "launchd")
    file.packet([1], [(0x8001, file.word(1))])
    file.packet([2], [(0x8001, file.word(0))])
    file.packet([3], [(0x8001, file.word(9))])
    let captures = Outcome(file.all).captures
    #expect(captures.map { $0.attribution.owner?.identity.pid } == [1, 501, nil])
    #expect(captures.map { $0.attribution.owner?.name } == ["launchd", "mDNSResponder", nil])
  }

  @Test func `a custom block of another enterprise, or a truncated one, is ignored`() {
    var file = Pcapng(.little)
    file.interface()
    file.block(0xbad) { body in
      body.add(UInt32(1))
      body.add([UInt8](repeating: 9, count: 40))
    }
    file.block(0xbad) { body in for field in [32622, 3, 400, 77] as [UInt32] { body.add(field) } }
    file.block(0xbad) { body in for field in [32622] as [UInt32] { body.add(field) } }
    file.packet([1], [file.pair(77, 0)])
    let outcome = Outcome(file.all)
    #expect(outcome.error == nil)
    #expect(outcome.captures.first?.attribution.owner?.name == "")
  }
}
