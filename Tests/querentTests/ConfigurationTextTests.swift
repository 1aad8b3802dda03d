import Foundation
import Lab
import Testing

@testable import querent

/// The subset of YAML.
struct ConfigurationTextTests {
  private func entries(_ text: String) throws -> [String: [String]] {
    try Dictionary(uniqueKeysWithValues: ConfigurationText(text).entries.map { ($0.key, $0.values) })
  }

  @Test func `an option has a value or a list, and comments are left out`() throws {
    let text = """
      # all
      history: true

      history-keep: 30d   # a month
      name:  # two
        - '*.example.com'

        # and
        - "a \\"quoted\\" \\\\ name"
      output: 'it''s'
      color: a#b
      """
    #expect(
      try entries(text) == [
        "history": ["true"], "history-keep": ["30d"], "name": ["*.example.com", #"a "quoted" \ name"#],
        "output": ["it's"],
        "color": ["a#b"],
      ])
  }

  @Test(arguments: [
    ("a: b: c", 1, 5), ("a: [b]", 1, 4), ("a: *b", 1, 4), ("a: &b c", 1, 4), ("a: !!str b", 1, 4),
    ("a: |", 1, 4),
    ("a:\tb", 1, 3), ("  a: b", 1, 3), ("a: b\na: c", 2, 1), ("a:\nb: c", 1, 1), ("a:", 1, 1), ("- a", 1, 1),
    ("a:\n  - b\n - c", 3, 2), ("a: b\n  - c", 2, 3), ("a: \"b\\n\"", 1, 7), ("a: 'b", 1, 6),
    ("a: 'b' c", 1, 8), ("a:b", 1, 2),
    ("A: b", 1, 1), ("---\na: b", 1, 1), ("a: b\r\n", 1, 5), ("a:\n  - b: c", 2, 6), ("a:\n  b: c", 2, 3),
    ("a: ? b", 1, 4),
    ("? a", 1, 1), ("a: b\n  c", 2, 3), ("a:\n  -", 2, 3), ("\u{feff}a: b", 1, 1),
  ])
  func `everything else is refused with its line and column`(text: String, line: Int, column: Int) {
    let error = #expect(throws: ConfigurationText.Malformed.self) { try ConfigurationText(text) }
    #expect(
      error.map { [$0.line, $0.column] } == [line, column], "\(error.map(String.init(describing:)) ?? "")")
  }

  /// Lines that are combined at random: most texts are refused; PyYAML must read the others in the same way.
  @Test func `what is accepted is what PyYAML reads`() throws {
    var random = SystemRandomNumberGenerator()
    let keys = ["a", "b-c", "d1", "e"]
    let scalars = [
      "true", "x y", "'x'", "'it''s'", "\"x\"", "\"\\\"\\\\\"", "''", "a:b", "a#b", "a #b", "1", "~", "null",
      "yes", "-1", "x'y", "x: y",
      "http://[::1]:8053", "*", "%", "a,b", "\\n", "ä", "x  ", "x:", "\"a\"b", "'", "=", "<<", ".5", "0x1f",
      "2026-11-29", "🦊", "a]b", "k}",
    ]
    var accepted: [(text: String, entries: [String: [String]])] = []
    for _ in 0..<4000 {
      var lines: [String] = []
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let key = keys.randomElement(using: &random) ?? "a"
        let value = scalars.randomElement(using: &random) ?? "x"
        switch Int.random(in: 0..<6, using: &random) {
        case 0: lines += ["\(key):", "  - \(value)", "  - \(scalars.randomElement(using: &random) ?? "x")"]
        case 1: lines.append("# \(value)")
        case 2: lines.append("\(key): \(value) # \(value)")
        case 3: lines.append(" \(value)")
        default: lines.append("\(key): \(value)")
        }
      }
      let text = lines.joined(separator: "\n")
      if let entries = try? entries(text) { accepted.append((text, entries)) }
    }
    #expect(accepted.count > 400)

    let folder = try Folder()
    let texts = try JSONSerialization.data(withJSONObject: accepted.map(\.text))
    try texts.write(to: URL(filePath: folder.path("texts")))
    let program = """
      import json, sys, yaml
      print(json.dumps([yaml.load(text, Loader=yaml.BaseLoader) for text in json.load(open(sys.argv[1]))]))
      """
    let oracle = try Running(["/usr/bin/python3", "-c", program, folder.path("texts")])
    #expect(oracle.wait() == 0, "\(oracle.errorText)")
    let read = try #require(try JSONSerialization.jsonObject(with: Data(oracle.text.utf8)) as? [Any])
    for (own, other) in zip(accepted, read) {
      let other = (other as? [String: Any] ?? [:]).mapValues { ($0 as? [String]) ?? [$0 as? String ?? "?"] }
      #expect(own.entries == other, "\(own.text)")
    }
  }
}

/// `--config` and `querent config check`.
struct ConfigurationFileTests {
  private func check(_ text: String, mode: Int = 0o644) throws -> (code: Int32, text: String) {
    let folder = try Folder()
    let path = folder.path("config.yaml")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    let run = try Running([Trace.command, "config", "check", path])
    return (run.wait(), run.text + run.errorText)
  }

  @Test func `a valid file is accepted`() throws {
    let (code, text) = try check(
      "history: true\nno-args: false\nname:\n  - '*.example.com'\n  - a.org\nslow: 10ms\n")
    #expect(code == 0, "\(text)")
    #expect(text.contains("is valid: 4 options"))
  }

  @Test func `a check creates nothing, and needs none of what the service has`() throws {
    let folder = try Folder()
    let (code, text) = try check(
      "output: \(folder.path("records"))\nhistory-directory: \(folder.path("history"))\nmetrics: /run/none/a.prom"
    )
    #expect(code == 0, "\(text)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")) == [])
  }

  @Test(arguments: [
    ("history: true\ntypo: 1", "line 2: typo: Unknown option"),
    ("slow: abc", "line 1: slow: The value 'abc' is invalid"),
    ("history: 1", "line 1: history is true or false"),
    ("\nconfig: x", "line 2: config belongs on the command line"),
    ("metrics-server: 192.0.2.1", "metrics-server requires --metrics"), ("name: [a]", "line 1, column 7: "),
    ("count: 1\ntype: NONSENSE", "line 2: --type NONSENSE can match nothing"),
    ("count: 1\nrotate: 5MB", "line 2: --rotate works with files only"),
    ("also: foo:bar", "line 1: --also foo:bar is invalid"),
    ("messages: true\nhistory: true", "--history and --messages exclude each other"),
    ("cgroup: /x\ntap: interface", "--cgroup cannot be combined with --tap interface"),
    ("tier: kprobe", "the tier kprobe cannot be used with this tap"),
    ("help: true", "line 1: help belongs on the command line"),
  ])
  func `an error has its line and option`(text: String, why: String) throws {
    let (code, message) = try check(text)
    #expect(code == 64, "\(message)")
    #expect(message.contains(why), "\(message)")
  }

  @Test(.enabled(if: Requirements.isRoot, "needs root"), arguments: [0o666, 0o664])
  func `a file that others can write is refused`(mode: Int) throws {
    let (code, text) = try check("history: true", mode: mode)
    #expect(code == 64)
    #expect(text.contains("others can change"), "\(text)")
  }

  @Test(.enabled(if: Requirements.kernel, "\(Requirements.kernelReason)"))
  func `the command line replaces options of the file, lists too`() throws {
    let folder = try Folder()
    let (path, namespace) = (folder.path("config.yaml"), try Namespace())
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    try "format: keyvalue\nname:\n  - file.example.test\ncount: 1\n".write(
      toFile: path, atomically: true, encoding: .utf8)
    let trace = try Trace(["watch", "--config", path, "--format", "json", "--name", "line.example.test"])
    for name in ["file", "line"] {
      try namespace.start(["dig", "+tries=1", "@127.0.0.1", "\(name).example.test"]).wait()
    }
    #expect(trace.running.wait() == 0, "\(trace.running.errorText)")
    let records = try trace.records(of: namespace)
    #expect(records.map { $0[text: "dns.question.name"] } == ["line.example.test"])
  }

  @Test func `the configuration of the package is valid`() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Packaging/debian/config.yaml")
    let (code, text) = try check(String(contentsOf: path, encoding: .utf8))
    #expect(code == 0, "\(text)")
  }
}
