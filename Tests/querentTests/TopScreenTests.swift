import Foundation
import Lab
import Testing
import Traffic

/// `querent top` at a real terminal: tmux presses keys and reads the screen.
@Suite(.serialized, .enabled(if: Requirements.programs("tmux"), "needs tmux: make setup"))
struct TopScreenTests {
  private let capture: TemporaryCapture

  init() throws { capture = try TemporaryCapture(HostMinute.capture) }

  /// Starts it on the capture, and waits for its first whole frame.
  private func start(
    columns: Int = 80, rows: Int = 24, environment: [String: String] = [:], _ options: String = ""
  ) throws -> TerminalPane {
    let pane = try TerminalPane(
      columns: columns, rows: rows, environment: environment,
      script: """
        stty -g >"$FOLDER/before"
        sh -c 'echo $$ >"$0/pid"; exec "$1" top \(options) "$2"' "$FOLDER" '\(Trace.command)' '\(capture.path)'
        echo "left with $?"
        exec cat
        """)
    try pane.wait(for: "of traffic")
    return pane
  }

  @Test(arguments: [(80, 24), (120, 40), (100, 30), (200, 50), (60, 16), (40, 10)])
  func `a frame fills a terminal of any size`(columns: Int, rows: Int) throws {
    let pane = try start(columns: columns, rows: rows)
    let lines = try pane.text().split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count == rows)
    #expect(lines.first?.hasPrefix(" querent top") == true)
    #expect(lines.contains { $0.contains("firefox") })
    // The last column is written too.
    #expect(columns != 80 || lines.contains { $0.count == 80 && $0.hasSuffix("…") })
    #expect(lines.last?.contains("Enter open") == true)
    try pane.press("q")
    try pane.wait(for: "left with 0")
  }

  @Test func `keys regroup, sort, open a group and come back`() throws {
    let pane = try start()
    try pane.wait(for: "frame") { $0.contains("PROCESS") && $0.contains("firefox") }
    try pane.press("3")
    try pane.wait(for: "REGISTERED DOMAIN")
    try pane.press("4")
    try pane.wait(for: "frame") { $0.contains("198.51.100.9") && $0.contains("SERVER") }
    try pane.press("g")
    try pane.wait(for: "frame") { $0.contains("_chrony") && $0.contains("USER") }
    try pane.press("1", "s", "s")
    try pane.wait(for: "smtpd in the first row") { text in
      let rows = text.split(separator: "\n").drop { !$0.contains("QUERIES") }.dropFirst()
      return rows.first?.contains("smtpd") == true
    }
    try pane.press("Enter")
    try pane.wait(for: "frame") {
      $0.contains("process smtpd") && $0.contains("mx.example.org") && $0.contains("NXDOMAIN")
    }
    try pane.press("Escape")
    try pane.wait(for: "frame") { $0.contains("PROCESS") && $0.contains("firefox") }
    try pane.press("?")
    try pane.wait(for: "PgUp, PgDn")
    try pane.press("x", "p")
    try pane.wait(for: "PAUSED")
  }

  @Test func `a filter is written in the words of the command line, and a wrong one is explained`() throws {
    let pane = try start()
    try pane.press("/")
    try pane.type("--procss node")
    try pane.press("Enter")
    try pane.wait(for: "Unknown option '--procss'")
    try pane.press("C-u")
    try pane.type("--process node --name '*.corp.test'")
    try pane.press("Enter")
    try pane.wait(for: "frame") {
      $0.contains("filter: --process node") && !$0.contains("firefox") && $0.contains("1 group")
    }
    try pane.press("/", "C-u", "Enter")
    try pane.wait(for: "frame") { $0.contains("firefox") && !$0.contains("filter:") }
  }

  @Test func `it follows the size of the terminal`() throws {
    let pane = try start()
    try pane.resize(columns: 120, rows: 40)
    try pane.wait(for: "frame") { $0.contains("all queries") && $0.contains("LAST NAME") }
    try pane.resize(columns: 60, rows: 15)
    try pane.wait(for: "frame") { !$0.contains("all queries") && $0.contains("firefox") }
    try pane.resize(columns: 30, rows: 6)
    try pane.wait(for: "40x10 at least")
  }

  @Test(arguments: ["q", "C-c"])
  func `the terminal is put back after the key`(key: String) throws {
    let pane = try start()
    let state = try pane.state()
    #expect(state.contains("alternate 1 cursor 0 wrap 0 mouse 1"))
    try pane.press(key)
    try pane.wait(for: "left with 0")
    try expectRestored(pane)
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGTRAP, SIGQUIT, SIGUSR1])
  func `the terminal is put back when it is ended by signal`(signal: Int32) throws {
    let pane = try start()
    let pid = try #require(Int32(try pane.file("pid")))
    kill(pid, signal)
    let isOrderly = signal == SIGTERM || signal == SIGHUP
    try pane.wait(for: "left with \(isOrderly ? 0 : 128 + signal)")
    try expectRestored(pane)
  }

  @Test func `it stops with a usable terminal, and takes it again when it goes on`() throws {
    let pane = try start()
    let pid = try #require(Int32(try pane.file("pid")))
    for byKey in [false, true] {
      if byKey { try pane.press("C-z") } else { kill(pid, SIGTSTP) }
      try pane.waitForState("put back") { try Self.isRestored(pane, $0) }
      kill(pid, SIGCONT)
      try pane.waitForState("taken again") { $0.contains("alternate 1 cursor 0 wrap 0 mouse 1") }
      try pane.wait(for: "firefox")
    }
    try pane.press("q")
    try pane.wait(for: "left with 0")
    try expectRestored(pane)
  }

  private func expectRestored(_ pane: TerminalPane) throws {
    let state = try pane.state()
    #expect(try Self.isRestored(pane, state), "\(state)")
  }

  private static func isRestored(_ pane: TerminalPane, _ state: String) throws -> Bool {
    try state == " alternate 0 cursor 1 wrap 1 mouse 0\n\(pane.file("before"))\n"
  }

  @Test func `colours are those of the terminal`() throws {
    for (environment, escape) in [
      ([:], "38;5;"), (["NO_COLOR": "1"], "\u{1b}[1m"), (["COLORTERM": "truecolor"], "38;2;"),
    ] as [([String: String], String)] {
      let path = try Folder()
      let pane = try TerminalPane(
        columns: 80, rows: 24, environment: environment.merging(["TERM": "tmux-256color"]) { $1 },
        script: """
          script --quiet --command "'\(Trace.command)' top '\(capture.path)'" '\(path.path("log"))'
          exec cat
          """)
      try pane.wait(for: "of traffic")
      try pane.press("q")
      try pane.wait(for: "nothing lost")
      let log = try String(contentsOfFile: path.path("log"), encoding: .utf8)
      #expect(log.contains(escape), "\(environment)")
      #expect(log.contains("38;") == (environment["NO_COLOR"] == nil))
    }
  }
}

/// `querent top --once`, and its errors.
struct TopOnceTests {
  private let capture: TemporaryCapture

  init() throws { capture = try TemporaryCapture(HostMinute.capture) }

  private func once(_ arguments: [String]) throws -> Running {
    try Running(
      [Trace.command, "top", "--once"] + arguments, environment: ["LC_ALL": "C.UTF-8", "COLUMNS": "100"])
  }

  @Test func `--once prints one plain frame without lines for keys`() throws {
    let top = try once([capture.path])
    #expect(top.wait() == 0 && top.errorText.isEmpty, "\(top.errorText)")
    #expect(!top.text.contains("\u{1b}") && !top.text.contains("Enter open"))
    let lines = top.text.split(separator: "\n")
    #expect(lines.contains { $0.contains(" firefox ") && $0.contains(" 412 ") })
    #expect(lines.allSatisfy { $0.count <= 100 })
  }

  @Test func `filters and groupings are those of the command line`() throws {
    let top = try once(["--group-by", "rcode", "--process", "smtpd", capture.path])
    #expect(top.wait() == 0)
    #expect(top.text.contains("SERVFAIL") && top.text.contains("(no answer)"))
    #expect(top.text.contains("filter: --process smtpd") && top.text.contains("148 queries"))
  }

  @Test func `lost is what the ledger of the same capture calls lost`() throws {
    let folder = try Folder()
    var lost: Set<Substring> = []
    for file in CaptureFile.made {
      let path = folder.path("capture")
      try file.write(to: path)
      let read = try Running([Trace.command, "read", "--format", "json", path])
      #expect(read.wait() == 0)
      let expected = read.errorText.firstMatch(of: /balance   (\d+) lost/)?.1 ?? "0"
      let top = try once([path])
      #expect(top.wait() == 0)
      #expect(
        top.text.contains("lost \(expected)\n") || top.text.contains("lost \(expected) "),
        "\(file): \(top.text)")
      lost.insert(expected)
    }
    #expect(lost.count > 1, "no capture in which something is lost")
  }

  @Test func `a damaged file is shown up to the damage, with exit code 65`() throws {
    let folder = try Folder()
    let path = folder.path("cut.pcapng")
    let octets = try Data(contentsOf: URL(filePath: capture.path))
    try octets.prefix(octets.count / 2).write(to: URL(filePath: path))
    let top = try once([path])
    #expect(top.wait() == 65, "\(top.errorText)")
    #expect(top.text.contains("firefox") && top.errorText.contains("the file ends inside a"))
  }

  @Test func `standard input is read once, and a pipe is no screen`() throws {
    let piped = try Running([
      "sh", "-c", "cat '\(capture.path)' | LC_ALL=C COLUMNS=80 '\(Trace.command)' top --once -",
    ])
    #expect(piped.wait() == 0, "\(piped.errorText)")
    #expect(piped.text.contains("firefox") && piped.text.utf8.allSatisfy { $0 < 0x80 })
    let screen = try Running([Trace.command, "top", capture.path])
    #expect(screen.wait() == 64 && screen.errorText.contains("add --once"))
    let missing = try once(["/no/such/file"])
    #expect(missing.wait() == 66)
  }
}

/// `querent top` on the real kernel.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct TopLiveTests {
  private func ask(_ namespace: Namespace) throws {
    for name in ["a.example.test", "b.example.test", "c.missing.test"] {
      try namespace.start(["dig", "+tries=1", "@127.0.0.1", name]).wait()
    }
  }

  @Test func `--once counts what was asked while it traced`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let trace = try Trace(["top", "--once", "--duration", "1h", "--process", "dig", "--name", "*.test"])
    try ask(namespace)
    #expect(trace.interrupt() == 0, "\(trace.running.errorText)")
    let rows = trace.running.text.split(separator: "\n").map { $0.split(separator: " ") }
    let row = try #require(rows.first { $0.first == "dig" })
    #expect(row[1] == "3", "\(trace.running.text)")
    #expect(trace.running.text.contains("lost 0"))
  }

  @Test(.enabled(if: Requirements.programs("tmux"), "needs tmux: make setup"))
  func `the screen follows the trace, and ends with its ledger`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let pane = try TerminalPane(
      columns: 100, rows: 30,
      script: "'\(Trace.command)' top --process dig --name '*.test'\necho \"left with $?\"\nexec cat\n")
    try pane.wait(for: "live, tier")
    try ask(namespace)
    try pane.wait(for: "frame") { $0.contains(" dig ") && $0.contains("c.missing.test") }
    try pane.press("Enter")
    try pane.wait(for: "frame") {
      $0.contains("NXDOMAIN") && $0.contains("a.example.test") && $0.contains("127.0.0.1")
    }
    try pane.press("q")
    let text = try pane.wait(for: "left with 0")
    #expect(text.contains("every packet and message accounted for"), "\(text)")
  }
}
