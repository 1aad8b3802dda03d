import Foundation
import Lab
import Testing

/// What a trace may still do, on the real kernel.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct SandboxTests {
  @Test func `in the sandbox, doctor is refused everything that it tries`() throws {
    let doctor = try Running([Trace.command, "doctor"])
    #expect(doctor.wait() == 0, "\(doctor.text)")
    let text = doctor.text
    #expect(text.contains("ok      sandbox        no new privileges; capabilities: "), "\(text)")
    let refused = text.split(separator: "\n").first { $0.contains(" refused: ") } ?? ""
    for what in [
      "read /etc/shadow", "make a file in /tmp", "connect to a network address", "execute a program",
      "trace another process", "load a BPF program", "mount a file system", "map code",
    ] { #expect(refused.contains(what), "\(text)") }
    #expect(!text.contains("not refused"), "\(text)")
  }

  @Test func `every thread of a trace is restricted, and its broker`() throws {
    let trace = try Trace(["--format", "json", "--verbose"])
    defer { trace.interrupt() }
    #expect(trace.running.errorText.contains("querent: sandbox: no new privileges"))
    let threads = try Process.threads(trace.running.pid)
    #expect(threads.count >= 4)
    for thread in threads {
      #expect(thread["NoNewPrivs"] == "1")
      #expect(thread["Seccomp"] == "2")
      #expect(thread["CapEff"].flatMap { UInt64($0, radix: 16) }.map { $0 & ~(1 << 39) } == 0)
    }
    let children = try Process.children(trace.running.pid)
    #expect(children.map { $0["Name"] } == ["querent-broker"])
    #expect(children.allSatisfy { $0["Seccomp"] == "2" && $0["NoNewPrivs"] == "1" })
  }

  @Test func `with --no-sandbox there is no filter and no broker`() throws {
    let trace = try Trace(["--no-sandbox", "--format", "json"])
    defer { trace.interrupt() }
    #expect(try Process.threads(trace.running.pid).allSatisfy { $0["Seccomp"] == "0" })
    #expect(try Process.children(trace.running.pid).isEmpty)
  }

  @Test func `a traced command is not restricted`() throws {
    let script =
      "grep -E 'Seccomp:|NoNewPrivs:' /proc/self/status; head -c 1 /etc/shadow >/dev/null && echo read"
    let run = try Running([Trace.command, "run", "--run-as", "root", "--", "sh", "-c", script])
    #expect(run.wait() == 0, "\(run.errorText)")
    #expect(run.text == "NoNewPrivs:\t0\nSeccomp:\t0\nread\n")
  }

  @Test func `processes of other users are described as without a sandbox`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let program = """
      import encodings.idna, os, signal, socket
      os.chdir("/var"); os.setgid(65534); os.setuid(65534)
      socket.getaddrinfo("other-user.example.test", 80)
      signal.pause()
      """
    let records = try [["--no-sandbox"], []].map { options in
      let trace = try Trace(options + ["--format", "json", "--name", "other-user.example.test"])
      let client = try namespace.python(program)
      try trace.running.waitForOutput("other-user.example.test")
      client.send(SIGKILL)
      trace.interrupt()
      return try #require(trace.records(of: namespace).first)
    }
    for path in [
      "process.executable", "process.working_directory", "process.user.name", "process.group.name",
      "process.name",
      "process.parent.executable",
    ] {
      #expect(records[1][text: path] != nil, "\(path): \(records[1])")
      #expect(records[0][text: path] == records[1][text: path])
    }
    #expect(records[1][text: "process.user.name"] == "nobody")
    #expect(records[1][text: "process.working_directory"] == "/var")
  }

  @Test func `a history, metrics, a series of files and other outputs are written at once`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    // Others could change what is below /tmp.
    let folder = "/var/lib/querent-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let trace = try Trace(
      ["--format", "json", "--output", "\(folder)/dns.json", "--rotate", "10KB", "--keep", "3"]
        + ["--also", "pcapng:\(folder)/dns.pcapng", "--history-directory", "\(folder)/history"]
        + ["--metrics", "\(folder)/dns.prom", "--metrics-interval", "100ms"])
    for index in 0..<40 {
      try namespace.start(["dig", "+tries=1", "@127.0.0.1", "n\(index).example.test"]).wait()
    }
    #expect(trace.interrupt() == 0, "\(trace.running.errorText)")
    #expect(trace.running.errorText.contains("nothing lost"), "\(trace.running.errorText)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.filter { $0.hasPrefix("dns-") && $0.hasSuffix(".json") }.count == 3, "\(names)")
    #expect(
      try String(contentsOfFile: "\(folder)/dns.prom", encoding: .utf8).contains("querent_dns_queries_total"))
    let history = try Running(
      [
        Trace.command, "history", "--directory", "\(folder)/history", "--name", "n39.example.test",
        "--format", "json",
      ])
    #expect(history.wait() == 0, "\(history.errorText)")
    #expect(history.text.contains("\"process\""))
  }

  @Test func `the end of the broker is reported, and the trace goes on`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--format", "json"])
    let broker = try #require(Process.children(trace.running.pid).first?["Pid"].flatMap { Int32($0) })
    kill(broker, SIGKILL)
    try namespace.start(["dig", "+tries=1", "@127.0.0.1", "after.example.test"]).wait()
    try trace.running.waitForError("querent-broker) has ended")
    #expect(trace.interrupt() == 0)
    #expect(
      try trace.records(of: namespace).contains { $0[text: "dns.question.name"] == "after.example.test" })
  }
}

/// What /proc shows of processes.
private enum Process {
  typealias Status = [String: String]

  static func threads(_ pid: Int32) throws -> [Status] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").map {
      try status("/proc/\(pid)/task/\($0)")
    }
  }

  static func children(_ pid: Int32) throws -> [Status] {
    try String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
      .split(separator: " ").map { try status("/proc/\($0)") }
  }

  private static func status(_ folder: String) throws -> Status {
    let text = try String(contentsOfFile: "\(folder)/status", encoding: .utf8)
    let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.split(separator: ":", maxSplits: 1)
      return parts.count == 2 ? (String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)) : nil
    }
    return Status(pairs) { first, _ in first }
  }
}
