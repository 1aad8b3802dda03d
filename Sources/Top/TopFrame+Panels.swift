// The frames above the groups, where there is room: a graph of the rate, and the counts.
extension TopFrame {
  private static let countsWidth = 42

  var panels: [StyledLine] {
    let graphWidth = layout.size.columns - Self.countsWidth
    let graph = graph(graphWidth - 4, TopLayout.graphRows - 2)
    let counts = counts
    return (0..<TopLayout.graphRows).map { row in
      var line = self.line()
      switch row {
      case 0:
        border(
          glyphs.corners.topLeft, glyphs.corners.topRight, graphWidth,
          model.source.kind == .live ? "queries per second" : "queries per second, over the file's time",
          "peak \(Numbers.rate(model.rates.max() ?? 0))", to: &line)
        border(
          glyphs.corners.topLeft, glyphs.corners.topRight, Self.countsWidth, "all queries", "", to: &line)
      case TopLayout.graphRows - 1:
        border(glyphs.corners.bottomLeft, glyphs.corners.bottomRight, graphWidth, "", rateText, to: &line)
        border(glyphs.corners.bottomLeft, glyphs.corners.bottomRight, Self.countsWidth, "", "", to: &line)
      default:
        line.append(glyphs.vertical + " ", .dim)
        for piece in graph[row - 1] { line.append(piece.text, piece.style) }
        line.pad(to: graphWidth - 2)
        line.append(" " + glyphs.vertical + glyphs.vertical + " ", .dim)
        countsRow(counts[row - 1], to: &line)
        line.pad(to: line.width - 1)
        line.append(glyphs.vertical, .dim)
      }
      return line
    }
  }

  private var rateText: String {
    model.source.kind == .live ? "now \(Numbers.rate(model.rate))" : "on average \(Numbers.rate(model.rate))"
  }

  private func border(
    _ left: String, _ right: String, _ width: Int, _ name: String, _ note: String, to line: inout StyledLine
  ) {
    let start = line.columns
    line.append(left + glyphs.horizontal, .dim)
    if !name.isEmpty { line.append(" \(name) ", .title) }
    let end = note.isEmpty ? 0 : note.columnCount + 3
    let count = max(0, width - 1 - end - (line.columns - start))
    line.append(String(repeating: glyphs.horizontal, count: count), .dim)
    if !note.isEmpty {
      line.append(" \(note) ", .accent)
      line.append(glyphs.horizontal, .dim)
    }
    line.append(right, .dim)
  }

  /// The rates, the latest at the right, as columns of so many rows.
  private func graph(_ width: Int, _ rows: Int) -> [[StyledLine.Piece]] {
    let points = latest(width)
    let peak = points.max() ?? 0
    let empty = model.source.kind == .live ? width - points.count : 0
    return (0..<rows).map { row in
      let below = 8 * (rows - 1 - row)
      let level = 8 * (rows - 1 - row) / max(1, rows)
      let cells = points.map { value -> String in
        let height = peak > 0 && value > 0 ? max(1, Int((Double(8 * rows) * value / peak).rounded())) : 0
        if height <= below { return below == 0 ? glyphs.columns[0] : " " }
        return glyphs.columns[min(8, height - below) - 1]
      }
      return [
        StyledLine.Piece(text: String(repeating: " ", count: empty), style: .plain),
        StyledLine.Piece(text: cells.joined(), style: .level(level)),
      ]
    }
  }

  private typealias Count = (name: String, value: String, style: Style)

  /// Rows of two counts.
  private var counts: [(left: Count, right: Count?)] {
    let totals = model.totals
    let left: [Count] = [
      ("queries", Numbers.grouped(totals.queries), .plain),
      ("answered", Numbers.percent(totals.answered, of: totals.queries), .plain),
      ("NXDOMAIN", Numbers.grouped(totals.nonexistent), totals.nonexistent > 0 ? .plain : .dim),
      ("errors", Numbers.grouped(totals.errors), totals.errors > 0 ? .bad : .dim),
      ("unanswered", Numbers.grouped(totals.unanswered), totals.unanswered > 0 ? .warning : .dim),
    ]
    let right: [Count] =
      quantiles.map { ($0.0, Numbers.latency($0.1), style(of: $0.1)) } + trace
    return left.enumerated().map { ($0.element, $0.offset < right.count ? right[$0.offset] : nil) }
  }

  private func countsRow(_ row: (left: Count, right: Count?), to line: inout StyledLine) {
    let start = line.columns
    line.append(cell: row.left.name, width: 11, .left, .dim, glyphs)
    line.append(cell: row.left.value, width: 9, .right, row.left.style, glyphs)
    guard let right = row.right else { return }
    line.pad(to: start + 22)
    line.append(cell: right.name, width: 8, .left, .dim, glyphs)
    line.append(cell: right.value, width: 8, .right, right.style, glyphs)
  }
}
