import Foundation
import Lab
import Testing

/// `querent run`: one command, its children, its exit code.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct RunTests {
  @Test func `only the command and its children are shown, and its own output stays clean`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let other = try namespace.start([
      "sh", "-c", "while :; do dig @127.0.0.1 other.example.test >/dev/null; done",
    ])
    defer { other.send(SIGKILL) }
    let script = "dig +short @127.0.0.1 own.example.test; (exec dig +short +tcp @::1 child.example.test AAAA)"
    let run = try namespace.startWithHostFiles([
      Trace.command, "run", "--format", "json", "--", "sh", "-c", script,
    ])
    #expect(run.wait() == 0, "\(run.errorText)")
    #expect(run.text == "192.0.2.1\n2001:db8::1\n")
    let records = try run.errorText.split(separator: "\n").map { try Record(String($0)) }
    #expect(
      records.compactMap { $0[text: "dns.question.name"] } == ["own.example.test", "child.example.test"])
    #expect(records.allSatisfy { $0[text: "process.name"] == "dig" })
  }

  @Test(arguments: [("exit 7", 7), ("kill -TERM $$", 143), ("true", 0)])
  func `it ends as the command ends`(script: String, code: Int32) throws {
    let run = try Running([Trace.command, "run", "--", "sh", "-c", script])
    #expect(run.wait() == code, "\(run.errorText)")
  }

  @Test func `the command runs as the user who called sudo, or as the one named`() throws {
    let environment = ["SUDO_UID": "65534", "SUDO_GID": "65534", "SUDO_USER": "nobody"]
    let run = try Running([Trace.command, "run", "--", "id", "-u"], environment: environment)
    #expect(run.wait() == 0, "\(run.errorText)")
    #expect(run.text == "65534\n")
    let root = try Running(
      [Trace.command, "run", "--run-as", "root", "--", "id", "-u"], environment: environment)
    root.wait()
    #expect(root.text == "0\n")
  }

  @Test func `it leaves no cgroup behind`() throws {
    let run = try Running([
      Trace.command, "run", "--", "sh", "-c", "cat /proc/self/cgroup; sleep 30 >/dev/null 2>&1 & echo $!",
    ])
    #expect(run.wait() == 0, "\(run.errorText)")
    let path = try #require(run.text.split(separator: "\n").first { $0.hasPrefix("0::") }).dropFirst(3)
    #expect(path.contains("/querent-\(run.pid)"))
    let mount =
      try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
      .split(separator: "\n").first { $0.contains(" - cgroup2 ") }?.split(separator: " ")[4] ?? ""
    #expect(!FileManager.default.fileExists(atPath: "\(mount)\(path)"))
    let sleeper = try #require(run.text.split(separator: "\n").last.flatMap { Int32($0) })
    #expect(kill(sleeper, SIGKILL) == 0, "what the command left behind lives on")
  }

  @Test func `a command that cannot be started is told in two lines`() throws {
    let run = try Running([Trace.command, "run", "--", "/no/such/program"])
    #expect(run.wait() == 2)
    #expect(
      run.errorText
        == "querent: can't start /no/such/program: No such file or directory\n  check the command's name and permissions\n"
    )
  }
}
