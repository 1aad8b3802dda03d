import Foundation
import Lab
import Testing

/// SIGHUP to a trace with a configuration, on the real kernel and in the sandbox.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct ReloadTests {
  private struct Host {
    let folder: Folder
    let namespace: Namespace
    let server: Running
    let trace: Running

    init(_ configuration: String) throws {
      folder = try Folder()
      namespace = try Namespace()
      server = try namespace.startDnsmasq()
      trace = try Self.start(folder, configuration)
    }

    private static func start(_ folder: Folder, _ configuration: String) throws -> Running {
      try configuration.write(toFile: folder.path("config.yaml"), atomically: true, encoding: .utf8)
      let trace = try Running(
        [Trace.command, "watch", "--config", folder.path("config.yaml"), "--output", folder.path("out.json")])
      try trace.waitForError("ready")
      return trace
    }

    func configure(_ text: String) throws {
      try text.write(toFile: folder.path("config.yaml"), atomically: true, encoding: .utf8)
    }

    /// Sends SIGHUP, and waits for the line about it.
    func reload(_ line: String, times: Int = 1) throws {
      trace.send(SIGHUP)
      try trace.waitForError(line, times: times)
    }

    func ask(_ name: String) throws {
      try namespace.start(["dig", "+tries=1", "@127.0.0.1", name]).wait()
    }

    func end() -> Int32 {
      trace.send(SIGTERM)
      let code = trace.wait()
      server.send(SIGTERM)
      return code
    }

    func text(_ name: String) throws -> String {
      try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }
  }

  @Test func `other filters are taken, and what needs a restart is named`() throws {
    let host = try Host("format: json\nname: '*.before.test'\ntimeout: 5s\n")
    try host.ask("first.before.test")
    try host.ask("first.after.test")
    try host.configure("format: json\nname: '*.after.test'\ntimeout: 2s\nno-args: true\n")
    try host.reload("config.yaml; after a restart: no-args, timeout")
    try host.ask("second.before.test")
    try host.ask("second.after.test")
    #expect(host.end() == 0, "\(host.trace.errorText)")
    let text = try host.text("out.json")
    #expect(text.contains("second.after.test"), "\(host.trace.errorText)")
    #expect(!text.contains("second.before.test") && !text.contains("first.after.test"))
  }

  @Test func `a configuration with an error is not taken, and the trace goes on`() throws {
    let host = try Host("format: json\nname: '*.kept.test'\n")
    try host.configure("format: json\nname: '*.kept.test'\nslow: abc\n")
    try host.reload("is not taken, the filters stay: ")
    #expect(host.trace.errorText.contains("line 3: slow"), "\(host.trace.errorText)")
    try host.ask("one.kept.test")
    try host.ask("one.other.test")
    #expect(host.end() == 0, "\(host.trace.errorText)")
    let text = try host.text("out.json")
    #expect(text.contains("one.kept.test") && !text.contains("one.other.test"))
  }

  @Test(arguments: ["json", "pcapng"])
  func `a file that was renamed is complete, and another one begins`(format: String) throws {
    let host = try Host("format: \(format)\n")
    try host.ask("first.example.test")
    // What is shown has been decided when the answer has come: the reload follows it in the pipeline.
    for round in 1...2 {
      try FileManager.default.moveItem(
        atPath: host.folder.path("out.json"), toPath: host.folder.path("old-\(round)"))
      try host.reload("took the filters", times: round)
      try host.ask("round-\(round).example.test")
    }
    #expect(host.end() == 0, "\(host.trace.errorText)")
    let shown = try ["old-1", "old-2", "out.json"].map { name in
      guard format == "pcapng" else { return try host.text(name) }
      let read = try Running([Trace.command, "read", "--format", "json", host.folder.path(name)])
      #expect(read.wait() == 0, "\(read.errorText)")
      return read.text
    }
    #expect(shown.joined().contains("first.example.test"))
    #expect(shown[1].contains("round-1.example.test") || shown[2].contains("round-1.example.test"))
    #expect(shown[2].contains("round-2.example.test"), "\(host.trace.errorText)")
    #expect(!shown[0].contains("round-") && !shown[1].contains("round-2"))
    #expect(!host.trace.errorText.contains("can't open"))
  }

  @Test func `without a configuration SIGHUP ends the trace`() throws {
    let trace = try Running([Trace.command, "--format", "json", "--output", "/dev/null"])
    try trace.waitForError("ready")
    trace.send(SIGHUP)
    #expect(trace.wait() == 0, "\(trace.errorText)")
  }
}
