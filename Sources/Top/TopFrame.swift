/// A screen of `querent top`, made of a model and of what the person has chosen: as many lines as the screen has rows.
package struct TopFrame {
  let model: TopModel
  let state: TopState
  let glyphs: Glyphs
  let layout: TopLayout

  package init(_ model: TopModel, _ state: TopState, _ glyphs: Glyphs) {
    self.model = model
    self.state = state
    self.glyphs = glyphs
    layout = TopLayout(state, model)
  }

  package var lines: [StyledLine] {
    let size = state.size
    guard size.columns >= ScreenSize.least.columns, size.rows >= ScreenSize.least.rows else {
      var line = self.line()
      line.append("\(ScreenSize.least.columns)x\(ScreenSize.least.rows) at least", .warning)
      return filled([line])
    }
    var lines = [title]
    if state.isHelpShown {
      lines += help
    } else {
      lines += state.focus == nil ? groups : opened
    }
    lines = filled(lines)
    if let error = state.prompt?.error {
      var line = self.line()
      line.append(" \(error)", .bad)
      lines[size.rows - 2] = line
    }
    lines[size.rows - 1] = footer
    return lines
  }

  /// What a script prints: without the lines for the keys, and without the empty ones.
  package var once: [StyledLine] {
    var lines = [title] + groups
    for index in lines.indices { lines[index].isSelected = false }
    while let last = lines.last, last.columns == 0 { lines.removeLast() }
    return lines
  }

  private func filled(_ lines: [StyledLine]) -> [StyledLine] {
    Array(lines.prefix(state.size.rows))
      + Array(repeating: line(), count: max(0, state.size.rows - lines.count))
  }

  func line() -> StyledLine { StyledLine(width: state.size.columns) }
}

// MARK: Above the groups

extension TopFrame {
  private var title: StyledLine {
    var line = self.line()
    line.append(" querent top", .title)
    let time =
      model.source.kind == .live
      ? "up \(Numbers.duration(model.elapsed))  \(model.clock) "
      : model.source.isReading ? "reading " : "\(Numbers.duration(model.elapsed)) of traffic "
    line.append("  ")
    line.append(cell: model.source.name, width: nameWidth(beside: time), .left, .dim, glyphs)
    if state.isPaused {
      line.append("  ")
      line.append(" PAUSED ", .active)
    }
    line.append(atEnd: time, .dim)
    return line
  }

  /// What the title leaves for the name of the source.
  private func nameWidth(beside time: String) -> Int {
    let others = " querent top  ".utf8.count + 1 + time.columnCount + (state.isPaused ? 10 : 0)
    return max(0, min(model.source.name.columnCount, layout.size.columns - others))
  }

  private var groups: [StyledLine] {
    var lines = layout.isTall ? panels : [rateLine, countsLine, latencyLine]
    lines.append(tabs)
    lines += notes
    lines.append(heading(layout.columns, model.grouping, model.order))
    let shown = model.rows.dropFirst(layout.offset).prefix(layout.rowCount)
    let selected = state.index(in: model.rows)
    for (index, row) in shown.enumerated() {
      var line = self.row(row, layout.columns)
      line.isSelected = layout.offset + index == selected
      lines.append(line)
    }
    if model.rows.isEmpty { lines.append(emptiness) }
    return lines
  }

  private var emptiness: StyledLine {
    var line = self.line()
    let isFiltered = !state.filter.isEmpty
    line.append(
      isFiltered
        ? " No exchange has passed the filter."
        : model.source.isReading ? " No query has ended yet." : " There is no query.", .dim)
    return line
  }

  var notes: [StyledLine] {
    layout.notes.map { note in
      var line = self.line()
      line.append(" " + note.text.replacing("≥", with: glyphs.atLeast), note.style)
      return line
    }
  }

  private var tabs: StyledLine {
    var line = self.line()
    line.append(spaces: 1)
    for (index, tab) in layout.tabs.enumerated() {
      let isActive = tab.grouping == model.grouping
      if !isActive { line.append(" \(index + 1)", .key) }
      line.append(
        isActive ? " \(index + 1) \(tab.grouping.rawValue) " : " \(tab.grouping.rawValue) ",
        isActive ? .active : .dim)
      line.pad(to: tab.columns.upperBound)
    }
    let count = model.rows.count
    line.append(atEnd: count == 1 ? "1 group " : "\(count) groups ", .dim)
    return line
  }

  private var rateUnit: String { model.source.kind == .live ? "queries/s now" : "queries/s on average" }

  private var rateLine: StyledLine {
    var line = self.line()
    line.append(" \(Numbers.rate(model.rate))", .accent)
    line.append(" \(rateUnit)  ")
    let peak = model.rates.max() ?? 0
    let text = "  peak \(Numbers.rate(peak)) "
    let points = latest(max(0, line.width - line.columns - text.columnCount))
    for value in points { line.append(glyphs.columns[level(value, peak)], .level(level(value, peak))) }
    line.append(atEnd: text, .dim)
    return line
  }

  private func level(_ value: Double, _ peak: Double) -> Int {
    peak > 0 ? max(0, min(7, Int((8 * value / peak).rounded(.up)) - 1)) : 0
  }

  /// As many of the rates as there is room for: the latest ones, of a file all of it.
  func latest(_ points: Int) -> [Double] {
    guard model.rates.count > points else { return model.rates }
    guard model.source.kind == .recorded, points > 0 else { return Array(model.rates.suffix(points)) }
    let count = model.rates.count
    return (0..<points).map { point in
      model.rates[point * count / points..<max(point * count / points + 1, (point + 1) * count / points)]
        .max() ?? 0
    }
  }

  private var countsLine: StyledLine {
    var line = self.line()
    // A million queries are 1.00M where there is no room for all digits.
    let parts = [Numbers.grouped, Numbers.short].map(counts)
    let chosen = parts.first { $0.joined().reduce(0) { $0 + $1.text.columnCount } <= line.width } ?? parts[1]
    for part in chosen { line.append(whole: part) }
    return line
  }

  /// The counts of all queries, each with its name.
  private func counts(_ number: (UInt64) -> String) -> [[StyledLine.Piece]] {
    let totals = model.totals
    let parts: [(value: String, name: String, style: Style)] = [
      (number(totals.queries), "queries", .plain),
      (Numbers.percent(totals.answered, of: totals.queries), "answered", .plain),
      (number(totals.nonexistent), "NXDOMAIN", .plain),
      (number(totals.errors), "errors", totals.errors > 0 ? .bad : .dim),
      (number(totals.unanswered), "unanswered", totals.unanswered > 0 ? .warning : .dim),
    ]
    return parts.enumerated().map { index, part in
      [
        StyledLine.Piece(text: index == 0 ? " " : "   ", style: .plain),
        StyledLine.Piece(text: part.value, style: part.style),
        StyledLine.Piece(text: " " + part.name, style: .dim),
      ]
    }
  }

  private var latencyLine: StyledLine {
    var line = self.line()
    line.append(" latency", .dim)
    let latencies = quantiles.map { (name: $0, value: Numbers.latency($1), style: style(of: $1)) }
    for (name, value, style) in latencies + trace {
      line.append(whole: [
        StyledLine.Piece(text: name == "p50" ? " \(name) " : "  \(name) ", style: .dim),
        StyledLine.Piece(text: value, style: style),
      ])
    }
    return line
  }

  var quantiles: [(String, Int64?)] {
    [("p50", model.latency.p50), ("p95", model.latency.p95), ("p99", model.latency.p99)]
  }

  /// What is known of the trace itself.
  var trace: [(name: String, value: String, style: Style)] {
    var parts: [(name: String, value: String, style: Style)] = []
    if let lost = model.source.lost {
      parts.append(("lost", Numbers.grouped(lost), lost > 0 ? .bad : .plain))
    }
    if let resident = model.source.resident { parts.append(("resident", Numbers.octets(resident), .plain)) }
    return parts
  }
}

// MARK: The last line

extension TopFrame {
  /// The keys for which there is room: those that help and leave before the others.
  private func fitting(_ keys: [(String, String)], _ width: Int) -> [(String, String)] {
    var room = width
    var chosen: Set<String> = []
    for (key, name) in keys.filter({ ["?", "q", "Esc"].contains($0.0) }) + keys where !chosen.contains(key) {
      room -= 4 + key.columnCount + name.columnCount
      guard room >= -2 else { break }
      chosen.insert(key)
    }
    return keys.filter { chosen.contains($0.0) }
  }

  private var footer: StyledLine {
    var line = self.line()
    if let prompt = state.prompt {
      // The end of what is written stays in sight.
      let text = String.escaping(prompt.text.utf8)
      let room = max(0, line.width - 34)
      line.append(" filter: ", .key)
      line.append(String(text.suffix(room)))
      line.append(glyphs.cursor, .accent)
      line.append(atEnd: "Enter apply  Esc cancel ", .dim)
      return line
    }
    let keys =
      state.isHelpShown
      ? [("any key", "back"), ("q", "quit")]
      : state.focus == nil
        ? [
          ("Enter", "open"), ("/", "filter"), ("s", "sort"), ("g", "group"),
          ("p", state.isPaused ? "go on" : "pause"),
          ("z", "zero"), ("?", "help"), ("q", "quit"),
        ]
        : [
          ("Esc", "back"), ("/", "filter"), ("p", state.isPaused ? "go on" : "pause"), ("?", "help"),
          ("q", "quit"),
        ]
    for (key, name) in fitting(keys, line.width) {
      line.append(" " + key, .key)
      line.append(" \(name)  ", .dim)
    }
    let (shown, all) =
      state.focus == nil
      ? (layout.offset, model.rows.count) : (layout.offset, model.detail?.exchanges.count ?? 0)
    if all > layout.rowCount, !state.isHelpShown {
      line.append(atEnd: "\(shown + 1)-\(min(all, shown + layout.rowCount)) of \(all) ", .dim)
    }
    return line
  }
}
