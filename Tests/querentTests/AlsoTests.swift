import Foundation
import Lab
import Testing
import Traffic

/// Several outputs of one trace.
struct AlsoTests {
  private let folder: Folder
  private let capture: String

  init() throws {
    folder = try Folder()
    capture = folder.path("capture")
    try CaptureFile.exchanges(5).write(to: capture)
  }

  private func read(_ arguments: [String], code: Int32) throws -> Running {
    let run = try Running([Trace.command, "read"] + arguments + [capture])
    #expect(run.wait() == code, "\(arguments): \(run.errorText)")
    return run
  }

  private func records(_ name: String) throws -> [Record] {
    try String(contentsOfFile: folder.path(name), encoding: .utf8).split(separator: "\n").map {
      try Record(String($0))
    }
  }

  @Test func `each output has its own format and filter, and a line of the report`() throws {
    let (first, one, packets) = (folder.path("a.json"), folder.path("one.json"), folder.path("b.pcapng"))
    let run = try read(
      [
        "--format", "json", "--output", first, "--also", "json[name=n100002.example.test]:\(one)",
        "--also", "pcapng:\(packets)",
      ], code: 0)
    #expect(try records("a.json").count == 5)
    #expect(try records("one.json").map { $0[text: "dns.question.name"] } == ["n100002.example.test"])
    #expect(
      run.errorText == """
        querent: ended
          packets   10 seen, 10 recognised = 10 message-completing
          messages  10 = 10 in exchanges
          output    json:\(first): 10 = 10 shown
          output    json:\(one): 10 = 2 shown + 8 filtered
          output    pcapng:\(packets): 10 = 10 shown
          balance   nothing lost, every packet and message accounted for

        """)
    let again = try Running([Trace.command, "read", "--format", "json", packets])
    #expect(again.wait() == 0)
    #expect(
      try again.text.split(separator: "\n").map { try Record(String($0))[text: "dns.question.name"] }
        == records("a.json").map { $0[text: "dns.question.name"] })
  }

  @Test func `an output without a filter of its own has that of the main one`() throws {
    let other = folder.path("b.json")
    let run = try read(
      ["--name", "n100001.example.test", "--format", "json", "--also", "json:\(other)"], code: 0)
    #expect(try records("b.json").count == 1)
    #expect(run.text.split(separator: "\n").count == 1)
  }

  @Test func `a full disk of one output does not affect the other`() throws {
    let whole = folder.path("whole.json")
    let run = try read(["--format", "json", "--output", "/dev/full", "--also", "json:\(whole)"], code: 74)
    #expect(try records("whole.json").count == 5)
    #expect(run.errorText.contains("output    json:/dev/full: 10 = 0 shown + 10 lost (not written)\n"))
    #expect(run.errorText.contains("balance   10 lost, every packet and message accounted for\n"))
  }

  @Test(arguments: [
    ("yaml:x", "it must begin with a format"), ("json", "give FORMAT:FILE"), ("json:", "give FORMAT:FILE"),
    ("json[failed:x", "a filter must end with ]"),
    ("json[colour=red]:x", "a filter must be a filter option without dashes"),
    ("json:unix:/x", "give --format dnstap"),
  ])
  func `an invalid --also is refused before any file is created`(also: String, advice: String) throws {
    let first = folder.path("a.json")
    let run = try read(["--format", "json", "--output", first, "--also", also], code: 64)
    #expect(run.errorText.contains(advice), "\(run.errorText)")
    #expect(!FileManager.default.fileExists(atPath: first))
  }

  @Test func `an output that is one of the inputs is refused`() throws {
    let before = try Data(contentsOf: URL(filePath: capture))
    _ = try read(["--format", "json", "--overwrite", "--also", "json:\(capture)"], code: 64)
    #expect(try Data(contentsOf: URL(filePath: capture)) == before)
  }

  @Test(.enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
  func `a live trace writes to all outputs, and a reader that closes ends only its own`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let (first, packets) = (folder.path("a.json"), folder.path("b.pcapng"))
    let reader = try Running([
      "sh", "-c", "mkfifo '\(folder.path("pipe"))'; head -n 1 '\(folder.path("pipe"))'",
    ])
    defer { reader.send(SIGKILL) }
    let made = Date.now.addingTimeInterval(10)
    while !FileManager.default.fileExists(atPath: folder.path("pipe")), Date.now < made { sched_yield() }
    let trace = try Trace([
      "--format", "json", "--output", first, "--name", "*.also.example.test",
      "--also", "pcapng:\(packets)", "--also", "keyvalue:\(folder.path("pipe"))",
    ])
    for index in 0..<3 {
      let client = try namespace.start(["dig", "@127.0.0.1", "n\(index).also.example.test", "A"])
      #expect(client.wait() == 0)
      if index == 0 { #expect(reader.wait() == 0) }
    }
    #expect(trace.interrupt() == 0)
    #expect(try records("a.json").count == 3)
    #expect(reader.text.contains("DNS_NAME=n0.also.example.test."))
    let again = try Running([Trace.command, "read", "--format", "json", packets])
    #expect(again.wait() == 0)
    #expect(again.text.split(separator: "\n").count == 3)
    #expect(trace.running.errorText.contains("output    pcapng:\(packets): 6 = 6 shown\n"))
  }
}
