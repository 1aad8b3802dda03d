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

  private func sqlite(_ file: String, _ text: String, _ options: [String] = ["-readonly"]) throws -> String {
    let client = try Running(["sqlite3"] + options + ["\(history)/\(file)", text])
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
    #expect(try text("--summary", "--name", "n10000?.example.test").contains("exchanges        10\n"))
    let refused = try querent(["history", "--directory", history, "--new", "--failed"], code: 64)
    #expect(refused.errorText.contains("does not have --failed"), "\(refused.errorText)")
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

  @Test func `a trace that ends after a number of exchanges ends with a history too`() throws {
    _ = try store(capture(.exchanges(200)), ["--count", "3"])
    #expect(try sqlite(Self.day, "SELECT count(*) FROM exchange") == "3\n")
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
        // A kill while the trace closes the file leaves a journal, which a client that only reads may not take back.
        #expect(try sqlite(name, "PRAGMA integrity_check", []) == "ok\n")
      }
      guard FileManager.default.fileExists(atPath: "\(history)/\(Self.day)") else { continue }
      // Killed between the creation of the file and that of its tables: nothing can have been committed.
      guard try sqlite(Self.day, "SELECT count(*) FROM sqlite_master WHERE name = 'exchanges'") == "1\n"
      else {
        #expect(before == 0)
        continue
      }
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
