import Foundation
import Lab
import Testing

/// `querent run`: one command, its children, its exit code.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct RunTests {
  @Test func `only the command and its children are shown, and standard output is the command's`() throws {
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

  @Test func `a name that goes through a resolver on this host is one record, with the server that answered`()
    throws
  {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq(addresses: ["127.0.0.2"])
    defer { server.send(SIGTERM) }
    let resolver = try namespace.startForwarder(upstream: "127.0.0.2")
    defer { resolver.send(SIGTERM) }
    let run = try namespace.startWithHostFiles([
      Trace.command, "run", "--format", "json", "--", "ip", "netns", "exec", namespace.name, "getent",
      "hosts", "chain.example.test",
    ])
    #expect(run.wait() == 0, "\(run.errorText)")
    let records = try run.errorText.split(separator: "\n").map { try Record(String($0)) }
    #expect(records.count == 1, "\(run.errorText)")
    let record = try #require(records.first)
    #expect(record[text: "process.name"] == "getent")
    #expect(record[text: "destination.ip"] == "127.0.0.1")
    #expect(record[text: "querent.answered_from"] == "upstream")
    let forwarded = try #require(record.object["querent"] as? [String: Any])["forwarded"] as? [[String: Any]]
    #expect(forwarded?.count == 1)
    #expect((forwarded?.first?["server"] as? [String: Any])?["ip"] as? String == "127.0.0.2")
    #expect((forwarded?.first?["process"] as? [String: Any])?["name"] as? String == "dnsmasq")
  }

  @Test func `with --lookups, getaddrinfo with a search list is one record`() throws {
    let namespace = try Namespace()
    try "nameserver 127.0.0.1\nsearch missing.test example.test\n".write(
      toFile: "/etc/netns/\(namespace.name)/resolv.conf", atomically: true, encoding: .utf8)
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let run = try namespace.startWithHostFiles([
      Trace.command, "run", "--lookups", "--format", "json", "--", "ip", "netns", "exec", namespace.name,
      "getent",
      "ahosts", "host",
    ])
    #expect(run.wait() == 0, "\(run.errorText)")
    let records = try run.errorText.split(separator: "\n").map { try Record(String($0)) }
    // This search list is not the host's, so querent does not know it; a bare name does not follow a success.
    let found = try #require(records.last)
    #expect(found[text: "dns.question.name"] == "host.example.test")
    #expect(found.answers == ["192.0.2.1", "2001:db8::1"])
    #expect(records.map { ($0["querent.lookup"] as? [Any])?.count } == [2, 2])
  }

  @Test(arguments: [("exit 7", 7), ("kill -TERM $$", 143), ("true", 0)])
  func `the exit code is the command's`(script: String, code: Int32) throws {
    let run = try Running([Trace.command, "run", "--", "sh", "-c", script])
    #expect(run.wait() == code, "\(run.errorText)")
  }

  @Test func `the command runs as the user who called sudo, or as the user of --run-as`() throws {
    let environment = ["SUDO_UID": "65534", "SUDO_GID": "65534", "SUDO_USER": "nobody"]
    let run = try Running([Trace.command, "run", "--", "id", "-u"], environment: environment)
    #expect(run.wait() == 0, "\(run.errorText)")
    #expect(run.text == "65534\n")
    let root = try Running(
      [Trace.command, "run", "--run-as", "root", "--", "id", "-u"], environment: environment)
    root.wait()
    #expect(root.text == "0\n")
  }

  @Test func `its cgroup is removed at the end`() throws {
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
    #expect(kill(sleeper, SIGKILL) == 0, "a process that the command left still runs")
  }

  /// The directory of a run's cgroup, from the command's own output.
  private static func cgroup(_ text: String) throws -> String {
    let path = try #require(text.split(separator: "\n").first { $0.hasPrefix("0::") }).dropFirst(3)
    let mount =
      try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
      .split(separator: "\n").first { $0.contains(" - cgroup2 ") }?.split(separator: " ")[4] ?? ""
    return "\(mount)\(path)"
  }

  /// A child in its own session that ignores signals and keeps standard output open.
  private static let family =
    "cat /proc/self/cgroup; trap '' TERM INT HUP; setsid sleep 600 & echo child $!; echo started $$;"

  private static func number(after word: String, in text: String) throws -> Int32 {
    try #require(text.firstMatch(of: try Regex("\(word) (\\d+)\n"))?[1].substring.flatMap { Int32($0) })
  }

  @Test func `a command whose querent is killed continues, and the next run removes its cgroup`() throws {
    let run = try Running([Trace.command, "run", "--", "sh", "-c", Self.family + "wait"])
    try run.waitForOutput("started")
    let path = try Self.cgroup(run.text)
    let pids = try ["child", "started"].map { try Self.number(after: $0, in: run.text) }
    run.send(SIGKILL)
    // The command has standard error open too, so only the process's end shows; the command continues.
    for pid in pids { #expect(kill(pid, 0) == 0) }
    #expect(FileManager.default.fileExists(atPath: path))
    for pid in pids { kill(pid, SIGKILL) }
    #expect(run.wait() == 128 + SIGKILL)
    // The kernel removes the last process from the cgroup shortly after it has closed its files.
    let deadline = Date(timeIntervalSinceNow: 60)
    while try !String(contentsOfFile: "\(path)/cgroup.events", encoding: .utf8).contains("populated 0"),
      Date() < deadline
    {}
    #expect(try Running([Trace.command, "run", "--", "true"]).wait() == 0)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test(arguments: [("wait", SIGKILL), ("wait", SIGABRT), ("exit 7", 0)])
  func `with --kill-on-exit no process of the command outlives querent, for any end`(
    ending: String, signal: Int32
  ) throws {
    let run = try Running([Trace.command, "run", "--kill-on-exit", "--", "sh", "-c", Self.family + ending])
    try run.waitForOutput("started")
    let path = try Self.cgroup(run.text)
    let pids = try ["child", "started"].map { try Self.number(after: $0, in: run.text) }
    if signal != 0 { run.send(signal) }
    // Returns when the last process has closed standard output.
    #expect(run.wait() == (signal == 0 ? 7 : 128 + signal))
    let deadline = Date(timeIntervalSinceNow: 60)
    while FileManager.default.fileExists(atPath: path), Date() < deadline {}
    #expect(!FileManager.default.fileExists(atPath: path))
    for pid in pids { #expect(kill(pid, 0) != 0 || Self.isZombie(pid)) }
  }

  private static func isZombie(_ pid: Int32) -> Bool {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ") Z"
    return text.contains(") Z")
  }

  @Test func `the guard process of --kill-on-exit keeps nothing open and has ended at the end`() throws {
    // It sets its name after it has closed the inherited descriptors.
    let script =
      "until pid=$(pgrep -P $PPID -x querent-guard); do :; done; echo $pid; ls /proc/$pid/fd | wc -l"
    let run = try Running([Trace.command, "run", "--kill-on-exit", "--", "sh", "-c", script])
    #expect(run.wait() == 0, "\(run.errorText)")
    let numbers = run.text.split(separator: "\n").compactMap { Int32($0) }
    // The pipe that is closed when querent ends.
    #expect(numbers.count == 2 && numbers.last == 1)
    #expect(kill(try #require(numbers.first), 0) != 0)
  }

  @Test func `if the command succeeds but records could not be written, the exit code is 74`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    for (script, code) in [("", 74), ("; exit 5", 5)] as [(String, Int32)] {
      let run = try namespace.startWithHostFiles([
        Trace.command, "run", "--format", "json", "--output", "/dev/full", "--", "sh", "-c",
        "dig +short @127.0.0.1 a.example.test\(script)",
      ])
      #expect(run.wait() == code, "\(run.errorText)")
      #expect(run.errorText.contains("could not write everything: No space left on device"))
    }
  }

  @Test func `a command that cannot be started is reported in two lines`() throws {
    let run = try Running([Trace.command, "run", "--", "/no/such/program"])
    #expect(run.wait() == 2)
    #expect(
      run.errorText
        == "querent: can't start /no/such/program: No such file or directory\n  check the command's name and permissions\n"
    )
  }
}
