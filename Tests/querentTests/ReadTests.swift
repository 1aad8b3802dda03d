import Foundation
import Lab
import Testing
import Traffic

/// `querent read`: its records, its errors and its exit codes.
struct ReadTests {
  private let day: TemporaryCapture
  private var udp: String { day.path }

  init() throws { day = try TemporaryCapture() }

  @Test(arguments: CaptureFile.all)
  func `every packet and message is accounted for in`(_ file: CaptureFile) throws {
    let capture = try TemporaryCapture(file)
    let read = try Running([Trace.command, "read", "--messages", capture.path])
    #expect(read.wait() == 0, "\(read.errorText)")
    #expect(read.errorText.contains("\(file.packets) seen, \(file.packets) recognised"), "\(read.errorText)")
    #expect(read.errorText.contains("messages  \(file.messages) ="), "\(read.errorText)")
    #expect(read.errorText.contains("every packet and message accounted for"), "\(read.errorText)")
  }

  @Test(
    .enabled(if: Requirements.programs("tshark"), "needs tshark"),
    arguments: CaptureFile.made.filter { $0.name != "cut.pcap" })
  func `tshark finds as many messages in the test captures`(_ file: CaptureFile) throws {
    let capture = try TemporaryCapture(file)
    let listing = try Running([
      "tshark", "-n", "-r", capture.path, "-Y", "dns or mdns", "-T", "fields", "-e", "dns.id",
      "-o", "tcp.reassemble_out_of_order:TRUE",
    ])
    #expect(listing.wait() == 0, "\(listing.errorText)")
    let messages = listing.text.split { $0 == "\n" || $0 == "," }
    #expect(messages.count == file.messages, "\(listing.text)")
  }

  @Test func `a file gives the same records compressed, in two gzip members, from a pipe, or as pcapng`()
    throws
  {
    let folder = try Folder()
    let plain = try Self.read(udp)
    #expect(plain.split(separator: "\n").count > 10)
    let gzip = folder.path("one.pcap.gz")
    try Self.shell("gzip -c '\(udp)' >'\(gzip)'")
    #expect(try Self.read(gzip) == plain)
    let members = folder.path("two.pcap.gz")
    try Self.shell(
      "(head -c 700 '\(udp)' | gzip -c; tail -c +701 '\(udp)' | gzip -c; printf '\\0\\0') >'\(members)'"
    )
    #expect(try Self.read(members) == plain)
    for source in [udp, gzip] {
      let piped = try Running(["sh", "-c", "cat '\(source)' | '\(Trace.command)' read --format json -"])
      #expect(piped.wait() == 0, "\(piped.errorText)")
      #expect(piped.text == plain)
    }
  }

  @Test(.enabled(if: Requirements.programs("editcap"), "needs editcap"))
  func `a file gives the same records in the formats that editcap writes`() throws {
    let folder = try Folder()
    let plain = try Self.read(udp)
    for format in ["pcapng", "nsecpcap"] {
      let path = folder.path(format)
      try Self.shell("editcap -F \(format) '\(udp)' '\(path)'")
      #expect(try Self.read(path) == plain)
    }
  }

  @Test func `several files are parts of one capture`() throws {
    let folder = try Folder()
    let (first, second) = (folder.path("1.pcap"), folder.path("2.pcap"))
    // The first record of the file is the first query.
    let octets = [UInt8](try Data(contentsOf: URL(filePath: udp)))
    let cut = 24 + 16 + Int(octets[32]) + Int(octets[33]) << 8
    try Data(octets[..<cut]).write(to: URL(filePath: first))
    try Data(octets[..<24] + octets[cut...]).write(to: URL(filePath: second))
    #expect(try Self.read(first, second) == Self.read(udp))
  }

  @Test func `a truncated file is shown up to its end, with exit code 65`() throws {
    let folder = try Folder()
    let path = folder.path("cut.pcap")
    let octets = try Data(contentsOf: URL(filePath: udp))
    try octets.prefix(octets.count - 3).write(to: URL(filePath: path))
    let read = try Running([Trace.command, "read", "--format", "json", path])
    #expect(read.wait() == 65)
    #expect(read.errorText.contains("\(path): the file ends inside a record (at octet "), "\(read.errorText)")
    #expect(read.errorText.contains("the 32 packets before this place were read"))
    #expect(read.errorText.contains("every packet and message accounted for"))
    let zipped = folder.path("cut.pcap.gz")
    try Self.shell("gzip -c '\(udp)' | head -c 900 >'\(zipped)'")
    let readZipped = try Running([Trace.command, "read", "--format", "json", zipped])
    #expect(readZipped.wait() == 65)
    #expect(
      readZipped.errorText.contains("its compressed data is cut at octet 900"), "\(readZipped.errorText)")
    #expect(!readZipped.text.isEmpty)
  }

  @Test func `a file that is missing or not a capture is reported before anything is shown`() throws {
    let missing = try Running([Trace.command, "read", udp, "/no/such/file"])
    #expect(missing.wait() == 66)
    #expect(missing.errorText.hasPrefix("querent: can't read /no/such/file: No such file or directory\n"))
    #expect(missing.text.isEmpty)
    let foreign = try Running([Trace.command, "read", "/etc/passwd"])
    #expect(foreign.wait() == 65)
    #expect(foreign.errorText.contains("this is neither pcap nor pcapng"))
    let empty = try Running([Trace.command, "read", "/dev/null"])
    #expect(empty.wait() == 65)
    let folder = try Running([Trace.command, "read", "/etc"])
    #expect(folder.wait() == 66)
    #expect(try Running([Trace.command, "read"]).wait() == 64)
  }

  @Test(
    arguments: [
      (["--count", "3"], 3), (["--type", "AAAA", "--rcode", "NXDOMAIN"], 0), (["--process", "dig"], 0),
      (["--name", "*"], nil),
    ] as [([String], Int?)])
  func `filters work as in the live trace`(filters: [String], count: Int?) throws {
    let all = try Self.read(udp).split(separator: "\n").count
    let read = try Running([Trace.command, "read", "--format", "json"] + filters + [udp])
    #expect(read.wait() == 0, "\(read.errorText)")
    #expect(read.text.split(separator: "\n").count == count ?? all)
  }

  @Test func `with --ports only traffic on those ports is decoded`() throws {
    let all = try Running([Trace.command, "read", "--format", "json", "--ports", "53", udp])
    #expect(all.wait() == 0)
    #expect(all.text == (try Self.read(udp)))
    let none = try Running([Trace.command, "read", "--format", "json", "--ports", "5300,5301", udp])
    #expect(none.wait() == 0)
    #expect(none.text.isEmpty)
    #expect(none.errorText.contains("not DNS"), "\(none.errorText)")
    let any = try Running([
      Trace.command, "read", "--format", "json", "--ports", "5300", "--any-port", udp,
    ])
    #expect(any.wait() == 0)
    #expect(any.text == (try Self.read(udp)))
  }

  @Test func `a slow reader gets every record`() throws {
    let folder = try Folder()
    let large = folder.path("large.pcap")
    try Self.repeated(500, to: large)
    let read = try Running([
      "sh", "-c", "'\(Trace.command)' read --format json '\(large)' | (sleep 0.5; wc -l)",
    ])
    #expect(read.wait() == 0, "\(read.errorText)")
    let lines = try Self.read(udp).split(separator: "\n").count
    #expect(Int(read.text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0 >= 500 * lines / 2)
    #expect(!read.errorText.contains("lost (not written)"), "\(read.errorText)")
  }

  @Test func `Ctrl-C ends it while it waits for input`() throws {
    let folder = try Folder()
    let pipe = folder.path("pipe")
    try Self.shell("mkfifo '\(pipe)'")
    let read = try Running([Trace.command, "read", pipe])
    // open(2) of the pipe returns when it has a reader.
    let writer = try Running(["sh", "-c", "exec 3>'\(pipe)'; echo open >&2; exec sleep 600"])
    defer { writer.send(SIGKILL) }
    try writer.waitForError("open")
    read.send(SIGINT)
    #expect(read.wait() == 0, "\(read.errorText)")
  }

  @Test func `Ctrl-C ends it while its reader does not read`() throws {
    let folder = try Folder()
    let (pipe, large) = (folder.path("pipe"), folder.path("large.pcap"))
    try Self.shell("mkfifo '\(pipe)'")
    try Self.repeated(500, to: large)
    let read = try Running(["sh", "-c", "'\(Trace.command)' read --format json '\(pipe)' | sleep 600"])
    let writer = try Running(["sh", "-c", "exec 3>'\(pipe)'; echo open >&2; cat '\(large)' >&3"])
    try writer.waitForError("open")
    try Running(["pkill", "-INT", "-P", "\(read.pid)", "-x", "querent"]).wait()
    try read.waitForError("accounted for")
    try Running(["pkill", "-P", "\(read.pid)", "-x", "sleep"]).wait()
    read.wait()
    writer.wait()
  }

  // MARK: Running

  static func read(_ files: String...) throws -> String {
    let read = try Running([Trace.command, "read", "--format", "json"] + files)
    #expect(read.wait() == 0, "\(read.errorText)")
    return read.text
  }

  static func shell(_ command: String) throws {
    let running = try Running(["sh", "-c", command])
    #expect(running.wait() == 0, "\(running.errorText)")
  }

  /// Writes a capture with the same records repeated many times.
  static func repeated(_ times: Int, to path: String) throws {
    let octets = Data(try CaptureFile.clientsDay.octets())
    var all = octets
    for _ in 1..<times { all.append(octets.dropFirst(24)) }
    try all.write(to: URL(filePath: path))
  }
}
