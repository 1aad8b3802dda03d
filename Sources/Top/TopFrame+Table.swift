// Tables of groups.
extension TopFrame {
  func heading(_ columns: [TopColumn.Place], _ grouping: Grouping, _ order: RowOrder?) -> StyledLine {
    var line = self.line()
    heading(columns, grouping, order, to: &line)
    return line
  }

  func heading(
    _ columns: [TopColumn.Place], _ grouping: Grouping, _ order: RowOrder?, to line: inout StyledLine
  ) {
    for place in columns {
      line.pad(to: place.start)
      // One mark: the rate and its share are sorted alike.
      let isSorted = order != nil && place.column.order == order && place.column != .share
      let title = place.column.title(grouping)
      let marked =
        !isSorted ? title : title.columnCount < place.width ? title + glyphs.down : title
      line.append(
        cell: marked, width: place.width, place.column.alignment, isSorted ? .accent : .heading, glyphs)
    }
  }

  func row(_ row: TopRow, _ columns: [TopColumn.Place]) -> StyledLine {
    var line = self.line()
    self.row(row, columns, to: &line)
    return line
  }

  func row(_ row: TopRow, _ columns: [TopColumn.Place], to line: inout StyledLine) {
    for place in columns {
      line.pad(to: place.start)
      cell(row, place, to: &line)
    }
  }

  private func cell(_ row: TopRow, _ place: TopColumn.Place, to line: inout StyledLine) {
    let counts = row.counts
    let (text, style): (String, Style) =
      switch place.column {
      case .label: (row.label, .plain)
      case .queries: ((row.isPartial ? glyphs.atLeast : "") + Numbers.short(counts.queries), .plain)
      case .rate: (Numbers.rate(row.rate), row.rate > 0 ? .plain : .dim)
      case .share: ("", .plain)
      case .errors: (Numbers.short(counts.errors), counts.errors > 0 ? .bad : .dim)
      case .nonexistent: (Numbers.short(counts.nonexistent), counts.nonexistent > 0 ? .plain : .dim)
      case .unanswered: (Numbers.short(counts.unanswered), counts.unanswered > 0 ? .warning : .dim)
      case .p50: (Numbers.latency(row.latency.p50), self.style(of: row.latency.p50))
      case .p99: (Numbers.latency(row.latency.p99), self.style(of: row.latency.p99))
      case .last: (row.lastName, .dim)
      }
    if place.column == .share { return share(row.share, place.width, to: &line) }
    line.append(cell: text, width: place.width, place.column.alignment, style, glyphs)
  }

  /// A bar that changes its colour as it grows, and where there is room the percentage.
  private func share(_ share: Double, _ width: Int, to line: inout StyledLine) {
    let start = line.columns
    let hasNumber = width >= 12
    let room = hasNumber ? width - 5 : width
    for (index, cell) in glyphs.bar(share, width: room).enumerated() {
      line.append(String(cell), .level(8 * index / max(1, room)))
    }
    line.pad(to: start + room)
    guard hasNumber else { return }
    let percent = 100 * share
    let text = share > 0 && percent < 0.5 ? "<1%" : "\(Int(percent.rounded()))%"
    line.append(cell: text, width: 5, .right, share > 0 ? .plain : .dim, glyphs)
  }

  /// From 200 ms on a person notices; from 1 s on programs ask again.
  func style(of latency: Int64?) -> Style {
    guard let latency else { return .dim }
    return latency >= 1_000_000_000 ? .bad : latency >= 200_000_000 ? .warning : .plain
  }
}
