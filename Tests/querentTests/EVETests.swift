import Foundation
import Lab
import Testing
import Traffic

/// `--format eve` of the command.
struct EVETests {
  @Test(arguments: CaptureFile.all)
  func `each message shown has a record, with --messages and without:`(_ file: CaptureFile) throws {
    let capture = try TemporaryCapture(file)
    let path = capture.path
    let exchanges = try ReadTests.read(path).split(separator: "\n").map { try Record(String($0)) }
    let expected = exchanges.flatMap { exchange -> [String] in
      let event = exchange[text: "event.reason"]
      let hasQuery = exchange["event.start"] != nil && event != "late" && event != "repeated"
      return (hasQuery ? ["request"] : []) + (exchange["event.end"] != nil ? ["response"] : [])
    }
    let paired = try Self.read(path)
    #expect(paired.map { $0[text: "dns.type"] } == expected)
    #expect(paired.allSatisfy { $0[integer: "dns.version"] == 3 && $0[text: "event_type"] == "dns" })
    let alone = try Self.read("--messages", path)
    let messages = try Running([Trace.command, "read", "--format", "json", "--messages", path])
    #expect(messages.wait() == 0)
    let others = try messages.text.split(separator: "\n").map { try Record(String($0)) }
    #expect(alone.map { $0[integer: "dns.id"].map(String.init) } == others.map { $0[text: "dns.id"] })
    #expect(alone.map { $0[text: "dns.rcode"] }.count == others.count)
  }

  @Test func `filters select the same exchanges as in other formats`() throws {
    let day = try TemporaryCapture()
    let filter = ["--failed"]
    let chosen = try Running([Trace.command, "read", "--format", "json"] + filter + [day.path])
    #expect(chosen.wait() == 0)
    let names = try chosen.text.split(separator: "\n").map { try Record(String($0))[text: "dns.id"] }
    #expect(!names.isEmpty)
    let records = try Self.read(filter + [day.path])
    #expect(Set(records.map { $0[integer: "dns.id"].map(String.init) }) == Set(names))
  }

  @Test(.enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
  func `a live trace names the process of each message`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--format", "eve", "--name", "*.eve.example.test"])
    let client = try namespace.start(["dig", "@127.0.0.1", "one.eve.example.test"])
    client.wait()
    #expect(trace.interrupt() == 0)
    let records = try trace.running.text.split(separator: "\n").map { try Record(String($0)) }
    #expect(records.map { $0[text: "dns.type"] } == ["request", "response"])
    for record in records {
      #expect(record[integer: "process.pid"] == Int(client.pid))
      #expect(record[text: "process.name"] == "dig")
      #expect(record[text: "querent.answered_by.process.name"] == "dnsmasq")
      #expect(record[text: "in_iface"] == "lo")
    }
    #expect(records.map { $0[integer: "src_port"] == 53 } == [false, true])
  }

  static func read(_ arguments: String...) throws -> [Record] { try read(arguments) }

  static func read(_ arguments: [String]) throws -> [Record] {
    let read = try Running([Trace.command, "read", "--format", "eve"] + arguments)
    #expect(read.wait() == 0, "\(read.errorText)")
    #expect(read.errorText.contains("every packet and message accounted for"), "\(read.errorText)")
    return try read.text.split(separator: "\n").map { try Record(String($0)) }
  }
}
