import Correlation
import DNSWire
import History
import TraceModel

// Conditions on columns. Terms of one kind are alternatives, as in `Filter`.
extension FleetQuery {
  /// Conditions on rows of the roll-up: only those that `HistoryReader.told` supports too.
  var rollUpConditions: [String] {
    var all: [String] = []
    add(&all, told) { "address = \(ClickHouseText.literal("\($0)"))" }
    addHostsAndNames(&all)
    addProcess(&all, takesBehalf: false)
    return all
  }

  /// Conditions on exchanges, except on their times.
  var conditions: [String] {
    var all: [String] = []
    add(&all, told) { "has(addresses, \(ClickHouseText.literal("\($0)")))" }
    addHostsAndNames(&all)
    // Of a process on whose behalf a query was sent only the name is stored.
    addProcess(
      &all,
      takesBehalf: terms.pids.isEmpty && terms.users.isEmpty && terms.containers.isEmpty && terms.pods.isEmpty
        && terms.namespaces.isEmpty)
    addMessage(&all)
    return all
  }

  private func addHostsAndNames(_ all: inout [String]) {
    add(&all, hosts) { "(\(Self.glob("host", $0)) OR host_id = \(ClickHouseText.literal($0)))" }
    add(&all, terms.names) { name in
      NamePattern(name).map { "match(name, \(ClickHouseText.literal($0.regularExpression)))" } ?? "0"
    }
  }

  private func addProcess(_ all: inout [String], takesBehalf: Bool) {
    add(&all, terms.processes) { process in
      var ways = [
        Self.glob("process", process), Self.glob("executable", process),
        Self.glob("arrayElement(splitByChar('/', executable), -1)", process),
      ]
      if takesBehalf { ways.append("arrayExists(name -> \(Self.glob("name", process)), on_behalf_of)") }
      return "(" + ways.joined(separator: " OR ") + ")"
    }
    add(&all, terms.pids) { "(pid = \($0) AND process != '')" }
    add(&all, terms.users) { user in
      // Names are those of the host that was traced. The number of no user is 0, as that of root.
      UInt32(user).map { "(uid = \($0) AND process != '')" } ?? "user = \(ClickHouseText.literal(user))"
    }
    add(&all, terms.containers) { container in
      let isNamed = Self.glob("container", container)
      return
        "(container_id != '' AND (\(isNamed) OR startsWith(container_id, \(ClickHouseText.literal(container)))))"
    }
    add(&all, terms.pods) { Self.glob("pod", $0) }
    add(&all, terms.namespaces) { Self.glob("namespace", $0) }
  }

  private func addMessage(_ all: inout [String]) {
    add(&all, terms.types) {
      RecordType(mnemonic: $0).map { "type = \(ClickHouseText.literal($0.mnemonic))" } ?? "0"
    }
    add(&all, terms.codes) {
      ResponseCode(mnemonic: $0).map { "rcode = \(ClickHouseText.literal($0.mnemonic))" } ?? "0"
    }
    add(&all, terms.servers) { IPAddress($0).map { "server = \(ClickHouseText.literal("\($0)"))" } ?? "0" }
    if terms.unanswered { all.append("outcome = 'unanswered'") }
    if terms.failed { all.append("(\(Self.isFailed))") }
    if let slow = terms.slow { all.append("(outcome = 'unanswered' OR latency_ns >= \(slow))") }
  }

  /// On the time that an exchange is about. It is in the day on which it ended, which may be the next; days are partitions.
  var times: [String] {
    var all: [String] = []
    if let since { all += ["day >= '\(Day(of: since))'", "time_ns >= \(since.nanoseconds)"] }
    if let until {
      all += ["day <= '\(Day(number: Day(of: until).number + 1))'", "time_ns <= \(until.nanoseconds)"]
    }
    return all
  }

  /// Alternatives.
  private func add<Term>(_ all: inout [String], _ terms: [Term], _ condition: (Term) -> String) {
    guard !terms.isEmpty else { return }
    all.append("(" + terms.map(condition).joined(separator: " OR ") + ")")
  }

  private static func glob(_ column: String, _ pattern: String) -> String {
    guard pattern.contains(where: { $0 == "*" || $0 == "?" }) else {
      return "\(column) = \(ClickHouseText.literal(pattern))"
    }
    return "\(column) LIKE \(ClickHouseText.like(pattern))"
  }
}
