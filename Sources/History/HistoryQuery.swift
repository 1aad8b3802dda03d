package import Correlation
package import TraceModel

/// What is wanted of a history. The filter decides; the rest says where to look, and narrows.
package struct HistoryQuery: Sendable {
  /// Of the time that an exchange is about.
  package var since: Timestamp?
  package var until: Timestamp?
  package var filter = Filter()
  /// The patterns of `filter.names`, as they were given.
  package var names: [String] = []
  /// Addresses of which an answer must hold one.
  package var told: Set<IPAddress> = []

  package init() {}

  /// Whether conditions on the process are among those of the filter.
  var namesProcesses: Bool {
    !filter.processes.isEmpty || !filter.pids.isEmpty || !filter.users.isEmpty || !filter.containers.isEmpty
      || !filter.pods.isEmpty || !filter.namespaces.isEmpty
  }

  /// The option of a condition that `HistoryReader.told` and `HistoryReader.new` can't ask the roll-up; nil if there is none.
  package var unsummed: String? {
    if !filter.pids.isEmpty { return "pid" }
    if !filter.pods.isEmpty { return "pod" }
    if !filter.namespaces.isEmpty { return "namespace" }
    if !filter.types.isEmpty { return "type" }
    if !filter.codes.isEmpty { return "rcode" }
    if !filter.servers.isEmpty { return "server" }
    if filter.slow != nil { return "slow" }
    if filter.unanswered { return "unanswered" }
    return filter.failed ? "failed" : nil
  }

  func contains(_ time: Timestamp) -> Bool {
    if let since, time < since { return false }
    if let until, time > until { return false }
    return true
  }

  /// An exchange is in the file of the day on which it ended, which may be the next.
  func mayContain(_ day: Day) -> Bool {
    if let since, day < Day(of: since) { return false }
    if let until, day.number > Day(of: until).number + 1 { return false }
    return true
  }

  /// The condition on the column of a time, to stand behind AND.
  func condition(on column: String) -> String {
    var text = ""
    if let since { text += " AND \(column) >= \(since.nanoseconds)" }
    if let until { text += " AND \(column) <= \(until.nanoseconds)" }
    return text
  }
}
