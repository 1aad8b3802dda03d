import Foundation
import Lab
import Testing
import Traffic

/// `--metrics`: the counts of a trace for Prometheus, compared with the records and the ledger of the same trace.
struct MetricsTests {
  private let folder: Folder
  private var path: String { folder.path("querent.prom") }

  init() throws { folder = try Folder() }

  private func metrics() throws -> Exposition {
    try Exposition(String(contentsOfFile: path, encoding: .utf8))
  }

  /// Reads a capture with metrics and JSON.
  private func read(_ file: CaptureFile, _ options: [String] = []) throws -> (Exposition, [Record], String) {
    let (capture, output) = (folder.path("capture"), folder.path("records.json"))
    try file.write(to: capture)
    let run = try Running(
      [Trace.command, "read", "--metrics", path, "--format", "json", "--output", output] + options + [capture]
    )
    #expect(run.wait() == 0, "\(run.errorText)")
    let records = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
      .map { try Record(String($0)) }
    return (try metrics(), records, run.errorText)
  }

  @Test(arguments: CaptureFile.made)
  func `every value equals the records and the ledger of the same trace:`(file: CaptureFile) throws {
    let (metrics, records, report) = try read(file)
    Self.compare(metrics, with: records)
    let ledger =
      "\(Int(metrics.sum("querent_packets_seen_total"))) seen, "
      + "\(Int(metrics.sum("querent_packets_recognised_total"))) recognised"
    #expect(report.contains(ledger), "\(report)")
    #expect(
      report.contains("messages  \(Int(metrics.sum("querent_messages_received_total"))) = "), "\(report)")
    // The two sums that have to come out even.
    #expect(
      metrics.sum("querent_packets_recognised_total")
        == metrics.sum("querent_packets_total") + metrics.sum("querent_packets_continuing"))
    #expect(metrics.sum("querent_messages_received_total") == metrics.sum("querent_messages_total"))
    for output in ["metrics", "json:\(folder.path("records.json"))"] {
      let labels = ["output": output]
      let received = metrics.sum("querent_output_messages_received_total", labels)
      #expect(received == metrics.sum("querent_messages_total", ["result": "published"]))
      #expect(received == metrics.sum("querent_output_messages_total", labels))
    }
    #expect(
      metrics.sum("querent_lost_total") == metrics.sum("querent_packets_total", ["result": "unassembled"]))
  }

  @Test func `with --lookups the same queries are counted, and a duration for each lookup`() throws {
    let (exchanges, _, _) = try read(.clientsDay)
    let (lookups, records, _) = try read(.clientsDay, ["--lookups", "--overwrite"])
    for name in ["querent_dns_queries_total", "querent_dns_responses_total", "querent_attribution_total"] {
      #expect(exchanges.sum(name) == lookups.sum(name) && exchanges.sum(name) > 0, "\(name)")
    }
    #expect(
      exchanges.sum("querent_dns_server_duration_seconds_count")
        == lookups.sum("querent_dns_server_duration_seconds_count"))
    let timed = records.filter { $0[integer: "event.duration"] != nil }
    #expect(lookups.sum("querent_dns_lookup_duration_seconds_count") == Double(timed.count))
  }

  @Test func `with --messages the messages are counted, which have no outcome`() throws {
    let (metrics, _, _) = try read(.exchanges(5), ["--messages"])
    #expect(metrics.sum("querent_dns_queries_total") == 5 && metrics.sum("querent_dns_responses_total") == 5)
    #expect(metrics.sum("querent_dns_unanswered_total") == 0)
    #expect(metrics.sum("querent_dns_lookup_duration_seconds_count") == 0)
  }

  @Test func `filters and counts of the outputs do not change what is counted`() throws {
    let (metrics, records, _) = try read(.exchanges(5), ["--name", "n100001.example.test"])
    #expect(records.count == 1)
    #expect(metrics.sum("querent_dns_queries_total") == 5)
    #expect(metrics.sum("querent_output_messages_total", ["result": "filtered"]) == 8)
  }

  /// Compares what can be read off the records.
  static func compare(_ metrics: Exposition, with records: [Record]) {
    func texts(_ records: [Record], _ path: String) -> [String: Double] {
      records.reduce(into: [:]) { $0[$1[text: path] ?? "", default: 0] += 1 }
    }
    func reason(_ record: Record) -> String { record[text: "event.reason"] ?? "" }
    let clients = records.filter { $0[text: "querent.role"] == "client" }
    let asked = clients.filter { !["late", "repeated", "unsolicited"].contains(reason($0)) }
    #expect(metrics.counts("querent_dns_queries_total", by: "transport") == texts(asked, "network.transport"))
    let types = metrics.counts("querent_dns_queries_total", by: "qtype")
    let shown = texts(asked, "dns.question.type")
    for (type, count) in types where type != "other" { #expect(shown[type] == count, "\(type)") }
    #expect(types.values.reduce(0, +) == Double(asked.count))
    let processes: [String: Double] = asked.reduce(into: [:]) { counts, record in
      let executable = record[text: "process.executable"]?.split(separator: "/").last.map(String.init)
      counts[executable ?? record[text: "process.name"] ?? "unknown", default: 0] += 1
    }
    #expect(metrics.counts("querent_dns_queries_total", by: "process") == processes)
    let answered = clients.filter { $0["dns.response_code"] != nil }
    let codes = metrics.counts("querent_dns_responses_total", by: "rcode")
    #expect(codes.values.reduce(0, +) == Double(answered.count))
    for (code, count) in codes where code != "other" {
      #expect(texts(answered, "dns.response_code")[code] == count, "\(code)")
    }
    #expect(
      metrics.sum("querent_dns_unanswered_total") == Double(clients.filter { reason($0) == "timeout" }.count))
    #expect(
      metrics.sum("querent_dns_retries_total")
        == Double(asked.reduce(0) { $0 + ($1[integer: "querent.transport.retries"] ?? 0) }))
    #expect(
      metrics.counts("querent_attribution_total", by: "method")
        == texts(records, "querent.attribution.method"))
    let timed = clients.filter { $0["event.duration"] != nil && !["repeated"].contains(reason($0)) }
    #expect(metrics.sum("querent_dns_lookup_duration_seconds_count") == Double(timed.count))
    let nanoseconds = timed.reduce(0) { $0 + max(0, $1[integer: "event.duration"] ?? 0) }
    let sum = metrics.sum("querent_dns_lookup_duration_seconds_sum")
    #expect(abs(sum - Double(nanoseconds) / 1e9) < 1e-6)
  }
}

/// The file of `--metrics`.
struct MetricsFileTests {
  private let folder: Folder
  private let capture: String
  private var path: String { folder.path("querent.prom") }

  init() throws {
    folder = try Folder()
    capture = folder.path("capture")
    try CaptureFile.exchanges(5).write(to: capture)
  }

  private func read(_ options: [String], code: Int32) throws -> Running {
    let run = try Running([Trace.command, "read", "--format", "json"] + options + [capture])
    #expect(run.wait() == code, "\(options): \(run.errorText)")
    return run
  }

  @Test func `a file of an earlier run is replaced, and nothing else is left in the directory`() throws {
    for _ in 1...2 { _ = try read(["--metrics", path], code: 0) }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(""))
    #expect(names.sorted() == ["capture", "querent.prom"])
  }

  @Test func `a target that is no file of metrics is refused before anything is written`() throws {
    let target = folder.path("target")
    try "precious\n".write(toFile: target, atomically: true, encoding: .utf8)
    let link = folder.path("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
    for (path, reason) in [
      (target, "has other contents than querent's metrics"), (link, "is a symbolic link"),
      (folder.path(""), "is not a file"), ("/dev/null", "is not a file"), (capture, "has other contents"),
      (folder.path("no/such"), "can't be written: No such file or directory"),
    ] {
      let run = try read(["--metrics", path], code: 73)
      #expect(run.errorText.contains(reason), "\(run.errorText)")
      #expect(run.errorText.split(separator: "\n").count == 2 && run.text.isEmpty)
    }
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "precious\n")
  }

  @Test(arguments: [
    (["--metrics-server", "192.0.2.1"], "--metrics-server requires --metrics"),
    (["--metrics-run-time"], "--metrics-run-time requires --metrics"),
    (["--metrics", "x", "--metrics-server", "host"], "--metrics-server host is not an IP address"),
    (["--metrics", "x", "--metrics-interval", "1ms"], "--metrics-interval must be at least 100ms"),
    (["--metrics", "same", "--output", "same"], "the metrics are also an output: same"),
  ])
  func `an invalid command line is refused with the reason`(options: [String], reason: String) throws {
    #expect(try read(options, code: 64).errorText.contains(reason))
  }

  @Test(.enabled(if: Requirements.isRoot, "needs root, for a small file system"))
  func `a full disk is reported once, counted, and the exit code is 74`() throws {
    // One page: too little for the metrics.
    let mounted = folder.path("mounted")
    try FileManager.default.createDirectory(atPath: mounted, withIntermediateDirectories: false)
    let run = try Running(
      [
        "unshare", "--mount", "sh", "-c",
        "mount -t tmpfs -o size=4k none '\(mounted)' && "
          + "$querent read --format json --output /dev/null --metrics '\(mounted)/m.prom' '\(capture)'; "
          + "code=$?; ls -A '\(mounted)'; exit $code",
      ], environment: ["querent": Trace.command])
    #expect(run.wait() == 74, "\(run.errorText)")
    #expect(run.text.isEmpty, "left behind: \(run.text)")
    let said =
      "querent: can't write \(mounted)/m.prom: No space left on device: it is tried again each time\n"
    #expect(run.errorText.ranges(of: said).count == 1, "\(run.errorText)")
    #expect(run.errorText.contains("could not write the last metrics"), "\(run.errorText)")
    #expect(run.errorText.contains("metrics   0 written, 0 skipped, 2 failed\n"), "\(run.errorText)")
    #expect(run.errorText.contains("nothing lost, every packet and message accounted for"))
  }
}
