import Foundation
import Lab
import Testing

/// `--format pcapng`: what is written is read back, by querent and by tshark.
struct PacketFileTests {
  /// Without what a file can't keep: when and how it was read.
  static func comparable(_ json: String, times: Bool = true) throws -> [String] {
    try json.split(separator: "\n").map { line in
      var object = try Record(String(line)).object
      object["host"] = nil
      if !times { object["@timestamp"] = nil }
      if var event = object["event"] as? [String: Any] {
        event["sequence"] = nil
        if !times { for key in ["start", "end", "duration"] { event[key] = nil } }
        object["event"] = event
      }
      if var process = object["process"] as? [String: Any] {
        for key in ["entity_id"] + (times ? [] : ["start"]) { process[key] = nil }
        object["process"] = process
      }
      if var ours = object["querent"] as? [String: Any] {
        ours["attribution"] = nil
        if var answered = ours["answered_by"] as? [String: Any],
          var process = answered["process"] as? [String: Any]
        {
          for key in ["entity_id"] + (times ? [] : ["start"]) { process[key] = nil }
          answered["process"] = process
          ours["answered_by"] = answered
        }
        object["querent"] = ours
      }
      return String(
        decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
    }
  }

  @Test(.enabled(if: RecordedCaptures.isThere, "\(RecordedCaptures.reason)"), arguments: RecordedCaptures.all)
  func `the packets of what is shown give the same again:`(
    _ file: (name: String, packets: Int, messages: Int)
  ) throws {
    let folder = try Folder()
    let written = folder.path("written.pcapng")
    let path = RecordedCaptures.path(file.name)
    let writing = try Running([Trace.command, "read", "--format", "pcapng", "--output", written, path])
    #expect(writing.wait() == 0, "\(writing.errorText)")
    #expect(writing.errorText.contains("every packet and message accounted for"), "\(writing.errorText)")
    #expect(!writing.errorText.contains("not written"), "\(writing.errorText)")
    #expect(
      try Self.comparable(ReadTests.read(written)).sorted() == Self.comparable(ReadTests.read(path)).sorted())
  }

  @Test(.enabled(if: RecordedCaptures.isThere, "\(RecordedCaptures.reason)"))
  func `filters choose the packets, and only what is shown is written`() throws {
    let folder = try Folder()
    let written = folder.path("written.pcapng")
    let filter = ["--type", "AAAA"]
    let writing = try Running(
      [Trace.command, "read", "--format", "pcapng", "--output", written] + filter + [ReadTests.udp])
    #expect(writing.wait() == 0, "\(writing.errorText)")
    let direct = try Running([Trace.command, "read", "--format", "json"] + filter + [ReadTests.udp])
    #expect(direct.wait() == 0)
    #expect(!direct.text.isEmpty)
    #expect(try Self.comparable(ReadTests.read(written)) == Self.comparable(direct.text))
  }

  @Test(.enabled(if: Requirements.kernel && Requirements.programs("tshark"), "needs root, BTF and tshark"))
  func `a live trace's file gives every exchange and process back, and tshark reads it`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let folder = try Folder()
    let written = folder.path("live.pcapng")
    // Two traces of the same traffic: one as text to compare with.
    let filter = ["--name", "*.file.example.test"]
    let text = try Trace(["--format", "json"] + filter)
    let packets = try Trace(["--format", "pcapng", "--output", written] + filter)
    for arguments in [
      ["@127.0.0.1", "one.file.example.test"], ["@::1", "two.file.example.test", "AAAA"],
      ["+tcp", "@127.0.0.1", "three.file.example.test"],
      ["@127.0.0.9", "four.file.example.test", "+timeout=1"],
    ] {
      try namespace.start(["dig", "+tries=2"] + arguments).wait()
    }
    #expect(text.interrupt() == 0)
    #expect(packets.interrupt() == 0)
    #expect(packets.running.errorText.contains("every packet and message accounted for"))
    // Each of the two has seen its own moments.
    let live = try Self.comparable(text.running.text, times: false)
    #expect(live.count >= 4)
    #expect(try Self.comparable(ReadTests.read(written), times: false).sorted() == live.sorted())
    let shark = try Running([
      "tshark", "-r", written, "-Y", "dns", "-T", "fields", "-E", "separator=|", "-e", "dns.qry.name", "-e",
      "frame.packet_flags_direction", "-e", "frame.comment",
    ])
    #expect(shark.wait() == 0, "\(shark.errorText)")
    for line in shark.text.split(separator: "\n") where line.contains("one.file") {
      #expect(line.contains("PID: ") && line.contains("Attribution: "), "\(line)")
    }
    #expect(shark.text.contains("three.file.example.test"))
  }

  @Test func `pcapng is not written to a terminal or among messages`() throws {
    let run = try Running([Trace.command, "run", "--format", "pcapng", "--", "true"])
    #expect(run.wait() == 64)
    #expect(run.errorText.contains("give --output FILE"), "\(run.errorText)")
  }
}
