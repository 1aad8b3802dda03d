import Foundation
import Lab
import Testing
import Traffic

/// `querent top` of a history, compared with that of the capture that the history was made from.
struct TopHistoryTests {
  private let folder: Folder
  private let capture: TemporaryCapture
  private var history: String { folder.path("history") }

  init() throws {
    folder = try Folder()
    capture = try TemporaryCapture(HostMinute.capture)
    let read = try Running([
      Trace.command, "read", "--format", "json", "--history-directory", folder.path("history"),
      "--history-keep", "36500d", capture.path,
    ])
    #expect(read.wait() == 0, "\(read.errorText)")
  }

  private func once(_ arguments: [String], code: Int32 = 0) throws -> Running {
    let top = try Running(
      [Trace.command, "top", "--once"] + arguments, environment: ["LC_ALL": "C.UTF-8", "COLUMNS": "120"])
    #expect(top.wait() == code, "\(arguments): \(top.errorText)")
    return top
  }

  /// The groups: the lines below the columns' titles.
  private func rows(_ arguments: [String]) throws -> [Substring] {
    let lines = try once(arguments).text.split(separator: "\n")
    return Array(lines.drop { !$0.contains("QUERIES") })
  }

  @Test(arguments: ["process", "name", "domain", "server", "user", "container", "rcode"])
  func `the groups are those of the capture:`(grouping: String) throws {
    let expected = try rows(["--group-by", grouping, capture.path])
    #expect(expected.count > 1)
    #expect(try rows(["--group-by", grouping, "--history-directory", history]) == expected)
  }

  @Test func `times and filters choose among what was stored`() throws {
    func queries(_ arguments: String...) throws -> Int {
      let text = try once(["--history-directory", history] + arguments).text
      return Int(try #require(text.firstMatch(of: /([\d,]+)\squeries\s/)?.1.replacing(",", with: ""))) ?? -1
    }
    let all = try queries()
    #expect(all > 1000)
    #expect(try queries("--since", "2001-01-01") == all && queries("--since", "2101-01-01") == 0)
    #expect(try queries("--until", "2001-01-01") == 0)
    let smtpd = try queries("--process", "smtpd")
    #expect(smtpd > 0 && smtpd < all)
    // The capture is not of the last hour.
    #expect(try queries("--last", "1h") == 0)
    #expect(
      try once(["--history-directory", history, "--since", "2001-01-01"]).text.contains(
        "history since 2001-01-01 00:00"))
  }

  @Test func `what cannot be is refused with the reason`() throws {
    let missing = try once(["--last", "1h", "--history-directory", folder.path("none")], code: 66)
    #expect(missing.errorText.contains("can't read the history") && missing.text.isEmpty)
    let both = try once(["--last", "1h", capture.path], code: 64)
    #expect(both.errorText.contains("but not both"))
    let reversed = try once(
      ["--history-directory", history, "--since", "2026-02-01", "--until", "2026-01-01"], code: 64)
    #expect(reversed.errorText.contains("--until is before the start"))
  }

  @Test(.enabled(if: Requirements.programs("tmux"), "needs tmux: make setup"))
  func `at a terminal keys regroup, filter and open a group, and all of the time is counted again`() throws {
    let pane = try TerminalPane(
      columns: 120, rows: 40,
      script: "'\(Trace.command)' top --history-directory '\(history)'\necho \"left with $?\"\nexec cat\n")
    try pane.wait(for: "frame") {
      $0.contains("of traffic") && $0.contains("firefox") && $0.contains("history")
    }
    try pane.press("/")
    try pane.type("--process smtpd")
    try pane.press("Enter")
    try pane.wait(for: "frame") { $0.contains("filter: --process smtpd") && $0.contains("1 group") }
    try pane.press("/", "C-u", "Enter", "4")
    try pane.wait(for: "frame") { $0.contains("198.51.100.9") && $0.contains("SERVER") }
    try pane.press("Enter")
    try pane.wait(for: "frame") { $0.contains("\n server ") && $0.contains("LATENCY SERVER") }
    try pane.press("q")
    try pane.wait(for: "left with 0")
  }
}
