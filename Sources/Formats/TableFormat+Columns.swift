import Correlation

// The columns that fit on a terminal.
extension TableFormat {
  enum Column: CaseIterable {
    case time, process, pid, name, type, answer, code, latency, server

    var title: String {
      switch self {
      case .time: "TIME"
      case .process: "PROCESS"
      case .pid: "PID"
      case .name: "NAME"
      case .type: "TYPE"
      case .answer: "ANSWER"
      case .code: "RCODE"
      case .latency: "LATENCY"
      case .server: "SERVER"
      }
    }

    /// The minimum width at which common values are not cut.
    var width: Int {
      switch self {
      case .time: 12
      case .process: 15
      case .pid: 7
      case .name: 20
      case .type: 5
      case .answer: 20
      case .code: 8
      case .latency: 8
      case .server: 34
      }
    }

    /// The reductions, in this order, until the rest fits: a column gets this width, or
    /// is removed (0). Down to 60 columns the time to the second, the process, its PID, the name, the type and
    /// the answer remain.
    static let reductions: [(column: Column, width: Int)] = [
      (.server, 18),  // Of a local server the name without the address.
      (.code, 0),  // The answer names a failure.
      (.server, 16),  // Without the port.
      (.time, 8),  // To the second.
      (.server, 0),
      (.latency, 0),
      (.process, 8),
      (.answer, 15),  // An IPv4 address.
      (.name, 12),
      (.pid, 0),
      (.type, 0),
      (.time, 0),
      (.answer, 0),
    ]

    var isNumber: Bool { self == .pid || self == .latency }

    static let naturalWidth = 141

    /// The columns that fit, with their widths; the name and the answer share the remaining width.
    ///
    /// - Parameter width: nil for the natural one.
    static func fit(width: Int?, for unit: Unit = .exchanges) -> [(column: Column, width: Int)] {
      // A lookup may have the type `A+AAAA`.
      let more = unit == .lookups ? 1 : 0
      let width = width ?? naturalWidth + more
      var columns = Column.allCases.map { (column: $0, width: $0.width + ($0 == .type ? more : 0)) }
      func needed() -> Int { columns.reduce(-1) { $0 + $1.width + 1 } }
      for reduction in reductions where needed() > width {
        guard let index = columns.firstIndex(where: { $0.column == reduction.column }) else { continue }
        if reduction.width > 0 { columns[index] = reduction } else { columns.remove(at: index) }
      }
      // Narrower than the process and the name, which always remain: both are reduced.
      guard needed() <= width else {
        let forProcess = min(columns[0].width, max(1, (width - 1) / 3))
        return [(.process, forProcess), (.name, max(1, width - 1 - forProcess))]
      }
      let spare = width - needed()
      let hasAnswer = columns.contains { $0.column == .answer }
      // The name grows first, then both.
      let first = min(spare, 4)
      let forName = hasAnswer ? first + min((spare - first) / 2, 40) : spare
      return columns.map { column, least in
        switch column {
        case .name: (column, least + forName)
        case .answer: (column, least + spare - forName)
        default: (column, least)
        }
      }
    }
  }
}
