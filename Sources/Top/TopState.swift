/// What the person at the terminal has chosen, and what a key does: no clock, no I/O.
package struct TopState: Sendable {
  package var size = ScreenSize(columns: 80, rows: 24)
  package var grouping = Grouping.process
  package var order = RowOrder.rate
  package var isPaused = false
  /// The filter in force, as it was written.
  package var filter = ""
  package var isHelpShown = false
  /// The filter that is being written; nil when none is.
  package var prompt: Prompt?
  /// The opened group.
  package internal(set) var focus: TopFocus?
  /// The group that the keys act on; nil for the first one.
  var selected: UInt64?
  /// Where that was among the rows.
  var selectedIndex = 0
  /// The first row shown, of groups or of the opened group's exchanges.
  var offset = 0

  package struct Prompt: Hashable, Sendable {
    package var text: String
    /// Why it is no filter.
    package var error: String?

    package init(text: String, error: String? = nil) {
      self.text = text
      self.error = error
    }
  }

  package init() {}
}

/// The size of a terminal in columns and rows.
package struct ScreenSize: Hashable, Sendable {
  package var columns: Int
  package var rows: Int

  package init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  /// Less shows nothing.
  static let least = ScreenSize(columns: 40, rows: 10)
}

/// What a key asks of whoever has the counts and the terminal.
package enum TopAction: Hashable, Sendable {
  case quit, suspend, clear, open(TopFocus), close
  case filter(String)
}

// MARK: Keys

extension TopState {
  package mutating func handle(_ key: TopKey, _ model: TopModel) -> TopAction? {
    if key == .control("c") { return .quit }
    if key == .control("z") { return .suspend }
    if prompt != nil { return edit(key) }
    if isHelpShown {
      isHelpShown = false
      return key == .character("q") ? .quit : nil
    }
    switch key {
    case .up, .character("k"): move(by: -1, model)
    case .down, .character("j"): move(by: 1, model)
    case .wheelUp: move(by: -3, model)
    case .wheelDown: move(by: 3, model)
    case .pageUp: move(by: -TopLayout(self, model).rowCount, model)
    case .pageDown: move(by: TopLayout(self, model).rowCount, model)
    case .home: move(by: -1_000_000, model)
    case .end: move(by: 1_000_000, model)
    case .enter, .right: return openSelected(model)
    case .escape, .left, .backspace: return close()
    case .character("/"): prompt = Prompt(text: filter)
    case .character("?"), .character("h"): isHelpShown = true
    case .character("p"), .character(" "): isPaused.toggle()
    case .character("q"): return .quit
    case .character("z"):
      isPaused = false
      return .clear
    case .character("s"): changeOrder(by: 1)
    case .character("S"): changeOrder(by: -1)
    case .character("g"), .tab: return regroup(by: 1)
    case .character("G"): return regroup(by: -1)
    case .character(let digit):
      if let number = Int(String(digit)), 1...Grouping.allCases.count ~= number {
        return group(by: Grouping.allCases[number - 1])
      }
    case .press(let column, let row): return press(column, row, model)
    case .control: break
    }
    return nil
  }

  private mutating func edit(_ key: TopKey) -> TopAction? {
    guard var text = prompt?.text else { return nil }
    switch key {
    case .escape: prompt = nil
    case .enter: return .filter(text)
    case .backspace:
      if !text.isEmpty { text.removeLast() }
      prompt = Prompt(text: text)
    case .control("u"): prompt = Prompt(text: "")
    case .control("w"):
      while text.last == " " { text.removeLast() }
      while let last = text.last, last != " " { text.removeLast() }
      prompt = Prompt(text: text)
    case .character(let scalar) where text.unicodeScalars.count < 500:
      text.unicodeScalars.append(scalar)
      prompt = Prompt(text: text)
    default: break
    }
    return nil
  }

  /// The filter is in force.
  package mutating func accept(_ filter: String) {
    self.filter = filter
    prompt = nil
    isPaused = false
    (selected, selectedIndex, offset) = (nil, 0, 0)
  }
}

extension TopState {
  /// What the frame needs.
  package var request: TopRequest {
    var request = TopRequest()
    request.grouping = grouping
    request.order = order
    request.points = max(1, size.columns)
    request.width = max(1, size.columns - 1)
    request.lines = 256
    return request
  }
}

// MARK: Groups

extension TopState {
  /// Where the selected group is among the rows: where it was, if it is no longer one of them.
  func index(in rows: [TopRow]) -> Int {
    let found = selected.flatMap { selected in rows.firstIndex { $0.key == selected } }
    return max(0, min(rows.count - 1, found ?? selectedIndex))
  }

  private mutating func move(by rows: Int, _ model: TopModel) {
    let layout = TopLayout(self, model)
    if let detail = model.detail, focus != nil {
      offset = max(0, min(detail.exchanges.count - layout.rowCount, offset + rows))
      return
    }
    select(max(0, min(model.rows.count - 1, index(in: model.rows) + rows)), model)
  }

  private mutating func select(_ index: Int, _ model: TopModel) {
    guard model.rows.indices.contains(index) else { return }
    selectedIndex = index
    selected = model.rows[index].key
    let shown = TopLayout(self, model).rowCount
    offset = max(index - shown + 1, min(index, offset))
  }

  private mutating func openSelected(_ model: TopModel) -> TopAction? {
    guard focus == nil, !model.rows.isEmpty else { return nil }
    let row = model.rows[index(in: model.rows)]
    let focus = TopFocus(grouping: model.grouping, key: row.key, label: row.label)
    self.focus = focus
    (selected, selectedIndex, offset) = (row.key, index(in: model.rows), 0)
    return .open(focus)
  }

  private mutating func close() -> TopAction? {
    guard focus != nil else { return nil }
    focus = nil
    offset = 0
    return .close
  }

  private mutating func group(by grouping: Grouping) -> TopAction? {
    let action = close()
    self.grouping = grouping
    (selected, selectedIndex, offset) = (nil, 0, 0)
    return action
  }

  private mutating func regroup(by step: Int) -> TopAction? {
    let all = Grouping.allCases
    return group(by: all[(grouping.index + step + all.count) % all.count])
  }

  private mutating func changeOrder(by step: Int) {
    let all = RowOrder.allCases
    let place = all.firstIndex(of: order) ?? 0
    order = all[(place + step + all.count) % all.count]
  }

  private mutating func press(_ column: Int, _ row: Int, _ model: TopModel) -> TopAction? {
    let layout = TopLayout(self, model)
    guard focus == nil else { return row == layout.titleRow ? close() : nil }
    if row == layout.tabsRow {
      guard let tab = layout.tabs.first(where: { $0.columns.contains(column) }) else { return nil }
      return group(by: tab.grouping)
    }
    if row == layout.headingRow {
      let place = layout.columns.first { $0.start..<$0.start + $0.width ~= column }
      order = place?.column.order ?? order
      return nil
    }
    let index = row - layout.firstRow + layout.offset
    guard row >= layout.firstRow, row < layout.firstRow + layout.rowCount, model.rows.indices.contains(index)
    else { return nil }
    if selected == model.rows[index].key { return openSelected(model) }
    select(index, model)
    return nil
  }
}
