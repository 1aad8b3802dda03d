// An opened group, and the help.
extension TopFrame {
  var opened: [StyledLine] {
    guard let detail = model.detail else { return [] }
    var lines = [name(of: detail), summary(of: detail.row)] + notes
    lines += parts(detail)
    var heading = line()
    heading.append(" " + detail.heading, .heading)
    lines.append(heading)
    if detail.exchanges.isEmpty {
      var line = self.line()
      line.append(" No exchange since the group was opened.", .dim)
      lines.append(line)
    }
    for exchange in detail.exchanges.dropFirst(layout.offset).prefix(layout.rowCount) {
      var line = self.line()
      line.append(" " + exchange.text, style(of: exchange.ending))
      lines.append(line)
    }
    return lines
  }

  private func name(of detail: TopDetail) -> StyledLine {
    var line = self.line()
    line.append(" \(detail.grouping.title.lowercased()) ", .dim)
    line.append(detail.row.label, .title)
    return line
  }

  private func summary(of row: TopRow) -> StyledLine {
    var line = self.line()
    line.append(" " + Numbers.grouped(row.counts.queries))
    line.append(" queries  ", .dim)
    line.append(Numbers.rate(row.rate))
    line.append("/s  ", .dim)
    if row.counts.errors > 0 {
      line.append(Numbers.grouped(row.counts.errors), .bad)
      line.append(" errors  ", .dim)
    }
    if row.counts.nonexistent > 0 {
      line.append(Numbers.grouped(row.counts.nonexistent))
      line.append(" NXDOMAIN  ", .dim)
    }
    if row.counts.unanswered > 0 {
      line.append(Numbers.grouped(row.counts.unanswered), .warning)
      line.append(" no answer  ", .dim)
    }
    for (name, value) in [("p50", row.latency.p50), ("p99", row.latency.p99)] {
      line.append("\(name) ", .dim)
      line.append(Numbers.latency(value) + "  ", style(of: value))
    }
    return line
  }

  /// Two tables beside each other; where that is too narrow, the first one.
  private func parts(_ detail: TopDetail) -> [StyledLine] {
    let isWide = layout.size.columns >= 70
    let half = isWide ? layout.size.columns / 2 : layout.size.columns
    let tables = isWide ? [detail.first, detail.second] : [detail.first]
    return (0...layout.partCount).map { index in
      var line = self.line()
      for (place, table) in tables.enumerated() {
        let start = place * half + 1
        let columns = Self.partColumns(half - 2, start)
        if index == 0 {
          heading(columns, table.grouping, nil, to: &line)
        } else if table.rows.indices.contains(index - 1) {
          // What finds no room is counted in the last row.
          let isLast = index == layout.partCount && table.rows.count > index
          if isLast {
            line.pad(to: start)
            line.append("\(table.rows.count - index + 1) more", .dim)
          } else {
            row(table.rows[index - 1], columns, to: &line)
          }
        }
      }
      return line
    }
  }

  private static func partColumns(_ width: Int, _ start: Int) -> [TopColumn.Place] {
    let share = width >= 50 ? 12 : 6
    let label = width - 7 - share - 6 - 3
    return [
      TopColumn.Place(column: .label, start: start, width: label),
      TopColumn.Place(column: .queries, start: start + label + 1, width: 7),
      TopColumn.Place(column: .share, start: start + label + 9, width: share),
      TopColumn.Place(column: .p50, start: start + label + share + 10, width: 6),
    ]
  }

  private func style(of ending: TopDetail.ExchangeEnding) -> Style {
    switch ending {
    case .plain: .plain
    case .nonexistent: .dim
    case .error: .bad
    case .unanswered: .warning
    }
  }

  var help: [StyledLine] {
    Self.helpText.map { key, text in
      var line = self.line()
      line.append(spaces: 1)
      if key.isEmpty {
        line.append(text, .dim)
      } else {
        line.append(cell: key, width: 14, .left, .key, glyphs)
        line.append(text)
      }
      return line
    }
  }

  /// 22 lines of 78 columns at most.
  private static let helpText: [(key: String, text: String)] = [
    ("1 to 7, g, G", "group by process, name, registered domain, server, user,"),
    ("", "              container or response code"),
    ("arrows, j, k", "select a group; PgUp, PgDn, Home, End; a click and the wheel too"),
    ("Enter", "open the group: its names, its servers, its latest exchanges"),
    ("Esc", "back"),
    ("s, S", "sort by the next or previous column; or click the column's title"),
    ("/", "filter, in the words of the command line:"),
    ("", "              --process curl --name '*.example.com' --failed --slow 200ms"),
    ("p, space", "pause the screen, and go on; meanwhile everything is counted"),
    ("z", "zero: count anew from now on"),
    ("q, Ctrl-C", "quit; Ctrl-Z stops"),
    ("", ""),
    ("QUERIES", "queries that have ended, since the start or the last z"),
    ("RATE", "queries a second in the last 60 s; of a file, in all of its time"),
    ("SHARE", "of the queries of all groups in the same time"),
    ("ERROR", "answers with a response code other than NOERROR and NXDOMAIN"),
    ("NXDOM", "answers with NXDOMAIN: there is no such name"),
    ("NOANS", "no answer within --timeout (5 s)"),
    ("P50, P99", "half, and 99 of 100 answers, came within this time (to 3 %)"),
    ("", "At the top: counts since the start; latencies of the last minute."),
  ]
}
