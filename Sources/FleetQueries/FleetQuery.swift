package import Correlation
package import History
package import TraceModel

/// What is wanted of the exchanges of many hosts, which ClickHouse stores in the tables of `Examples/clickhouse`.
package struct FleetQuery: Sendable {
  /// Of the time that an exchange is about.
  package var since: Timestamp?
  package var until: Timestamp?
  package var terms = FilterTerms()
  /// Addresses of which an answer must hold one.
  package var told: [IPAddress] = []
  /// Patterns of the names of hosts, or their whole ids (of `/etc/machine-id`).
  package var hosts: [String] = []

  package init() {}

  package enum Question: Sendable {
    /// The first so many, with all that is stored of them or with what fits on a screen.
    case exchanges(first: Int, isWhole: Bool)
    /// Who was told the addresses.
    case told
    /// The names that were queried for the first time.
    case new
    case top(Ranking, most: Int)
    case summary
  }

  package func statement(for question: Question) -> FleetStatement {
    switch question {
    case .exchanges(let count, let isWhole): exchanges(first: count, isWhole: isWhole)
    case .told: whoWasTold
    case .new: newNames
    case .top(let ranking, let most): top(ranking, most: most)
    case .summary: summary
    }
  }
}

/// A statement in ClickHouse's SQL, of version 18.16 and later, and the columns of its answer.
package struct FleetStatement: Sendable, Equatable {
  package struct Column: Sendable, Equatable {
    package enum Kind: Sendable { case text, texts, number, time, duration }

    let name: String
    let kind: Kind
    /// In SQL.
    let value: String

    init(_ name: String, _ kind: Kind, _ value: String? = nil) {
      self.name = name
      self.kind = kind
      self.value = value ?? name
    }
  }

  package let columns: [Column]
  package let text: String

  /// - Parameter rest: what follows the columns.
  init(_ columns: [Column], _ rest: String) {
    self.columns = columns
    text = "SELECT " + columns.map(\.value).joined(separator: ", ") + " \(rest) FORMAT TabSeparated"
  }
}
