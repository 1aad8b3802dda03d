import Bytes
import Correlation
import HostSystem
import Synchronization
import SystemPackage
import Top

/// The loop of `querent top` at a terminal: keys and signals in, frames out.
final class TopScreen {
  private let feed: any TopFeed
  private var state: TopState
  private let theme: Theme
  private let glyphs: Glyphs
  private let input: Int32
  private let events = BlockingQueue<Event>(capacity: 1024)
  private var model = TopModel()
  /// What the terminal shows, line by line; empty when that is not known.
  private var shown: [[UInt8]] = []

  /// What the loop waits for, besides time.
  enum Event: Sendable {
    case key(TopKey), redraw, resize, end
    /// The feed has no more.
    case finished
  }

  /// Milliseconds from one frame to the next.
  private static let interval = 1000

  init(_ feed: any TopFeed, _ state: TopState, _ theme: Theme, _ glyphs: Glyphs, input: Int32) {
    self.feed = feed
    self.state = state
    self.theme = theme
    self.glyphs = glyphs
    self.input = input
  }

  /// Runs until the person quits, a signal ends it, or a live trace ends.
  func run() throws(Failure) -> TraceReport {
    let screen: TerminalScreen
    do throws(Errno) {
      screen = try TerminalScreen(input: input, output: 1)
    } catch {
      throw Failure(
        "can't take the terminal: \(error)", advice: "add --once to print one frame", code: .failed)
    }
    defer { screen.leave() }
    let events = events
    _ = try Thread.started { Self.watchSignals(screen, events) }
    _ = try Thread.started { Self.readKeys(screen, events) }
    try feed.start { _ = events.offer(.finished) }
    loop(screen)
    screen.leave()
    return try feed.finish()
  }

  private func loop(_ screen: TerminalScreen) {
    resize(screen)
    refresh()
    draw(screen)
    var next = Clock.boot() + Int64(Self.interval) * 1_000_000
    while true {
      let rest = max(0, (next - Clock.boot()) / 1_000_000)
      let events = events.takeAll(within: Int(rest))
      for event in events {
        switch event {
        case .end: return
        case .finished:
          if model.source.kind == .live { return }
          refresh()
        case .resize, .redraw:
          resize(screen)
          refresh()
        case .key(let key):
          guard act(on: key, screen) else { return }
        }
      }
      if Clock.boot() >= next {
        next = max(next, Clock.boot()) + Int64(Self.interval) * 1_000_000
        refresh()
      }
      draw(screen)
    }
  }

  /// False when it is over.
  private func act(on key: TopKey, _ screen: TerminalScreen) -> Bool {
    switch state.handle(key, model) {
    case .quit: return false
    case .suspend: Signals.requestStop()
    case .open(let focus): feed.open(focus)
    case .close: feed.open(nil)
    case .clear: feed.clear()
    case .filter(let text): apply(text)
    case nil: break
    }
    refresh()
    return true
  }

  private func apply(_ text: String) {
    do throws(FilterText.Problem) {
      feed.set(try FilterText(text).filter)
      state.accept(text)
    } catch {
      state.prompt = TopState.Prompt(text: text, error: error.what)
    }
  }

  private func resize(_ screen: TerminalScreen) {
    if let size = screen.size { state.size = ScreenSize(columns: size.columns, rows: size.rows) }
    shown = []
  }

  /// Takes the counts of this moment, unless the screen is paused.
  private func refresh() {
    let isElsewhere = model.grouping != state.grouping || model.detail?.row.key != state.focus?.key
    if !state.isPaused || isElsewhere { model = feed.model(state.request) }
    model.sort(by: state.order)
  }

  /// Writes the lines that have changed.
  private func draw(_ screen: TerminalScreen) {
    let lines = TopFrame(model, state, glyphs).lines.map { line in
      ByteWriter.array { theme.paint(line, to: &$0) }
    }
    var output = ByteWriter(room: 16384)
    // Synchronized output, where the terminal knows it: no half frames.
    output.append(fixed: "\u{1b}[?2026h")
    if shown.isEmpty { output.append(fixed: "\u{1b}[2J") }
    for (row, line) in lines.enumerated() where shown.isEmpty || row >= shown.count || shown[row] != line {
      // Erased before it is written: behind a full line the cursor stays on the last column.
      output.append(text: "\u{1b}[\(row + 1);1H\u{1b}[0m\u{1b}[K")
      output.append(octets: line)
    }
    output.append(fixed: "\u{1b}[?2026l")
    if shown != lines { screen.write(output.text()) }
    shown = lines
  }
}

// MARK: Threads

extension TopScreen {
  private static func watchSignals(_ screen: TerminalScreen, _ events: BlockingQueue<Event>) {
    var hasEnded = false
    while true {
      switch Signals.waitForEvent() {
      case .end(let number):
        if hasEnded {
          screen.leaveAtOnce()
          CurrentProcess.exit(128 + number)
        }
        hasEnded = true
        _ = events.offer(.end)
      case .stop:
        screen.leave()
        Signals.stop()
      case .resume:
        try? screen.enter()
        _ = events.offer(.redraw)
      case .resize: _ = events.offer(.resize)
      }
    }
  }

  private static func readKeys(_ screen: TerminalScreen, _ events: BlockingQueue<Event>) {
    var parser = KeyParser()
    while true {
      switch screen.read(waiting: parser.isPending ? 50 : -1) {
      case .octets(let octets): for key in parser.push(octets) { _ = events.offer(.key(key)) }
      case .timedOut: if let key = parser.flush() { _ = events.offer(.key(key)) }
      case .ended:
        _ = events.offer(.end)
        return
      }
    }
  }
}

/// `--once`: counts to the end, and prints one frame.
struct TopOnce {
  private let feed: any TopFeed
  private let state: TopState
  private let theme: Theme

  init(_ feed: any TopFeed, _ state: TopState, _ theme: Theme) {
    self.feed = feed
    self.state = state
    self.theme = theme
  }

  func run() throws -> TraceReport {
    let ended = BlockingQueue<Void>(capacity: 2)
    _ = try Thread.started {
      _ = Signals.wait()
      _ = ended.offer(())
      // The trace may be waiting for something.
      CurrentProcess.exit(128 + Signals.wait())
    }
    try feed.start { _ = ended.offer(()) }
    _ = ended.takeAll()
    let model = feed.model(state.request)
    let result = Result { () throws(Failure) in try feed.finish() }
    var output = ByteWriter(room: 16384)
    for line in TopFrame(model, state, Terminal.isUTF8 ? .unicode : .ascii).once {
      theme.paint(line, to: &output)
      output.append(fixed: "\n")
    }
    Terminal.write(output.text(), to: 1)
    return try result.get()
  }
}
