// Which columns a terminal has room for.
extension TableFormat {
  enum Column: CaseIterable {
    case time, process, pid, name, type, answer, code, latency, server, via

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
      case .via: "ANSWERED BY"
      }
    }

    /// The least width at which the column is of use.
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
      case .server: 18
      case .via: 15
      }
    }

    /// What goes first when there is no room; 0 stays always.
    var dispensability: Int {
      switch self {
      case .process, .name: 0
      case .answer: 1
      case .type: 2
      case .pid: 3
      case .latency: 4
      case .code: 5
      case .server: 6
      case .time: 7
      case .via: 8
      }
    }

    var isNumber: Bool { self == .pid || self == .latency }

    static let naturalWidth = 141

    /// The columns that fit, with their widths; the name and the answer share what is over.
    static func fit(width: Int) -> [(column: Column, width: Int)] {
      var columns = Column.allCases
      func needed() -> Int { columns.reduce(-1) { $0 + $1.width + 1 } }
      while needed() > width, let last = columns.map(\.dispensability).max(), last > 0 {
        columns.removeAll { $0.dispensability == last }
      }
      // Narrower than what stays always: both give way.
      guard needed() <= width else {
        let forProcess = min(Column.process.width, max(1, (width - 1) / 3))
        return [(.process, forProcess), (.name, max(1, width - 1 - forProcess))]
      }
      let spare = width - needed()
      let hasAnswer = columns.contains(.answer)
      // A name wants a little more than its least, then both grow.
      let first = min(spare, 4)
      let forName = hasAnswer ? first + min((spare - first) / 2, 40) : spare
      return columns.map { column in
        switch column {
        case .name: (column, column.width + forName)
        case .answer: (column, column.width + spare - forName)
        default: (column, column.width)
        }
      }
    }
  }
}
