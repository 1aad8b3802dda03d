import Foundation
import Lab
import Testing
import Traffic

/// The README's examples are the command's output.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct ReadmeTests {
  @Test func `the README's first screen is what the demo prints on a real kernel`() throws {
    let demo = try Running([Trace.command, "demo"])
    #expect(demo.wait() == 0, "\(demo.text)\(demo.errorText)")
    try Self.compare(demo.text, with: "demo")
  }

  @Test func `the README's example of a resolver is what run prints for getent behind dnsmasq`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq(addresses: ["127.0.0.2"])
    defer { server.send(SIGTERM) }
    let resolver = try namespace.startForwarder(upstream: "127.0.0.2")
    defer { resolver.send(SIGTERM) }
    let command = ["getent", "hosts", "www.example.test"]
    let run = try namespace.startWithHostFiles(
      [Trace.command, "run", "--format", "table", "--", "ip", "netns", "exec", namespace.name] + command)
    #expect(run.wait() == 0, "\(run.errorText)")
    let records = run.errorText.split(separator: "\n").prefix(2).joined(separator: "\n")
    let shell = "$ sudo querent run -- \(command.joined(separator: " "))\n"
    try Self.compare(shell + run.text + records + "\n", with: "run")
  }

  @Test func `the README's frame of top is what top prints of the test's capture`() throws {
    let folder = try Folder()
    let path = folder.path("host.pcapng")
    try HostMinute.capture.write(to: path)
    let top = try Running(
      ["sh", "-c", "cd '\(folder.path(""))' && '\(Trace.command)' top --once host.pcapng"],
      environment: ["LC_ALL": "C.UTF-8", "COLUMNS": "120", "LINES": "30"])
    #expect(top.wait() == 0, "\(top.errorText)")
    try Self.compare("$ querent top --once host.pcapng\n" + top.text, with: "top")
  }

  @Test func `the README's answer of a history is what history prints of the test's capture`() throws {
    let folder = try Folder()
    try HostMinute.capture.write(to: folder.path("host.pcapng"))
    let directory = ["--history-directory", folder.path("history"), "--history-keep", "36500d"]
    let read = try Running(
      [Trace.command, "read", "--output", "/dev/null"] + directory + [folder.path("host.pcapng")])
    #expect(read.wait() == 0, "\(read.errorText)")
    let address = "198.51.100.57"
    let history = try Running(
      [Trace.command, "history", "--directory", folder.path("history"), "--told", address],
      environment: ["LC_ALL": "C.UTF-8", "COLUMNS": "140", "TZ": "UTC"])
    #expect(history.wait() == 0, "\(history.errorText)")
    try Self.compare("$ querent history --told \(address)\n" + history.text, with: "history")
  }

  @Test func `the README's metrics are those of the same capture`() throws {
    let folder = try Folder()
    try HostMinute.capture.write(to: folder.path("host.pcapng"))
    let commands = [
      "querent read --metrics host.prom host.pcapng >exchanges.txt",
      "grep '\"smtpd\".*\\(qtype\\|rcode\\)' host.prom",
    ]
    let run = try Running(
      [
        "sh", "-c",
        "cd '\(folder.path(""))' && querent() { \"\(Trace.command)\" \"$@\" 2>/dev/null; }; "
          + commands.joined(separator: " && "),
      ])
    #expect(run.wait() == 0, "\(run.errorText)")
    try Self.compare(commands.map { "$ \($0)\n" }.joined() + run.text, with: "metrics")
  }

  /// Compares a program's output with the part of the README between two comments, or replaces the part when recording.
  private static func compare(_ output: String, with part: String) throws {
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let start = try #require(text.range(of: "<!-- \(part) -->\n```\n"))
    let end = try #require(text.range(of: "```\n<!-- /\(part) -->"))
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      let recorded = text[..<start.upperBound] + output + text[end.lowerBound...]
      try String(recorded).write(to: readme, atomically: true, encoding: .utf8)
      return
    }
    #expect(timeless(String(text[start.upperBound..<end.lowerBound])) == timeless(output))
  }

  /// The lines without times, pids, packet counts, spaces and order, which differ from run to run.
  private static func timeless(_ text: String) -> [String] {
    text.split(separator: "\n").map { line -> String in
      String(line).replacing(/\d\d:\d\d:\d\d\.\d{3}/, with: "CLOCK")
        .replacing(/\b[0-9.]+(?:us|ms|s)\b/, with: "LATENCY")
        .replacing(/^(CLOCK \w+) +\d+/) { "\($0.1) PID" }
        .replacing(/packets .*/, with: "packets")
        .replacing(/resident +[0-9.]+ MiB/, with: "resident")
        .replacing(/\ +/, with: " ")
    }.sorted()
  }
}
