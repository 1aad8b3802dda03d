import Testing

@testable import Top

/// What keys do.
struct StateTests {
  private static func model(_ count: Int) -> TopModel {
    var model = TopModel()
    model.rows = (0..<count).map { index in
      TopRow(
        key: UInt64(index), label: "g\(index)", counts: Counts(queries: UInt64(count - index)), rate: 1,
        share: 0, latency: Quantiles(), lastName: "")
    }
    return model
  }

  private let model = Self.model(50)
  private var state = TopState()

  private mutating func press(_ keys: TopKey...) -> [TopAction] {
    keys.compactMap { state.handle($0, model) }
  }

  private var selected: Int { state.index(in: model.rows) }

  @Test mutating func `the selected group stays selected when the order changes`() {
    #expect(press(.down, .down, .down, .up).isEmpty)
    #expect(selected == 2)
    var other = model
    other.rows.reverse()
    #expect(state.index(in: other.rows) == 47)
    other.rows.removeAll { $0.key == 2 }
    #expect(state.index(in: other.rows) == 2, "a group that is gone leaves the place")
    _ = state.handle(.end, model)
    #expect(selected == 49)
    let layout = TopLayout(state, model)
    #expect(layout.offset == 50 - layout.rowCount)
    _ = state.handle(.pageUp, model)
    #expect(selected == 49 - layout.rowCount)
    _ = state.handle(.home, model)
    #expect(selected == 0 && TopLayout(state, model).offset == 0)
  }

  @Test mutating func `Enter opens the selected group, Escape goes back to it`() {
    let focus = TopFocus(grouping: .process, key: 1, label: "g1")
    #expect(press(.down, .enter) == [.open(focus)])
    #expect(state.focus == focus)
    #expect(press(.enter, .character("s")).isEmpty)
    #expect(press(.escape) == [.close])
    #expect(state.focus == nil && selected == 1)
    #expect(press(.escape).isEmpty)
    #expect(press(.enter, .character("2")) == [.open(focus), .close])
    #expect(state.grouping == .name)
  }

  @Test mutating func `digits and g regroup, s sorts, p pauses`() {
    for (index, grouping) in Grouping.allCases.enumerated() {
      _ = state.handle(.character(Unicode.Scalar(UInt8(0x31 + index))), model)
      #expect(state.grouping == grouping)
    }
    _ = press(.character("8"), .character("0"))
    #expect(state.grouping == .rcode)
    _ = press(.tab)
    #expect(state.grouping == .process)
    _ = press(.character("G"))
    #expect(state.grouping == .rcode)
    _ = press(.character("s"))
    #expect(state.order == .queries)
    _ = press(.character("S"), .character("S"))
    #expect(state.order == .label)
    _ = press(.character("p"))
    #expect(state.isPaused)
    _ = press(.character(" "))
    #expect(!state.isPaused)
    #expect(
      press(.character("z"), .control("z"), .control("c"), .character("q")) == [
        .clear, .suspend, .quit, .quit,
      ])
  }

  @Test mutating func `a filter is written, corrected and given up`() {
    _ = press(.character("/"))
    for scalar in "--name xq".unicodeScalars { _ = state.handle(.character(scalar), model) }
    #expect(press(.backspace, .enter) == [.filter("--name x")])
    state.prompt = TopState.Prompt(text: "--name x", error: "wrong")
    _ = press(.control("w"))
    #expect(state.prompt == TopState.Prompt(text: "--name "))
    state.accept("--failed")
    #expect(state.prompt == nil && state.filter == "--failed")
    _ = press(.character("/"))
    #expect(state.prompt?.text == "--failed")
    _ = press(.control("u"), .character("q"), .escape)
    #expect(state.prompt == nil && state.filter == "--failed")
  }

  @Test mutating func `any key leaves the help, q the program`() {
    _ = press(.character("?"))
    #expect(state.isHelpShown)
    #expect(press(.character("2")).isEmpty)
    #expect(!state.isHelpShown && state.grouping == .process)
    #expect(press(.character("?"), .character("q")) == [.quit])
  }

  @Test mutating func `a click selects, a second one opens; on a tab it regroups, on a title it sorts`() {
    let layout = TopLayout(state, model)
    #expect(press(.press(column: 5, row: layout.firstRow + 4)).isEmpty)
    #expect(selected == 4)
    #expect(press(.press(column: 5, row: layout.firstRow + 4)).count == 1)
    _ = press(.escape)
    let errors = layout.columns.first { $0.column == .errors }
    _ = press(.press(column: errors?.start ?? 0, row: layout.headingRow))
    #expect(state.order == .errors)
    _ = press(.press(column: layout.tabs[3].columns.lowerBound, row: layout.tabsRow))
    #expect(state.grouping == .server)
    _ = press(.press(column: 500, row: 500), .press(column: -1, row: -1))
  }

  @Test func `no keys on any screen break it`() {
    var generator = SystemRandomNumberGenerator()
    let keys: [TopKey] =
      [.up, .down, .pageUp, .pageDown, .home, .end, .enter, .escape, .backspace, .tab, .wheelUp, .wheelDown]
      + "/?sSgGpz12345678x".unicodeScalars.map { .character($0) }
    for _ in 0..<40 {
      var state = TopState()
      state.size = ScreenSize(columns: .random(in: 0..<200), rows: .random(in: 0..<60))
      let model = Self.model(.random(in: 0..<40))
      for _ in 0..<30 {
        let click = TopKey.press(column: .random(in: 0..<200), row: .random(in: 0..<60))
        _ = state.handle(Bool.random(using: &generator) ? keys.randomElement() ?? .up : click, model)
        let lines = TopFrame(model, state, .unicode).lines
        #expect(lines.count == state.size.rows)
        #expect(lines.allSatisfy { $0.columns <= state.size.columns && $0.text.columnCount == $0.columns })
      }
    }
  }
}
