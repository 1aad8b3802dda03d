/// One metric family. `MetricFamily.all` is the list of all: Documentation/Output.md is generated from it, and tests compare
/// what is written with it.
package struct MetricFamily: Sendable {
  package let name: String
  package let kind: Kind
  package let labels: [String]
  /// The HELP line: one sentence or two.
  package let about: String

  package enum Kind: String, Sendable { case counter, gauge, histogram }

  init(_ name: String, _ kind: Kind, _ labels: [String] = [], _ about: String) {
    self.name = name
    self.kind = kind
    self.labels = labels
    self.about = about
  }

  /// Every family, in the order in which they are written.
  package static let all: [MetricFamily] = dns + served + trace + packets + messages + outputs + kernel
}

// MARK: DNS

extension MetricFamily {
  static let queries = MetricFamily(
    "querent_dns_queries_total", .counter, ["process", "qtype", "transport"],
    "Queries that programs on this host sent, by program, type and transport. A query that was sent again counts once."
  )
  static let responses = MetricFamily(
    "querent_dns_responses_total", .counter, ["process", "rcode"],
    "Answers that programs on this host got, by program and response code; late and repeated ones too.")
  static let unanswered = MetricFamily(
    "querent_dns_unanswered_total", .counter, ["process"],
    "Queries that had no answer within the timeout, by program.")
  static let retries = MetricFamily(
    "querent_dns_retries_total", .counter, ["process"], "Queries that were sent again, by program.")
  static let exchanges = MetricFamily(
    "querent_dns_exchanges_total", .counter, ["outcome"], "Exchanges by their outcome, in both roles.")
  static let lookupDuration = MetricFamily(
    "querent_dns_lookup_duration_seconds", .histogram, ["process"],
    "Time from a query to its answer, by program; with --lookups, from the first query of a lookup to its last answer."
  )
  static let serverDuration = MetricFamily(
    "querent_dns_server_duration_seconds", .histogram, ["server"],
    "Time from a query to its answer, by server: those of --metrics-server, and all others as other.")
  static let attribution = MetricFamily(
    "querent_attribution_total", .counter, ["method"], "Exchanges by how their process is known.")

  private static let dns = [
    queries, responses, unanswered, retries, exchanges, lookupDuration, serverDuration, attribution,
  ]

  static let servedQueries = MetricFamily(
    "querent_dns_served_queries_total", .counter, ["process", "qtype", "transport"],
    "Queries of other hosts that servers on this host received, by server program, type and transport.")
  static let servedResponses = MetricFamily(
    "querent_dns_served_responses_total", .counter, ["process", "rcode"],
    "Answers that servers on this host gave to other hosts, by server program and response code.")

  private static let served = [servedQueries, servedResponses]
}

// MARK: The trace

extension MetricFamily {
  static let lost = MetricFamily(
    "querent_lost_total", .counter, ["stage"],
    "What was lost: packets for which the ring had no room, packets of messages that never became whole (assembly), messages that an output could not write."
  )
  static let build = MetricFamily(
    "querent_build_info", .gauge, ["version", "tier", "tap"],
    "Always 1; the version of querent and, in a live trace, its tier and tap.")
  static let writes = MetricFamily(
    "querent_metrics_writes_total", .counter, ["result"],
    "Earlier attempts to write these metrics; one is skipped while the one before is still being written.")

  private static let trace = [lost, build, writes]

  static let seen = MetricFamily(
    "querent_packets_seen_total", .counter, "Packets that passed the tap.")
  static let recognised = MetricFamily(
    "querent_packets_recognised_total", .counter,
    "Packets that looked like DNS: querent_packets_total of all results, and querent_packets_continuing.")
  static let shipped = MetricFamily(
    "querent_packets_shipped_total", .counter, "Packets that the kernel programs put into the ring.")
  static let packetResults = MetricFamily(
    "querent_packets_total", .counter, ["result"], "Recognised packets by what became of them.")
  static let continuing = MetricFamily(
    "querent_packets_continuing", .gauge,
    "Recognised packets that are a part of a message which another packet completes; fewer when such a message never becomes whole."
  )
  static let shortened = MetricFamily(
    "querent_packets_shortened_total", .counter, "Packets of which only the start was captured.")
  static let noSocket = MetricFamily(
    "querent_packets_without_socket_total", .counter, "Packets that no socket on this host owned.")
  static let noOwner = MetricFamily(
    "querent_packets_without_owner_total", .counter, "Packets of sockets whose process is not known.")
  static let unstoredOwners = MetricFamily(
    "querent_owners_not_stored_total", .counter,
    "Times that the kernel had no memory to store which process uses a socket (net.core.optmem_max); its packets may be without an owner."
  )

  private static let packets = [
    seen, recognised, shipped, packetResults, continuing, shortened, noSocket, noOwner, unstoredOwners,
  ]

  static let received = MetricFamily(
    "querent_messages_received_total", .counter,
    "DNS messages in these packets: querent_messages_total of all results, and those whose exchange is open.")
  static let messageResults = MetricFamily(
    "querent_messages_total", .counter, ["result"], "DNS messages by what became of them.")
  static let endedEarly = MetricFamily(
    "querent_exchanges_ended_early_total", .counter,
    "Exchanges that were shown before their timeout, because too many were open.")

  private static let messages = [received, messageResults, endedEarly]

  static let outputReceived = MetricFamily(
    "querent_output_messages_received_total", .counter, ["output"],
    "Messages that an output received: querent_output_messages_total of all results, and querent_output_messages_queued."
  )
  static let outputResults = MetricFamily(
    "querent_output_messages_total", .counter, ["output", "result"],
    "Messages that an output received, by what became of them.")
  static let queued = MetricFamily(
    "querent_output_messages_queued", .gauge, ["output"],
    "Messages that wait to be written, or that a collector may not have read yet.")

  private static let outputs = [outputReceived, outputResults, queued]

  static let runSeconds = MetricFamily(
    "querent_bpf_run_seconds_total", .counter, ["program"],
    "With --metrics-run-time: processor time of the kernel programs; absent where the kernel does not count it for querent."
  )
  static let runs = MetricFamily(
    "querent_bpf_runs_total", .counter, ["program"],
    "With --metrics-run-time: runs of the kernel programs; absent where the kernel does not count them for querent."
  )

  private static let kernel = [runSeconds, runs]

  private init(_ name: String, _ kind: Kind, _ about: String) { self.init(name, kind, [], about) }
}

/// The table of families in Documentation/Output.md.
package enum MetricReference {
  package static func markdown() -> String {
    var lines = ["| family | type | labels | what it says |", "|---|---|---|---|"]
    for family in MetricFamily.all {
      let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
      lines.append("| `\(family.name)` | \(family.kind) | \(labels) | \(family.about) |")
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
