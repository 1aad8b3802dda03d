import Foundation
import Lab
import Testing

/// The README's example is the command's output.
@Suite(.enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
struct ReadmeTests {
  @Test func `the README's first screen is what the demo prints on a real kernel`() throws {
    let demo = try Running([Trace.command, "demo"])
    #expect(demo.wait() == 0, "\(demo.text)\(demo.errorText)")
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let start = try #require(text.range(of: "<!-- demo -->\n```\n"))
    let end = try #require(text.range(of: "```\n<!-- /demo -->"))
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      let recorded = text[..<start.upperBound] + demo.text + text[end.lowerBound...]
      try String(recorded).write(to: readme, atomically: true, encoding: .utf8)
      return
    }
    #expect(Self.timeless(String(text[start.upperBound..<end.lowerBound])) == Self.timeless(demo.text))
  }

  /// The lines without times, pids, packet counts, spaces and order, which differ from run to run.
  private static func timeless(_ text: String) -> [String] {
    text.split(separator: "\n").map { line -> String in
      String(line).replacing(/\d\d:\d\d:\d\d\.\d{3}/, with: "CLOCK")
        .replacing(/\b[0-9.]+(?:us|ms|s)\b/, with: "LATENCY")
        .replacing(/^(CLOCK \w+) +\d+/) { "\($0.1) PID" }
        .replacing(/packets .*/, with: "packets")
        .replacing(/\ +/, with: " ")
    }.sorted()
  }
}
