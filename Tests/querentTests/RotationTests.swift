import Foundation
import Lab
import Testing

/// `--rotate` and `--keep`: series of files.
struct RotationTests {
  private let day: TemporaryCapture

  init() throws { day = try TemporaryCapture() }

  private static func names(in folder: Folder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted()
  }

  private static func octets(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  /// Reads the capture into a series named `out.x`; returns its complete files in order.
  private func rotate(_ format: String, _ arguments: [String], in folder: Folder) throws -> [String] {
    let writing = try Running(
      [Trace.command, "read", "--format", format, "--output", folder.path("out.x")] + arguments
        + [day.path])
    #expect(writing.wait() == 0, "\(writing.errorText)")
    #expect(
      writing.errorText.contains("nothing lost, every packet and message accounted for"),
      "\(writing.errorText)")
    #expect(!writing.errorText.contains("not written"), "\(writing.errorText)")
    return try Self.names(in: folder).filter { $0.hasPrefix("out") }
  }

  @Test(arguments: ["keyvalue", "json", "eve"])
  func `the files of a series contain together what one file would, each within its size:`(
    format: String
  ) throws {
    let folder = try Folder()
    let names = try rotate(format, ["--rotate", "3kB"], in: folder)
    #expect(names.count > 1)
    for (place, name) in names.enumerated() {
      #expect(name.wholeMatch(of: /out-20230304T1033\d\dZ-\d{5}\.x/) != nil, "\(name)")
      #expect(name.hasSuffix("\(place + 1).x"))
    }
    let files = try names.map { try Self.octets(folder.path($0)) }
    let one = try Running([Trace.command, "read", "--format", format, day.path])
    #expect(one.wait() == 0)
    #expect(files.flatMap(\.self) == Array(one.text.utf8))
    for file in files {
      #expect(file.last == UInt8(ascii: "\n"))
      // Without its last record a file is below the limit.
      let longest = 1 + (one.text.split(separator: "\n").map(\.utf8.count).max() ?? 0)
      #expect(file.count < 3000 + 16 * longest)
    }
    for file in files.dropLast() { #expect(file.count >= 3000) }
  }

  @Test func `each file of a table has its own heading`() throws {
    let folder = try Folder()
    let names = try rotate("table", ["--rotate", "500B"], in: folder)
    #expect(names.count > 1)
    for name in names {
      #expect(try String(contentsOfFile: folder.path(name), encoding: .utf8).hasPrefix("TIME "))
    }
  }

  @Test func `each pcapng file is a complete capture, and together they contain all packets`() throws {
    let folder = try Folder()
    let names = try rotate("pcapng", ["--rotate", "1kB"], in: folder)
    #expect(names.count > 2)
    let whole = try PacketFileTests.comparable(ReadTests.read(day.path)).sorted()
    let parts = try Running(
      [Trace.command, "read", "--format", "json"] + names.map { folder.path($0) })
    #expect(parts.wait() == 0, "\(parts.errorText)")
    #expect(try PacketFileTests.comparable(parts.text).sorted() == whole)
    for name in names {
      let read = try Running([Trace.command, "read", folder.path(name)])
      #expect(read.wait() == 0, "\(read.errorText)")
      #expect(Array(try Self.octets(folder.path(name)).prefix(4)) == [0x0a, 0x0d, 0x0d, 0x0a])
    }
  }

  @Test(.enabled(if: Requirements.programs("dnstap-ldns"), "needs dnstap-ldns: make setup"))
  func `each dnstap file has its START and STOP, and together they contain all frames`() throws {
    let folder = try Folder()
    let names = try rotate("dnstap", ["--rotate", "1kB"], in: folder)
    #expect(names.count > 2)
    let one = folder.path("one")
    let writing = try Running([Trace.command, "read", "--format", "dnstap", "--output", one, day.path])
    #expect(writing.wait() == 0)
    #expect(try names.flatMap { try DnstapTests.listed(folder.path($0)) } == DnstapTests.listed(one))
    for name in names {
      #expect(Array(try Self.octets(folder.path(name)).suffix(8)) == [0, 0, 0, 4, 0, 0, 0, 3])
    }
  }

  @Test func `a file contains the records of one period of the clock`() throws {
    let folder = try Folder()
    let names = try rotate("json", ["--rotate", "10s"], in: folder)
    #expect(names.count > 1)
    var periods: [Substring] = []
    for name in names {
      // The time without its last digit.
      let period = try #require(name.firstMatch(of: /T(\d{5})\dZ/)?.1)
      periods.append(period)
      for line in try String(contentsOfFile: folder.path(name), encoding: .utf8).split(separator: "\n") {
        let record = try Record(String(line))
        guard record[text: "event.outcome"] == "success", let end = record[text: "event.end"] else {
          continue
        }
        #expect(end.dropFirst(11).filter { $0 != ":" }.prefix(5) == period, "\(name): \(line)")
      }
    }
    #expect(Set(periods).count == periods.count)
  }

  @Test func `only complete files of the series are deleted, the oldest first`() throws {
    let folder = try Folder()
    let others = [
      "out.x", "out-20230304T103329Z-00001.x.partial", "out-20230304T103329Z-1.x", "out-then-00001.x",
      "out-20230304T103329Z-00001.y", "other-20230304T103329Z-00001.x", "out-20230304T103329Z-0000x.x",
    ]
    // A file of an earlier run.
    let old = "out-20010101T000000Z-00041.x"
    for name in others + [old] {
      try "as it was".write(toFile: folder.path(name), atomically: false, encoding: .utf8)
    }
    let names = try rotate("json", ["--rotate", "3kB", "--keep", "2"], in: folder)
      .filter { !others.contains($0) }
    #expect(names.count == 2)
    #expect(!names.contains(old))
    for name in others {
      #expect(try String(contentsOfFile: folder.path(name), encoding: .utf8) == "as it was")
    }
    // Numbers continue after those of the earlier run.
    #expect(names.allSatisfy { ($0.firstMatch(of: /-(\d{5})\.x/).flatMap { Int($0.1) } ?? 0) > 41 })
    // The files that are kept are the last ones.
    let kept = try names.map { try String(contentsOfFile: folder.path($0), encoding: .utf8) }.joined()
    #expect(try ReadTests.read(day.path).hasSuffix(kept))
  }

  @Test func `a run that shows nothing leaves no file`() throws {
    let folder = try Folder()
    #expect(try rotate("pcapng", ["--rotate", "1h", "--name", "nothing.test"], in: folder).isEmpty)
  }

  @Test(.enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
  func `a file with its final name is complete while the trace runs`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let folder = try Folder()
    // Files are created after most privileges were dropped, possibly in another user's directory.
    try FileManager.default.setAttributes([.ownerAccountID: 65534], ofItemAtPath: folder.path(""))
    // One record fills a file.
    let trace = try Trace([
      "--format", "json", "--output", folder.path("live.json"), "--rotate", "1B", "--rotate", "1h",
      "--name", "*.turn.example.test",
    ])
    let asked = ["one", "two", "three"]
    var complete: [String] = []
    let deadline = Date(timeIntervalSinceNow: 60)
    for (place, name) in asked.enumerated() {
      try namespace.start(["dig", "@127.0.0.1", "\(name).turn.example.test"]).wait()
      repeat {
        complete = try Self.names(in: folder).filter { $0.hasSuffix(".json") }
        for name in complete {
          let text = try String(contentsOfFile: folder.path(name), encoding: .utf8)
          #expect(text.hasSuffix("}\n") && text.split(separator: "\n").count == 1)
        }
      } while complete.count <= place && Date() < deadline
    }
    #expect(trace.interrupt() == 0)
    #expect(trace.running.errorText.contains("nothing lost, every packet and message accounted for"))
    #expect(try Self.names(in: folder) == complete)
    #expect(
      try complete.map {
        try Record(String(contentsOfFile: folder.path($0), encoding: .utf8))[text: "dns.question.name"]
      } == asked.map { "\($0).turn.example.test" })
  }

  @Test(.enabled(if: geteuid() == 0, "needs root"))
  func `records that a full disk refuses are counted, and no file ends inside a record`() throws {
    let folder = try Folder()
    let run = try Running([
      "unshare", "--mount", "sh", "-c",
      """
      mount -t tmpfs -o size=12k none '\(folder.path(""))' && cd '\(folder.path(""))' &&
      '\(Trace.command)' read --format json --output out.json --rotate 3kB '\(day.path)'; echo "exit $?"; cat out*
      """,
    ])
    #expect(run.wait() == 0, "\(run.errorText)")
    let lines = run.text.split(separator: "\n")
    #expect(lines.first == "exit 74")
    for line in lines.dropFirst() { _ = try Record(String(line)) }
    #expect(run.errorText.contains("No space left on device"), "\(run.errorText)")
    #expect(run.errorText.contains("lost (not written)"), "\(run.errorText)")
    #expect(run.errorText.contains("every packet and message accounted for"), "\(run.errorText)")
  }

  @Test func `invalid options are refused`() throws {
    for (arguments, code) in [
      (["--rotate", "1MB"], 64), (["--keep", "3"], 64), (["--keep", "3", "--output", "/tmp/x"], 64),
      (["--rotate", "1MB", "--format", "dnstap", "--output", "unix:/tmp/x"], 64),
      (["--rotate", "1MB", "--keep", "0", "--output", "/tmp/x"], 64),
      (["--rotate", "0B", "--output", "/tmp/x"], 64), (["--rotate", "10ms", "--output", "/tmp/x"], 64),
      (["--rotate", "1M", "--output", "/tmp/x"], 64),
      (["--rotate", "1MB", "--output", "/no/such/folder/x"], 73),
    ] as [([String], Int32)] {
      let run = try Running([Trace.command, "read"] + arguments + [day.path])
      #expect(run.wait() == code, "\(arguments): \(run.errorText)")
    }
  }
}
