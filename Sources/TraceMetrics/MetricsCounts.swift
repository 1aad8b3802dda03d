package import Correlation
package import TraceModel
import DNSWire

/// What is counted of exchanges: numbers in arrays of a fixed width, one row for each program.
///
/// A program takes one row of 1.8 KiB, and there are at most 202, so all of it stays below 400 KiB. A copy shares the memory
/// until the next exchange is counted.
package struct MetricsCounts: Sendable {
  private(set) var processes = ProcessLabels()
  /// The rows of `processes`, one behind the other.
  private var rows = [UInt64](repeating: 0, count: ProcessLabels.fixed.count * Row.width)
  private(set) var servers: ServerDurations
  /// By the place in `Outcome.allCases`.
  private(set) var outcomes = [UInt64](repeating: 0, count: Outcome.allCases.count)
  /// By the place in `AttributionMethod.labels`.
  private(set) var methods = [UInt64](repeating: 0, count: AttributionMethod.labels.count)

  package init(servers: [IPAddress] = []) { self.servers = ServerDurations(servers) }

  package mutating func count(_ exchange: borrowing Exchange) {
    guard let lookup = exchange.lookup else {
      let place = countOne(exchange)
      if exchange.isTimed, let place { observe(exchange.latency, at: place) }
      return
    }
    for stored in lookup.exchanges { _ = countOne(stored.view) }
    guard exchange.isTimed, case .client = exchange.role else { return }
    observe(lookup.duration, at: place(of: exchange.attribution.process))
  }

  /// Counts an exchange, but not its duration for the program; gives where the program's row begins if it is the one that
  /// asked.
  private mutating func countOne(_ exchange: borrowing Exchange) -> Int? {
    outcomes[exchange.outcome.place] &+= 1
    methods[exchange.attribution.method.place] &+= 1
    let place = place(of: exchange.attribution.process)
    let role = Row.role(exchange.role)
    // What comes late or again has a query that was counted before.
    if let query = exchange.query, exchange.outcome.isFirst {
      let column = TypeLabels.column(exchange.question?.qtype)
      rows[place + role + TransportLabels.column(query.flow.transport) * TypeLabels.count + column] &+= 1
      if role == Row.client { rows[place + Row.retries] &+= UInt64(exchange.retries) }
    }
    if let answer = exchange.answer {
      rows[place + role + Row.responses + CodeLabels.column(answer.responseCode)] &+= 1
    }
    guard role == Row.client else { return nil }
    if case .unanswered = exchange.outcome { rows[place + Row.unanswered] &+= 1 }
    if exchange.isTimed, let latency = exchange.latency, let server = exchange.server {
      servers.observe(latency, server.address)
    }
    return place
  }

  private mutating func observe(_ latency: Int64?, at place: Int) {
    guard let latency else { return }
    DurationBuckets.observe(latency, in: &rows, at: place + Row.durations)
  }

  /// Where the row of a process's label begins.
  private mutating func place(of process: ObservedProcess?) -> Int {
    let place = processes.index(of: process) * Row.width
    while rows.count <= place { rows.append(contentsOf: repeatElement(0, count: Row.width)) }
    return place
  }
}

// MARK: Reading

extension MetricsCounts {
  /// The places of the numbers in a program's row.
  enum Row {
    /// Queries by transport and type, then responses by code: first of the program as a client, then as a server.
    static let client = 0
    static let server = responses + CodeLabels.count
    static let responses = TransportLabels.count * TypeLabels.count
    static let unanswered = 2 * server
    static let retries = unanswered + 1
    static let durations = retries + 1
    static let width = durations + DurationBuckets.width

    fileprivate static func role(_ role: Exchange.Role) -> Int {
      switch role {
      case .client: client
      case .server: server
      }
    }
  }

  /// The program's row.
  func row(_ index: Int) -> ArraySlice<UInt64> {
    // The row of a label begins with its first exchange.
    guard (index + 1) * Row.width <= rows.count else { return [] }
    return rows[index * Row.width..<(index + 1) * Row.width]
  }
}

extension Exchange {
  /// Whether the time from its query to its answer says how long the program waited.
  fileprivate var isTimed: Bool {
    switch outcome {
    case .answered, .late: true
    case .unanswered, .repeated, .unsolicited, .pending: false
    }
  }
}

extension Outcome {
  /// Whether nothing was shown of its query before.
  fileprivate var isFirst: Bool {
    switch self {
    case .answered, .unanswered, .pending: true
    case .late, .repeated, .unsolicited: false
    }
  }
}

extension AttributionMethod {
  static let labels = [
    "sender", "owner", "paired", "creator", "binder", "connector", "backfill", "recorded", "none",
  ]

  /// The place of `name` in `labels`, which a test compares.
  var place: Int {
    switch self {
    case .sender: 0
    case .owner: 1
    case .paired: 2
    case .creator: 3
    case .binder: 4
    case .connector: 5
    case .backfill: 6
    case .recorded: 7
    case .none: 8
    }
  }
}
