import Foundation
import Lab
import Testing
import Traffic

/// `--format pcapng`: querent and tshark read back what is written.
struct PacketFileTests {
  /// The leaves of records, without those that a file does not contain: host and boot, the attribution method, and the
  /// number of the record.
  static func leaves(_ json: String) throws -> [[String: String]] {
    try json.split(separator: "\n").map { line in
      var leaves: [String: String] = [:]
      func walk(_ value: Any, _ path: String) {
        if let object = value as? [String: Any] {
          for (key, value) in object { walk(value, path.isEmpty ? key : "\(path).\(key)") }
        } else if let array = value as? [Any] {
          for (place, value) in array.enumerated() { walk(value, "\(path)[\(place)]") }
        } else {
          leaves[path] = "\(value)"
        }
      }
      walk(try Record(String(line)).object, "")
      return leaves.filter { leaf in
        leaf.key != "event.sequence" && leaf.key != "querent.attribution.method"
          && leaf.key != "querent.attribution.tier" && !leaf.key.hasPrefix("host.")
          && !leaf.key.hasSuffix(".entity_id")
      }
    }
  }

  /// The leaves as text, for comparison.
  static func comparable(_ json: String) throws -> [String] {
    try leaves(json).map { leaves in
      leaves.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
  }

  @Test(arguments: CaptureFile.all)
  func `the packets that are written give the same records again:`(_ file: CaptureFile) throws {
    let folder = try Folder()
    let written = folder.path("written.pcapng")
    let path = folder.path("capture")
    try file.write(to: path)
    let writing = try Running([Trace.command, "read", "--format", "pcapng", "--output", written, path])
    #expect(writing.wait() == 0, "\(writing.errorText)")
    #expect(writing.errorText.contains("every packet and message accounted for"), "\(writing.errorText)")
    #expect(!writing.errorText.contains("not written"), "\(writing.errorText)")
    #expect(
      try Self.comparable(ReadTests.read(written)).sorted() == Self.comparable(ReadTests.read(path)).sorted())
  }

  @Test func `filters select the packets, and only packets of exchanges shown are written`() throws {
    let folder = try Folder()
    let day = try TemporaryCapture()
    let written = folder.path("written.pcapng")
    let filter = ["--type", "AAAA"]
    let writing = try Running(
      [Trace.command, "read", "--format", "pcapng", "--output", written] + filter + [day.path])
    #expect(writing.wait() == 0, "\(writing.errorText)")
    let direct = try Running([Trace.command, "read", "--format", "json"] + filter + [day.path])
    #expect(direct.wait() == 0)
    #expect(!direct.text.isEmpty)
    #expect(try Self.comparable(ReadTests.read(written)) == Self.comparable(direct.text))
  }

  /// A client that sends queries in many ways and keeps running, so that /proc has its details.
  private static let client = """
    import signal, socket, struct
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    def query(id, name, type=1):
        labels = b"".join(bytes([len(l)]) + l.encode() for l in (name if "." in name else name + ".file.example.test").split("."))
        return struct.pack(">6H", id, 0x100, 1, 0, 0, 0) + labels + struct.pack(">BHH", 0, type, 1)
    def datagrams(family, address, connected=True):
        s = socket.socket(family, socket.SOCK_DGRAM)
        if connected: s.connect((address, 53))
        return s
    silent = datagrams(socket.AF_INET, "127.0.0.9")
    deaf = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); deaf.bind(("127.0.0.9", 53))
    for _ in range(3): silent.send(query(1, "silent"))
    signal.sigwait([signal.SIGUSR1])
    four = datagrams(socket.AF_INET, "127.0.0.1")
    four.send(query(2, "ONE")); four.recv(512)
    four.send(query(3, "file.missing.test")); four.recv(512)
    six = datagrams(socket.AF_INET6, "::1")
    six.send(query(4, "two", 28)); six.recv(512)
    free = datagrams(socket.AF_INET, "127.0.0.1", False)
    free.sendto(query(5, "three"), ("127.0.0.1", 53)); free.recv(512)
    tcp = socket.create_connection(("127.0.0.1", 53))
    def framed(q): return struct.pack(">H", len(q)) + q
    two = framed(query(6, "four")) + framed(query(7, "five", 28))
    tcp.sendall(two[:30]); tcp.sendall(two[30:])
    for _ in range(2): tcp.recv(struct.unpack(">H", tcp.recv(2, socket.MSG_WAITALL))[0], socket.MSG_WAITALL)
    print("asked", flush=True)
    signal.sigwait([signal.SIGUSR1])
    """

  @Test(
    .enabled(if: Requirements.kernel && Requirements.programs("tshark"), "needs root, BTF and tshark"),
    arguments: [[], ["--process-blocks"]])
  func `the file of a live trace gives the same exchanges and processes, and tshark reads it`(
    _ option: [String]
  ) throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let folder = try Folder()
    let written = folder.path("live.pcapng")
    // Two traces of the same traffic, one of them JSON for comparison.
    let filter = ["--name", "*.file.example.test", "--name", "file.missing.test", "--timeout", "500ms"]
    let text = try Trace(["--format", "json"] + filter)
    let packets = try Trace(["--format", "pcapng", "--output", written] + option + filter)
    let client = try namespace.python(Self.client)
    defer { client.send(SIGKILL) }
    // Unanswered queries are written after the timeout.
    try text.running.waitForOutput("silent.file")
    client.send(SIGUSR1)
    try client.waitForOutput("asked")
    #expect(text.interrupt() == 0)
    #expect(packets.interrupt() == 0)
    client.send(SIGUSR1)
    #expect(client.wait() == 0, "\(client.errorText)")
    #expect(packets.running.errorText.contains("every packet and message accounted for"))
    let read = try Running([
      Trace.command, "read", "--format", "json", "--timeout", "500ms", written,
    ])
    #expect(read.wait() == 0, "\(read.errorText)")
    let (live, recorded) = (try Self.leaves(text.running.text), try Self.leaves(read.text))
    #expect(live.count == 7)
    #expect(live.map { $0["dns.id"] } == recorded.map { $0["dns.id"] })
    for (live, recorded) in zip(live, recorded) {
      #expect(Set(live.keys) == Set(recorded.keys), "\(live["dns.question.name"] ?? "")")
      for (path, value) in live where !Self.isClose(path, value, recorded[path] ?? "") {
        Issue.record(
          "\(live["dns.question.name"] ?? "") \(path): \(value) and \(recorded[path] ?? "nothing")")
      }
    }
    // Checks that the traffic covers these cases.
    #expect(
      live.allSatisfy { $0["process.pid"] == "\(client.pid)" && $0["process.working_directory"] != nil })
    #expect(live.filter { $0["querent.answered_by.process.name"] == "dnsmasq" }.count == 6)
    #expect(live.contains { $0["querent.transport.retries"] == "2" && $0["event.reason"] == "timeout" })
    #expect(live.contains { $0["event.reason"] == "nxdomain" })
    // dnsmasq forks a process for each TCP connection.
    let pids = Set(
      live.flatMap { [$0["process.pid"], $0["querent.answered_by.process.pid"]] }.compactMap(\.self))
    #expect(pids.count > 1)
    try Self.expectInTshark(written, blocks: option.isEmpty ? 0 : pids.count)
  }

  /// Whether two values are equal; times may differ by a second, because each trace has its own.
  private static func isClose(_ path: String, _ one: String, _ other: String) -> Bool {
    if path == "event.duration", let one = Int(one), let other = Int(other) {
      return abs(one - other) < 1_000_000_000
    }
    guard path == "@timestamp" || path.hasSuffix(".start") || path == "event.end" else { return one == other }
    func seconds(_ text: String) -> Double? {
      let parts = text.split(separator: ".")
      guard parts.count == 2, let whole = ISO8601DateFormatter().date(from: "\(parts[0])Z") else {
        return nil
      }
      return whole.timeIntervalSince1970 + (Double("0.\(parts[1].dropLast())") ?? 0)
    }
    guard let one = seconds(one), let other = seconds(other) else { return false }
    return abs(one - other) < 1
  }

  private static func expectInTshark(_ path: String, blocks: Int) throws {
    let shark = try Running([
      "tshark", "-r", path, "-Y", "dns", "-T", "fields", "-E", "separator=|", "-e", "dns.qry.name", "-e",
      "frame.packet_flags_direction", "-e", "frame.comment",
    ])
    #expect(shark.wait() == 0, "\(shark.errorText)")
    for line in shark.text.split(separator: "\n") where line.contains("ONE.file") {
      #expect(line.contains("PID: ") && line.contains("Attribution: "), "\(line)")
    }
    #expect(shark.text.contains("five.file.example.test"))
    let file = [UInt8](try Data(contentsOf: URL(filePath: path)))
    // The type of a custom block, its length, and Wireshark's enterprise number.
    let count = file.indices.count { at in
      at % 4 == 0 && file[at...].starts(with: [0xad, 0x0b, 0, 0]) && file.count > at + 12
        && file[(at + 8)...].starts(with: [0x6e, 0x7f, 0, 0, 3, 0, 0, 0])
    }
    #expect(count == blocks)
  }

  @Test func `--process-blocks requires pcapng`() throws {
    let run = try Running([Trace.command, "read", "--process-blocks", "--format", "json", "/dev/null"])
    #expect(run.wait() == 64)
    #expect(run.errorText.contains("give --format pcapng too"), "\(run.errorText)")
  }

  @Test func `pcapng is not written to a terminal or to standard error`() throws {
    let run = try Running([Trace.command, "run", "--format", "pcapng", "--", "true"])
    #expect(run.wait() == 64)
    #expect(run.errorText.contains("give --output FILE"), "\(run.errorText)")
  }
}
