/// Where everything is on a screen.
struct TopLayout {
  let size: ScreenSize
  /// Whether there is room for a graph of the rate.
  let isTall: Bool
  let titleRow = 0
  let tabsRow: Int
  let notes: [Note]
  let headingRow: Int
  let firstRow: Int
  let rowCount: Int
  let footerRow: Int
  /// The first group shown.
  let offset: Int
  let columns: [TopColumn.Place]
  let tabs: [Tab]
  /// Rows of each of the two tables of an opened group.
  let partCount: Int

  struct Note {
    let text: String
    let style: Style
  }

  struct Tab {
    let grouping: Grouping
    let columns: Range<Int>
  }

  /// Rows of the graph with its frame.
  static let graphRows = 7

  init(_ state: TopState, _ model: TopModel) {
    size = state.size
    footerRow = size.rows - 1
    isTall = size.rows >= 30 && size.columns >= 90
    let isOpened = state.focus != nil
    let top = isOpened ? 3 : 1 + (isTall ? Self.graphRows : 3)
    tabsRow = isOpened ? -1 : top
    notes = Self.notes(state, model)
    let next = top + (isOpened ? 0 : 1) + notes.count
    let parts = max(model.detail?.first.rows.count ?? 0, model.detail?.second.rows.count ?? 0)
    partCount = isOpened ? max(1, min(10, (size.rows - next - 3) / 3, parts)) : 0
    headingRow = next + (isOpened ? 1 + partCount : 0)
    firstRow = headingRow + 1
    rowCount = max(1, footerRow - firstRow)
    columns = TopColumn.fit(size.columns, state.grouping)
    tabs = Self.tabs()
    if isOpened {
      offset = max(0, min(state.offset, (model.detail?.exchanges.count ?? 0) - rowCount))
    } else {
      // The selected group stays in sight when the order changes.
      let index = state.index(in: model.rows)
      offset = max(0, index - rowCount + 1, min(state.offset, index, max(0, model.rows.count - rowCount)))
    }
  }

  private static func tabs() -> [Tab] {
    var next = 1
    return Grouping.allCases.map { grouping in
      let width = grouping.rawValue.utf8.count + 4
      defer { next += width }
      return Tab(grouping: grouping, columns: next..<next + width)
    }
  }

  private static func notes(_ state: TopState, _ model: TopModel) -> [Note] {
    var notes: [Note] = []
    if let failure = model.source.failure { notes.append(Note(text: failure, style: .bad)) }
    if !state.filter.isEmpty {
      notes.append(Note(text: "filter: " + .escaping(state.filter.utf8), style: .accent))
    }
    guard state.focus == nil else { return notes }
    if model.grouping == .domain, model.lacksSuffixes {
      notes.append(
        Note(
          text: "the last two labels: the list of Debian's package publicsuffix is missing", style: .warning))
    }
    if model.isPartial {
      notes.append(
        Note(
          text:
            "more than \(model.grouping.capacity) groups: the rarest share places, and ≥ marks those that may have had more",
          style: .dim))
    }
    return notes
  }
}
