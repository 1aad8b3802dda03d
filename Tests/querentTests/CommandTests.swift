import Foundation
import Lab
import Testing

/// The command's arguments, output, signals and exit codes.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct CommandTests {
  @Test func `a reader that closes the pipe ends it without an error`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    // head closes the shell's pipe after one line.
    let trace = try Running(
      ["sh", "-c", "'\(Trace.command)' --format keyvalue | head -n 1 >/dev/null; echo ${PIPESTATUS}"])
    try trace.waitForError("ready")
    let client = try namespace.start(
      ["sh", "-c", "for i in 1 2 3 4 5 6; do dig +tries=1 @127.0.0.1 pipe$i.example.test >/dev/null; done"])
    client.wait()
    #expect(trace.wait() == 0)
    #expect(!trace.errorText.contains("could not"))
  }

  @Test func `a full disk is reported once, counted in the ledger, and does not end the capture`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--format", "json", "--output", "/dev/full"])
    for _ in 1...3 { try namespace.start(["dig", "+tries=1", "@127.0.0.1", "full.example.test"]).wait() }
    #expect(trace.interrupt() == 74)
    #expect(trace.running.errorText.contains("No space left on device"))
    #expect(trace.running.errorText.contains("lost (not written)"))
    #expect(trace.running.errorText.contains("every packet and message accounted for"))
  }

  @Test
  func `records for a reader that never reads are dropped and counted, and Ctrl-C still ends the trace`()
    throws
  {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Running(["sh", "-c", "'\(Trace.command)' --format json | sleep 600"])
    try trace.waitForError("ready")
    let client = try namespace.python(
      """
      import socket
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("127.0.0.1", 53))
      for i in range(12000):
          s.send(i.to_bytes(2, "big") + b"\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0\\5stuck\\7example\\4test\\0\\0\\1\\0\\1"); s.recv(512)
      """)
    #expect(client.wait() == 0, "\(client.errorText)")
    try Running(["pkill", "-INT", "-P", "\(trace.pid)", "-x", "querent"]).wait()
    try trace.waitForError("accounted for")
    try Running(["pkill", "-P", "\(trace.pid)", "-x", "sleep"]).wait()
    trace.wait()
    #expect(trace.errorText.contains("lost (not written)"), "\(trace.errorText)")
  }

  @Test func `SIGTERM flushes all exchanges, including pending queries`() throws {
    let namespace = try Namespace()
    let trace = try Trace(["--format", "json", "--timeout", "1h"])
    let client = try namespace.python(
      """
      import socket
      deaf = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); deaf.bind(("127.0.0.1", 53))
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("127.0.0.1", 53))
      s.send(b"\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0\\4wait\\4test\\0\\0\\1\\0\\1"); deaf.recv(512)
      """)
    client.wait()
    trace.running.send(SIGTERM)
    #expect(trace.running.wait() == 0)
    let record = try #require(try trace.records(of: namespace).first)
    #expect(record[text: "event.reason"] == "pending")
  }

  @Test func `--count ends it after that many records, --no-args omits command lines`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Trace(
      ["--format", "json", "--count", "2", "--no-args", "--process", "dig", "--name", "*.count.example.test"])
    for index in 1...3 {
      try namespace.start(["dig", "+tries=1", "@127.0.0.1", "secret\(index).count.example.test"]).wait()
    }
    #expect(trace.running.wait() == 0)
    let records = try trace.records(of: namespace)
    #expect(records.count == 2)
    for record in records { #expect(record["process.args"] == nil && record["process.executable"] != nil) }
  }

  @Test(arguments: [
    (["--process", "di*"], 4), (["--process", "curl"], 0), (["--name", "*.example.test"], 3),
    (["--name", "b.example.test"], 1), (["--type", "AAAA"], 1), (["--rcode", "NXDOMAIN"], 1),
    (["--failed"], 1),
    (["--server", "::1"], 1), (["--server", "127.0.0.1", "--type", "A"], 3), (["--user", "root"], 4),
    (["--slow", "1h"], 0), (["--unanswered"], 0),
  ])
  func `filters keep the documented exchanges`(filters: [String], count: Int) throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Trace(["--format", "json"] + filters)
    for question in [
      ["@127.0.0.1", "a.example.test"], ["@127.0.0.1", "b.example.test"], ["@::1", "c.example.test", "AAAA"],
      ["@127.0.0.1", "d.missing.test"],
    ] {
      try namespace.start(["dig", "+tries=1"] + question).wait()
    }
    trace.interrupt()
    #expect(try trace.records(of: namespace).count == count, "\(trace.running.text)")
    #expect(trace.running.errorText.contains("every packet and message accounted for"))
  }

  @Test(arguments: [
    (["--type", "NOSUCH"], "--type NOSUCH can match nothing"),
    (["--rcode", "NOPE"], "--rcode NOPE can match nothing"),
    (["--user", "no such user"], "--user no such user can match nothing"),
    (["--server", "localhost"], "--server localhost can match nothing"),
    (["--name", "a..b"], "--name 'a..b' can match nothing"),
    (["--pid", "0"], "--pid 0 can match nothing"),
    (["--unanswered", "--rcode", "NXDOMAIN"], "these filters can match nothing"),
    (["--messages", "--slow", "1s"], "these filters can match nothing"),
    (["--ports", "53,x"], "Error: The value '53,x' is invalid for '--ports <ports>'"),
    (["--format", "xml"], "Error: The value 'xml' is invalid for '--format <format>'"),
    (["--no-such-flag"], "Error: Unknown option '--no-such-flag'"),
  ])
  func `an invalid command line is refused with the reason`(arguments: [String], reason: String)
    throws
  {
    let run = try Running([Trace.command] + arguments)
    #expect(run.wait() == 64)
    #expect(run.errorText.contains(reason), "\(run.errorText)")
  }

  @Test func `without root it prints two lines about what it needs`() throws {
    let copy = NSTemporaryDirectory() + "querent-\(UUID().uuidString)"
    try FileManager.default.copyItem(atPath: Trace.command, toPath: copy)
    defer { try? FileManager.default.removeItem(atPath: copy) }
    let run = try Running(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy])
    #expect(run.wait() == 77)
    #expect(run.errorText.split(separator: "\n").count == 2)
    #expect(run.errorText.contains("needs root"))
    let version = try Running([
      "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy, "--version",
    ])
    #expect(version.wait() == 0)
  }

  @Test func `an output file that cannot be created gives exit code 73`() throws {
    let run = try Running([Trace.command, "--output", "/no/such/folder/file"])
    #expect(run.wait() == 73)
    #expect(
      run.errorText.hasPrefix("querent: can't create /no/such/folder/file: No such file or directory\n"))
  }

  @Test func `a requested tier that this kernel refuses is an error`() throws {
    let doctor = try Running([Trace.command, "doctor"])
    #expect(doctor.wait() == 0, "\(doctor.text)")
    #expect(doctor.text.contains("lookups by systemd-resolved and nscd: "))
    for tier in ["trampoline", "tracepoint", "cgroup"] {
      let run = try Running([Trace.command, "--tier", tier, "--duration", "1ms"])
      let code = run.wait()
      if doctor.text.contains("not \(tier):") {
        #expect(code == 69, "\(run.errorText)")
      } else {
        #expect(code == 0, "\(run.errorText)")
        #expect(run.errorText.contains("ready (tier \(tier)"))
      }
    }
  }

  @Test func `the demo attributes every exchange to the right process`() throws {
    let demo = try Running([Trace.command, "demo"])
    #expect(demo.wait() == 0, "\(demo.text)\(demo.errorText)")
    #expect(demo.text.contains("all 13 exchanges attributed to the right process"))
  }
}
