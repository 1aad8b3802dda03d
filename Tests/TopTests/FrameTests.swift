import Bytes
import DNSWire
import Formats
import Foundation
import Testing
import TraceModel
import TracePipeline
import Traffic

@testable import Top

/// Frames of a made minute of a host, as they were recorded.
struct FrameTests {
  /// What is counted of the minute.
  private static func top(open label: String? = nil) throws -> TopSubscriber {
    let top = TopSubscriber(
      .recorded, suffixes: PublicSuffixList(Array("com\nuk\nco.uk\n".utf8)) ?? PublicSuffixList(),
      host: .init(), keepsRecent: true)
    var pipeline = Pipeline(Pipeline.Configuration(dnsPorts: [53]), subscribers: [top])
    var source = ListSource(HostMinute.captures)
    pipeline.run(&source) {}
    #expect(top.ledger.difference == 0 && pipeline.ledger.balances)
    if let label, let row = top.rows(.process).first(where: { $0.label == label }) {
      top.open(TopFocus(grouping: .process, key: row.key, label: label))
    }
    return top
  }

  private static let source = {
    var source = TopSource()
    source.name = "host.pcapng"
    source.kind = .recorded
    source.isReading = false
    source.lost = 0
    source.resident = 21 << 20
    return source
  }()

  private static func frame(
    _ top: TopSubscriber, _ theme: Theme, _ change: (inout TopState) -> Void = { _ in }
  ) -> String {
    var state = TopState()
    change(&state)
    let model = top.model(state.request, source)
    return ByteWriter.text { text in
      for line in TopFrame(model, state, .unicode).lines {
        theme.paint(line, to: &text)
        text.append(UInt8(ascii: "\n"))
      }
    }
  }

  @Test(
    arguments: [ScreenSize(columns: 80, rows: 24), ScreenSize(columns: 120, rows: 40)], Grouping.allCases)
  func `each grouping fits the screen`(size: ScreenSize, grouping: Grouping) throws {
    let frame = Self.frame(try Self.top(), Theme(.plain)) {
      $0.size = size
      $0.grouping = grouping
    }
    try GoldenFrame.expect("\(size.columns)x\(size.rows)-\(grouping.rawValue)", frame)
  }

  @Test(arguments: Theme.ColourDepth.allCases, Theme.Background.allCases)
  func `a theme has the colours of its terminal only`(depth: Theme.ColourDepth, background: Theme.Background)
    throws
  {
    let frame = Self.frame(try Self.top(), Theme(depth, background)) { _ in }
    try GoldenFrame.expect("colours-\(depth.rawValue)-\(background.rawValue)", frame)
    let has = (frame.contains("38;2;"), frame.contains("38;5;"), frame.contains("[31m"))
    #expect(depth != .plain || !frame.contains("\u{1b}"))
    #expect(has == (depth == .trueColour, depth == .palette, depth == .sixteen))
    let plain = Self.frame(try Self.top(), Theme(.plain))
    #expect(Self.withoutEscapes(frame) == Self.withoutEscapes(plain))
  }

  @Test(arguments: [ScreenSize(columns: 80, rows: 24), ScreenSize(columns: 120, rows: 40)])
  func `an opened group, the help and the prompt fit the screen`(size: ScreenSize) throws {
    let top = try Self.top(open: "smtpd")
    let row = try #require(top.rows(.process).first { $0.label == "smtpd" })
    try GoldenFrame.expect(
      "\(size.columns)x\(size.rows)-opened",
      Self.frame(top, Theme(.plain)) {
        $0.size = size
        $0.focus = TopFocus(grouping: .process, key: row.key, label: row.label)
      })
    try GoldenFrame.expect(
      "\(size.columns)x\(size.rows)-help",
      Self.frame(top, Theme(.plain)) {
        $0.size = size
        $0.isHelpShown = true
      })
    try GoldenFrame.expect(
      "\(size.columns)x\(size.rows)-prompt",
      Self.frame(top, Theme(.plain)) {
        $0.size = size
        $0.isPaused = true
        $0.filter = "--process smtpd"
        $0.prompt = TopState.Prompt(text: "--process smtpd --nam x", error: "Unknown option '--nam'")
      })
  }

  @Test func `without UTF-8 a frame is ASCII`() throws {
    let top = try Self.top()
    for size in [ScreenSize(columns: 80, rows: 24), ScreenSize(columns: 120, rows: 40)] {
      var state = TopState()
      state.size = size
      state.order = .errors
      let lines = TopFrame(top.model(state.request, Self.source), state, .ascii).lines
      #expect(lines.allSatisfy { $0.text.utf8.allSatisfy { $0 < 0x80 } })
    }
  }

  @Test(arguments: [40, 45, 53, 60, 79, 80, 99, 100, 130])
  func `numbers and keys are whole or missing, whatever the width:`(columns: Int) throws {
    let top = try Self.top()
    var state = TopState()
    state.size = ScreenSize(columns: columns, rows: 16)
    var model = top.model(state.request, Self.source)
    model.totals = Counts(queries: 12_345_678, unanswered: 123_456, errors: 234_567, nonexistent: 3_456_789)
    let lines = TopFrame(model, state, .unicode).lines.map { $0.text.trimmed }
    let counts = lines[2].split(separator: "  ").map { $0.trimmed.split(separator: " ") }
    let names = ["queries", "answered", "NXDOMAIN", "errors", "unanswered"]
    #expect(counts.map(\.last) == names.filter { lines[2].contains($0) }.map { $0[...] }, "\(lines[2])")
    #expect(columns < 80 || counts.count == names.count)
    for count in counts {
      #expect(
        ["12,345,678", "12.3M", "99.0%", "3,456,789", "3.46M", "234,567", "235k", "123,456", "123k"].contains(
          count[0]))
    }
    let keys = try #require(lines.last).split(separator: "  ").map { $0.trimmed.split(separator: " ") }
      .filter { $0.count == 2 }.map { $0.joined(separator: " ") }
    let known = ["Enter open", "/ filter", "s sort", "g group", "p pause", "z zero", "? help", "q quit"]
    #expect(keys.allSatisfy(known.contains) && keys.contains("? help") && keys.contains("q quit"), "\(keys)")
    let latencies = lines[3].dropFirst(7).split(separator: "  ").map { $0.trimmed.split(separator: " ") }
    #expect(latencies.allSatisfy { $0.count >= 2 }, "\(lines[3])")
    #expect(lines[3].contains("resident") == lines[3].hasSuffix("MiB"))
  }

  @Test func `text is cut at its columns, not at its octets`() {
    for (text, columns) in [("abc", 3), ("漢字", 4), ("e\u{301}x", 2), ("…", 1), ("", 0)] {
      #expect(text.columnCount == columns)
    }
    var line = StyledLine(width: 5)
    line.append("漢字漢字")
    #expect(line.text == "漢字" && line.columns == 4)
    var cells = StyledLine(width: 20)
    cells.append(cell: "漢字漢字", width: 6, .left, .plain, .unicode)
    cells.append(cell: "ab", width: 4, .right, .plain, .unicode)
    #expect(cells.text == "漢字…   ab" && cells.columns == 10)
  }

  @Test(
    arguments: [
      ([:], .none, .dark), (["TERM": "dumb"], .none, .dark), (["TERM": "xterm"], .sixteen, .dark),
      (["TERM": "xterm-256color"], .palette, .dark),
      (["TERM": "tmux-256color", "COLORTERM": "truecolor"], .trueColour, .dark),
      (["TERM": "xterm-256color", "NO_COLOR": "1", "COLORTERM": "24bit"], .none, .dark),
      (["TERM": "xterm-256color", "NO_COLOR": "", "COLORFGBG": "0;15"], .palette, .light),
    ] as [([String: String], Theme.ColourDepth, Theme.Background)])
  func `the environment says what the terminal can show`(
    variables: [String: String], depth: Theme.ColourDepth, background: Theme.Background
  ) {
    #expect(Theme { variables[$0] } == Theme(depth, background))
  }

  private static func withoutEscapes(_ text: String) -> [Substring] {
    text.replacing(/\u{1b}\[[0-9;]*m/, with: "").replacing(/\ +\n/, with: "\n").split(separator: "\n")
  }
}

extension StringProtocol {
  /// Without spaces at both ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

/// Packets that a test has made.
private struct ListSource: TraceSource {
  private var batches: [PacketBatch]

  init(_ captures: [Capture]) {
    batches = [PacketBatch(captures)]
  }

  mutating func next() -> PacketBatch? { batches.popLast() }
  mutating func stop() { batches = [] }
}
