import Foundation
import Lab
import Testing
import Traffic

/// `--history` and `querent history`, with the built command.
struct HistoryTests {
  private let folder: Folder
  private var history: String { folder.path("history") }

  init() throws { folder = try Folder() }

  private func querent(_ arguments: [String], code: Int32 = 0) throws -> Running {
    let run = try Running([Trace.command] + arguments)
    #expect(run.wait() == code, "\(arguments): \(run.errorText)")
    return run
  }

  private func capture(_ file: CaptureFile) throws -> String {
    let path = folder.path(file.name.replacing("/", with: "-"))
    try file.write(to: path)
    return path
  }

  /// Stores the exchanges of a capture, whatever its age; gives what `read` shows of it.
  private func store(_ path: String, _ more: [String] = []) throws -> String {
    try querent(["read", "--format", "json", "--history-directory", history] + more + [path]).text
  }

  private func sqlite(_ file: String, _ text: String) throws -> String {
    let client = try Running(["sqlite3", "-readonly", "\(history)/\(file)", text])
    #expect(client.wait() == 0, "\(client.errorText)")
    return client.text
  }

  /// The file of the day of `CaptureFile.exchanges`.
  private static let day = "2023-11-14.sqlite"

  @Test(arguments: CaptureFile.made)
  func `a history is shown as its trace was:`(file: CaptureFile) throws {
    let path = try capture(file)
    let shown = try store(path)
    let found = try querent(["history", "--directory", history, "--format", "json"])
    #expect(found.text == shown)
    #expect(found.errorText.contains("every packet and message accounted for"))
  }

  @Test func `filters, times and counts choose among what was stored`() throws {
    _ = try store(capture(.exchanges(100)))
    func count(_ arguments: String...) throws -> Int {
      try querent(["history", "--directory", history, "--format", "keyvalue"] + arguments).text
        .split(separator: "\n").count
    }
    #expect(try count() == 200)
    #expect(try count("--name", "n10000?.example.test") == 20)
    #expect(try count("--name", "*.example.test", "--count", "3") == 6)
    #expect(try count("--since", "2023-11-14T22:13:25Z", "--until", "2023-11-14T22:13:25Z") == 2)
    #expect(try count("--told", "198.51.100.7") == 2)
    #expect(try count("--told", "198.51.100.7", "--name", "n100008.example.test") == 0)
    #expect(try count("--process", "curl") == 0)
    #expect(try count("--failed") == 0)
    #expect(try count("--messages", "--rcode", "NOERROR") == 100)
    #expect(try count("--last", "1h") == 0)
  }

  @Test func `who was told an address, what is new, and what is most frequent are tables and JSON`() throws {
    _ = try store(capture(.exchanges(100)))
    func text(_ arguments: String...) throws -> String {
      try querent(["history", "--directory", history] + arguments).text
    }
    let told = try text("--told", "198.51.100.7")
    #expect(told.split(separator: "\n").count == 2)
    #expect(told.hasPrefix("FIRST") && told.contains("  1  198.51.100.7  n100007.example.test"), "\(told)")
    let new = try text("--new", "--since", "2023-11-14T22:13:29Z", "--format", "json").split(separator: "\n")
    #expect(new.count == 10)
    let first = try Record(String(try #require(new.first)))
    #expect(first[text: "name"] == "n100090.example.test" && first[integer: "count"] == 1)
    #expect(first[text: "first"] == "2023-11-14T22:13:29Z")
    #expect(try text("--top", "names", "--count", "5").split(separator: "\n").count == 6)
    #expect(try text("--summary").contains("exchanges        100\n"))
  }

  @Test func `packets of a history are those of the trace, for Wireshark and for querent read`() throws {
    for file in CaptureFile.made where ["clients-day", "exchanges"].contains(where: file.name.contains) {
      try? FileManager.default.removeItem(atPath: history)
      let shown = try store(capture(file)).split(separator: "\n")
      let packets = folder.path("packets.pcapng")
      _ = try querent(["history", "--directory", history, "--format", "pcapng", "--output", packets])
      defer { try? FileManager.default.removeItem(atPath: packets) }
      let again = try querent(["read", "--format", "json", packets]).text.split(separator: "\n")
      #expect(again.count == shown.count)
      let (before, after) = (
        try shown.map { try Record(String($0)) }, try again.map { try Record(String($0)) }
      )
      func key(_ record: Record) -> String {
        ["dns.id", "dns.question.name", "source.ip", "destination.ip", "event.outcome"].map {
          record[text: $0] ?? "-"
        }
        .joined(separator: " ") + " \(record[integer: "event.duration"] ?? -1)"
      }
      #expect(before.map(key).sorted() == after.map(key).sorted())
    }
  }

  @Test func `after SIGKILL at any moment the file is whole, and has what was committed`() throws {
    let path = try capture(.exchanges(2000))
    var before = 0
    for round in 1...(ProcessInfo.processInfo.environment["KILLS"].flatMap { Int($0) } ?? 10) {
      let trace = try Running([
        Trace.command, "read", "--format", "json", "--history-directory", history, "--history-keep", "36500d",
        path,
      ])
      try trace.waitForOutput("\"sequence\":\(1 + round * 97 % 1900),")
      trace.send(SIGKILL)
      trace.wait()
      for name in try FileManager.default.contentsOfDirectory(atPath: history) where name.hasSuffix(".sqlite")
      {
        #expect(try sqlite(name, "PRAGMA integrity_check") == "ok\n")
      }
      guard FileManager.default.fileExists(atPath: "\(history)/\(Self.day)") else { continue }
      let numbers = try sqlite(
        Self.day,
        """
        SELECT count(*) FROM exchange; SELECT coalesce(sum(last - first + 1), 0) FROM block;
        SELECT count(*) FROM exchange JOIN message ON message.id = query JOIN name ON name.id = exchange.name
        """
      ).split(separator: "\n").compactMap { Int($0) }
      #expect(numbers.count == 3 && Set(numbers).count == 1, "\(numbers)")
      #expect(numbers[0] >= before)
      before = numbers[0]
    }
    #expect(before > 0)
    // What the roll-up has missed by then it gets now.
    _ = try store(path)
    let all = try sqlite(Self.day, "SELECT count(*) FROM exchange")
    #expect(all == "\(before + 2000)\n")
    #expect(try sqlite("rollup.sqlite", "SELECT sum(count) FROM asked") == all)
    #expect(try sqlite("rollup.sqlite", "SELECT sum(count) FROM told") == all)
  }

  @Test func `of a trace that is killed at most the last second is lost`() throws {
    // Standard input stays open, so that nothing ends the trace.
    let path = try capture(.exchanges(200))
    let trace = try Running([
      "sh", "-c",
      "(cat '\(path)'; exec sleep 60) | exec '\(Trace.command)' read --format json --history-directory '\(history)' -",
    ])
    defer { trace.send(SIGKILL) }
    try trace.waitForOutput("\"sequence\":190,")
    var count = 0
    // 20 seconds of the capture's clock: all but those of the last one.
    for _ in 0..<600 where count < 180 {
      let client = try Running([
        "sqlite3", "-readonly", "\(history)/\(Self.day)", "SELECT count(*) FROM exchange",
      ])
      if client.wait() == 0 { count = Int(client.text.dropLast()) ?? 0 }
    }
    #expect(count >= 180)
  }

  @Test func `a second trace does not write the same history`() throws {
    let path = try capture(.exchanges(20))
    let trace = try Running([
      "sh", "-c",
      "(cat '\(path)'; exec sleep 60) | exec '\(Trace.command)' read --format json --history-directory '\(history)' -",
    ])
    defer { trace.send(SIGKILL) }
    try trace.waitForOutput("\"sequence\":5,")
    let second = try querent(["read", "--history-directory", history, path], code: 73)
    #expect(second.errorText.contains("another querent writes the history"))
  }

  @Test func `what cannot be is refused, with what to do`() throws {
    let path = try capture(.exchanges(2))
    #expect(
      try querent(["history", "--directory", folder.path("none")], code: 66).errorText.contains(
        "--history writes one"))
    #expect(
      try querent(["read", "--messages", "--history-directory", history, path], code: 64).errorText.contains(
        "--messages"))
    try Data("no directory".utf8).write(to: URL(filePath: folder.path("file")))
    #expect(
      try querent(["read", "--history-directory", folder.path("file"), path], code: 73).errorText
        .contains("is not a directory"))
    #expect(try querent(["history", "--told", "nobody"], code: 64).errorText.contains("203.0.113.7"))
  }

  @Test func `the SQL in Output.md answers in the sqlite3 client`() throws {
    _ = try store(capture(.exchanges(30)))
    let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Documentation/Output.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    var count = 0
    for block in text.components(separatedBy: "```sql\n").dropFirst() {
      let statement = try #require(block.components(separatedBy: "```").first)
      let file = statement.hasPrefix("-- rollup.sqlite") ? "rollup.sqlite" : Self.day
      // The client takes what begins with -- for an option.
      let text = statement.split(separator: "\n").filter { !$0.hasPrefix("--") }.joined(separator: "\n")
      #expect(!(try sqlite(file, text)).isEmpty, "\(statement)")
      count += 1
    }
    #expect(count >= 4)
  }
}

/// What needs root: other users, mounts, the kernel.
@Suite(.serialized, .enabled(if: Requirements.isRoot, "needs root"))
struct HistoryAsRootTests {
  @Test func `a member of the group reads while the trace writes, and cannot write`() throws {
    let folder = try Folder()
    let (history, path) = (folder.path("history"), folder.path("capture"))
    try CaptureFile.exchanges(200).write(to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path("."))
    let trace = try Running([
      "sh", "-c",
      """
      mkdir -m 2750 '\(history)' && chgrp 12345 '\(history)' &&
      (cat '\(path)'; exec sleep 60) | exec '\(Trace.command)' read --format json --history-directory '\(history)' -
      """,
    ])
    defer { trace.send(SIGKILL) }
    try trace.waitForOutput("\"sequence\":190,")
    func member(_ script: String) throws -> Running {
      let run = try Running([
        "setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "sh", "-c", script,
      ])
      run.wait()
      return run
    }
    let found = try member("'\(Trace.command)' history --directory '\(history)' --format json")
    #expect(found.text.split(separator: "\n").count >= 150, "\(found.errorText)")
    #expect(try member("sqlite3 '\(history)/2023-11-14.sqlite' 'DELETE FROM exchange'").wait() != 0)
    #expect(try member("touch '\(history)/x'").wait() != 0)
    let stranger = try Running([
      "setpriv", "--reuid=12345", "--regid=54321", "--clear-groups", Trace.command, "history", "--directory",
      history,
    ])
    #expect(stranger.wait() != 0)
  }

  @Test
  func
    `on a full disk a trace goes on, says it once, counts what is lost, and goes on storing when there is room`()
    throws
  {
    let folder = try Folder()
    let (mounted, capture) = (folder.path("mounted"), folder.path("capture"))
    try FileManager.default.createDirectory(atPath: mounted, withIntermediateDirectories: false)
    try CaptureFile.exchanges(4000).write(to: capture)
    // Half way the file that takes the room is removed.
    let run = try Running(
      [
        "unshare", "--mount", "sh", "-c",
        """
        mount -t tmpfs -o size=20M,mode=755 none '\(mounted)' && cd '\(mounted)' && head -c 20700000 /dev/zero >filler &&
        (head -c 200000 $capture; until grep -q 'cannot be written' '\(folder.path("said"))'; do :; done; rm filler;
          tail -c +200001 $capture) |
        $querent read --format json --output /dev/null --history-directory '\(mounted)/history' - 2>'\(folder.path("said"))'
        code=$?
        sqlite3 -readonly history/2023-11-14.sqlite 'PRAGMA integrity_check; SELECT count(*) FROM exchange' && exit $code
        """,
      ], environment: ["querent": Trace.command, "capture": capture])
    try Data().write(to: URL(filePath: folder.path("said")))
    let code = run.wait()
    let said = try String(contentsOfFile: folder.path("said"), encoding: .utf8)
    #expect(code == 74, "\(said) \(run.errorText)")
    #expect(said.ranges(of: "the history cannot be written").count == 1, "\(said)")
    #expect(said.ranges(of: "the history is written again").count == 1, "\(said)")
    #expect(
      said.contains("lost (not written)") && said.contains("every packet and message accounted for"),
      "\(said)")
    #expect(said.contains("output    json:/dev/null: 8000 = 8000 shown\n"), "\(said)")
    let lines = run.text.split(separator: "\n")
    #expect(lines.first == "ok")
    let stored = try #require(lines.last.flatMap { Int($0) })
    #expect(said.contains("history: 8000 = \(2 * stored) shown"), "\(stored): \(said)")
  }

  @Test func `a host without libsqlite3 traces, and says what a history needs`() throws {
    let folder = try Folder()
    let capture = folder.path("capture")
    try CaptureFile.exchanges(2).write(to: capture)
    let run = try Running(
      [
        "unshare", "--mount", "sh", "-c",
        """
        for library in /usr/lib/*/libsqlite3.so.0 /lib/*/libsqlite3.so.0; do
          [ -e $library ] && mount --bind /dev/null $(realpath $library)
        done
        $querent read --format keyvalue $capture 2>/dev/null | wc -l
        $querent read --history-directory '\(folder.path("history"))' $capture
        echo $?
        """,
      ], environment: ["querent": Trace.command, "capture": capture])
    run.wait()
    #expect(run.text == "4\n69\n", "\(run.errorText)")
    #expect(
      run.errorText.contains("libsqlite3.so.0") && run.errorText.contains("apt-get install libsqlite3-0"))
  }
}

/// A live trace.
@Suite(.serialized, .enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct LiveHistoryTests {
  @Test func `a live trace stores what it shows, with processes, resolvers and chains`() throws {
    let (folder, namespace) = (try Folder(), try Namespace())
    let server = try namespace.startDnsmasq(addresses: ["127.0.0.2"])
    defer { server.send(SIGTERM) }
    let resolver = try namespace.startForwarder(upstream: "127.0.0.2")
    defer { resolver.send(SIGTERM) }
    let history = folder.path("history")
    let trace = try Trace(["--format", "json", "--history-directory", history])
    for number in 0..<5 {
      #expect(try namespace.start(["dig", "+short", "@127.0.0.1", "n\(number).example.test"]).wait() == 0)
    }
    #expect(try namespace.start(["dig", "+tcp", "+short", "@127.0.0.1", "tcp.example.test"]).wait() == 0)
    #expect(trace.interrupt() == 0, "\(trace.running.errorText)")
    let found = try Running([Trace.command, "history", "--directory", history, "--format", "json"])
    #expect(found.wait() == 0, "\(found.errorText)")
    #expect(found.text == trace.running.text)
    #expect(try trace.records(of: namespace).contains { $0["querent.forwarded"] != nil })
    let told = try Running([Trace.command, "history", "--directory", history, "--told", "192.0.2.1"])
    #expect(told.wait() == 0)
    for number in 0..<5 { #expect(told.text.contains("n\(number).example.test   dig ")) }
  }
}
