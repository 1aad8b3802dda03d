import Correlation
import History
import TraceModel

// FINAL reads an exchange once that was sent twice.
extension FleetQuery {
  private typealias Column = FleetStatement.Column

  private static let user = "if(user != '', user, if(process != '', toString(uid), ''))"
  private static let container = "if(container != '', container, container_id)"
  static let isFailed = "outcome = 'unanswered' OR rcode NOT IN ('', 'NOERROR')"

  func exchanges(first count: Int, isWhole: Bool) -> FleetStatement {
    var columns = [
      Column("time", .time, "time_ns"), Column("host", .text), Column("process", .text),
      Column("pid", .number, "nullIf(pid, 0)"), Column("name", .text), Column("type", .text),
      Column("code", .text, "if(rcode != '', rcode, outcome)"),
      Column("latency", .duration, "nullIf(latency_ns, 0)"), Column("server", .text),
    ]
    if isWhole {
      columns += [
        Column("time_ns", .number), Column("answers", .texts), Column("addresses", .texts),
        Column("server_port", .number, "nullIf(server_port, 0)"), Column("client", .text),
        Column("client_port", .number, "nullIf(client_port, 0)"), Column("transport", .text),
        Column("protocol", .text), Column("role", .text), Column("outcome", .text), Column("rcode", .text),
        Column("retries", .number), Column("method", .text), Column("entity_id", .text),
        Column("uid", .number, "if(process != '', uid, NULL)"), Column("user", .text),
        Column("executable", .text), Column("args", .texts), Column("parent", .text), Column("cgroup", .text),
        Column("container_id", .text), Column("container", .text), Column("image", .text),
        Column("pod", .text),
        Column("namespace", .text), Column("answered_by", .text), Column("answered_from", .text),
        Column("forwarded_to", .texts), Column("on_behalf_of", .texts), Column("host_id", .text),
        Column("day", .text, "toString(day)"), Column("id", .number),
      ]
    } else {
      // Without name, time to live, class and type.
      let data =
        "arrayMap(record -> arrayStringConcat(arraySlice(splitByChar(' ', record), 5), ' '), answers)"
      columns.append(Column("answers", .texts, data))
    }
    return FleetStatement(
      columns,
      "FROM exchanges FINAL \(filtered(conditions + times)) ORDER BY time_ns, host_id, day, id LIMIT \(count)"
    )
  }

  /// From the roll-up, as a history does.
  var whoWasTold: FleetStatement {
    let (first, last) = ("minMerge(first_ns)", "maxMerge(last_ns)")
    var having = "1"
    if let since { having += " AND \(last) >= \(since.nanoseconds)" }
    if let until { having += " AND \(first) <= \(until.nanoseconds)" }
    return FleetStatement(
      [
        Column("first", .time, first), Column("last", .time, last),
        Column("count", .number, "uniqCombinedMerge(exchanges)"), Column("address", .text),
        Column("name", .text), Column("process", .text), Column("executable", .text),
        Column("user", .text, Self.user), Column("container", .text, Self.container), Column("host", .text),
      ],
      """
      FROM passive_dns \(filtered(rollUpConditions)) GROUP BY address, name, process, executable, uid, user, container_id, container, \
      host_id, host HAVING \(having) ORDER BY maxMerge(last_ns), address, name, host, process
      """)
  }

  var newNames: FleetStatement {
    func first(_ value: String) -> String { "argMin(\(value), time_ns)" }
    func asker(_ value: String) -> String { first("if(role = 'client', \(value), '')") }
    var having = "1"
    if let since { having += " AND min(time_ns) >= \(since.nanoseconds)" }
    if let until { having += " AND min(time_ns) <= \(until.nanoseconds)" }
    return FleetStatement(
      [
        Column("first", .time, "min(time_ns)"), Column("last", .time, "max(time_ns)"),
        Column("count", .number, "count()"), Column("name", .text),
        Column("process", .text, asker("process")),
        Column("executable", .text, asker("executable")), Column("user", .text, asker(Self.user)),
        Column("container", .text, asker(Self.container)), Column("host", .text, first("host")),
        Column("hosts", .number, "uniqExact(host_id)"),
      ],
      """
      FROM exchanges FINAL \(filtered(conditions + ["name != ''"])) GROUP BY name HAVING \(having) ORDER BY min(time_ns), name
      """)
  }

  func top(_ ranking: Ranking, most: Int) -> FleetStatement {
    let values =
      switch ranking {
      case .names: ["name"]
      case .processes: ["process", "executable", Self.user, Self.container]
      case .servers: ["server", "toString(server_port)", "transport"]
      case .failures: ["if(rcode != '', rcode, 'unanswered')", "name"]
      }
    let keys = zip(ranking.columns, values).map { Column($0, .text, $1) }
    let isFailure = ranking == .failures ? ["(\(Self.isFailed))"] : []
    return FleetStatement(
      [Column("count", .number, "count()"), Column("failed", .number, "countIf(\(Self.isFailed))")] + keys
        + [Column("hosts", .number, "uniqExact(host_id)")],
      """
      FROM exchanges FINAL \(filtered(conditions + times + isFailure)) GROUP BY \(values.joined(separator: ", ")) \
      ORDER BY count() DESC, \(values.joined(separator: ", ")) LIMIT \(most)
      """)
  }

  /// One row; the numbers of what differs are exact while they are small.
  var summary: FleetStatement {
    func quantile(_ share: String) -> String {
      "if(countIf(latency_ns > 0) = 0, NULL, toInt64(quantileTDigestIf(\(share))(latency_ns, latency_ns > 0)))"
    }
    return FleetStatement(
      [
        Column("first", .time, "if(count() = 0, NULL, min(time_ns))"),
        Column("last", .time, "if(count() = 0, NULL, max(time_ns))"), Column("exchanges", .number, "count()"),
        Column("failed", .number, "countIf(\(Self.isFailed))"),
        Column("unanswered", .number, "countIf(outcome = 'unanswered')"),
        Column("names", .number, "uniqCombinedIf(name, name != '')"),
        Column(
          "programs", .number,
          """
          uniqCombinedIf(host_id, if(executable != '', executable, process), uid, container_id, process != '')
          """),
        Column("servers", .number, "uniqCombinedIf(server, server != '')"),
        Column("hosts", .number, "uniqCombined(host_id)"),
        Column("latency, median", .duration, quantile("0.5")),
        Column("latency, 95 %", .duration, quantile("0.95")),
        Column("latency, 99 %", .duration, quantile("0.99")),
      ],
      "FROM exchanges FINAL \(filtered(conditions + times))")
  }

  private func filtered(_ conditions: [String]) -> String {
    conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
  }
}
