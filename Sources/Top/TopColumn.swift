/// A column of the table of groups.
enum TopColumn: CaseIterable, Sendable {
  case label, queries, rate, share, errors, nonexistent, unanswered, p50, p99, last

  func title(_ grouping: Grouping) -> String {
    switch self {
    case .label: grouping.title
    case .queries: "QUERIES"
    case .rate: "RATE"
    case .share: "SHARE"
    case .errors: "ERROR"
    case .nonexistent: "NXDOM"
    case .unanswered: "NOANS"
    case .p50: "P50"
    case .p99: "P99"
    case .last: "LAST NAME"
    }
  }

  /// What the groups are sorted by when this column is chosen.
  var order: RowOrder? {
    switch self {
    case .label: .label
    case .queries: .queries
    case .rate, .share: .rate
    case .errors: .errors
    case .nonexistent: .nonexistent
    case .unanswered: .unanswered
    case .p50: .p50
    case .p99: .p99
    case .last: nil
    }
  }

  var alignment: StyledLine.Alignment { self == .label || self == .share || self == .last ? .left : .right }

  private func least(_ grouping: Grouping) -> Int {
    switch self {
    case .label:
      switch grouping {
      case .process, .user: 15
      case .rcode: 13
      case .server, .container: 17
      case .domain: 22
      case .name: 28
      }
    // Each title leaves a column for the mark of the order.
    case .queries: 8
    case .last: 12
    default: 6
    }
  }

  /// Which columns go first, where there is too little room.
  private static let concessions: [TopColumn] = [
    .nonexistent, .last, .share, .p50, .unanswered, .errors, .rate, .p99, .queries,
  ]

  /// A column, where it is and how wide.
  struct Place: Equatable, Sendable {
    let column: TopColumn
    let start: Int
    var width: Int
  }

  /// The columns that fit into a width, one column of space between them.
  static func fit(_ width: Int, _ grouping: Grouping, start: Int = 1) -> [Place] {
    // The name that was asked last in the group of a name is that name.
    var columns = allCases.filter { grouping != .name || $0 != .last }
    func needed() -> Int { start + columns.reduce(-1) { $0 + $1.least(grouping) + 1 } }
    for column in concessions where needed() > width { columns.removeAll { $0 == column } }
    var spare = max(0, width - needed())
    func take(_ most: Int) -> Int {
      let taken = max(0, min(most, spare))
      spare -= taken
      return taken
    }
    let hasLast = columns.contains(.last)
    let forShare = columns.contains(.share) ? take(min(14, spare / 4)) : 0
    let forLabel = hasLast ? take(min(20, spare / 3)) : take(spare)
    let forLast = take(spare)
    var next = start
    return columns.map { column in
      let more = column == .share ? forShare : column == .label ? forLabel : column == .last ? forLast : 0
      let place = Place(column: column, start: next, width: column.least(grouping) + more)
      next += place.width + 1
      return place
    }
  }
}
