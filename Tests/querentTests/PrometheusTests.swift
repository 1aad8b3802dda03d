import Foundation
import Lab
import Testing
import Traffic

/// The metrics, the rules and the dashboard, checked by Prometheus' own programs.
@Suite(
  .serialized,
  .enabled(if: Requirements.programs("promtool"), "needs promtool (Debian's package prometheus): make setup"))
struct PrometheusTests {
  private static let examples = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Examples").standardized

  /// The metrics of a capture with every kind of exchange.
  private static func text(_ file: CaptureFile) throws -> String {
    let folder = try Folder()
    let path = folder.path("querent.prom")
    try file.write(to: folder.path("capture"))
    let run = try Running(
      [Trace.command, "read", "--format", "json", "--metrics", path, folder.path("capture")])
    #expect(run.wait() == 0, "\(run.errorText)")
    return try String(contentsOfFile: path, encoding: .utf8)
  }

  /// Gives promtool a text on standard input.
  private static func check(_ text: String) throws -> Running {
    let folder = try Folder()
    let path = folder.path("input")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let run = try Running(["sh", "-c", "promtool check metrics <'\(path)' 2>&1"])
    run.wait()
    return run
  }

  @Test func `promtool finds no fault in the metrics of any capture, and would find one`() throws {
    for file in CaptureFile.made {
      let text = try Self.text(file)
      let run = try Self.check(text)
      #expect(run.wait() == 0 && run.text.isEmpty, "\(file): \(run.text)")
    }
    let wrong = try Self.text(.exchanges(1)).replacing(
      "# TYPE querent_lost_total counter", with: "# TYPE querent_lost_total gauge")
    #expect(try Self.check(wrong).wait() != 0)
  }

  @Test(arguments: [
    ["check", "rules", "rules.yml"], ["test", "rules", "rules-test.yml"],
    ["check", "config", "--syntax-only", "prometheus.yml"],
  ])
  func `promtool accepts the example's rules, their tests and the configuration`(command: [String]) throws {
    let run = try Running(
      [
        "sh", "-c", "cd \"$0\" && exec promtool \"$@\" 2>&1",
        Self.examples.appending(path: "prometheus").path,
      ]
        + command)
    #expect(run.wait() == 0 && run.text.contains("SUCCESS"), "\(run.text)")
  }

  @Test func `each rule has a test in which it fires`() throws {
    let folder = Self.examples.appending(path: "prometheus")
    let rules = try String(contentsOf: folder.appending(path: "rules.yml"), encoding: .utf8)
    let tests = try String(contentsOf: folder.appending(path: "rules-test.yml"), encoding: .utf8)
    let alerts = rules.matches(of: /- alert: (\w+)/).map { String($0.1) }
    #expect(alerts.count == 10)
    for alert in alerts {
      let fires = tests.components(separatedBy: "alertname: \(alert)\n").dropFirst()
        .contains { $0.split(separator: "\n").dropFirst().first?.hasSuffix("exp_alerts:") == true }
      #expect(fires, "\(alert)")
    }
  }

  @Test func `every metric and label that the rules and the dashboard name exists`() throws {
    let dashboard = Self.examples.appending(path: "grafana/querent.json")
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: dashboard)) as? [String: Any]
    let panels = try #require(object?["panels"] as? [[String: Any]])
    let targets = panels.compactMap { $0["targets"] as? [[String: Any]] }.joined()
    let queries = targets.compactMap { $0["expr"] as? String }
    #expect(queries.count >= panels.count)
    let rules = try String(
      contentsOf: Self.examples.appending(path: "prometheus/rules.yml"), encoding: .utf8)
    let root = Self.examples.deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "Documentation/Output.md"), encoding: .utf8)
    // Of querent-server, which is another package.
    let export = try String(
      contentsOf: root.appending(path: "Server/Sources/Exporter/ExportCounts.swift"), encoding: .utf8)
    let metrics = try Exposition(Self.text(.clientsDay))
    for query in queries + [rules] {
      for match in query.matches(of: /querent_[a-z_]+/) {
        let name = String(match.output)
        // What only a live trace or another capture has is in the table of families, which a test compares with the code.
        let family = name.replacing(/_(bucket|sum|count)$/, with: "")
        let isKnown =
          metrics.samples.contains { $0.name == name } || page.contains("| `\(family)` |")
          || export.contains("\"\(name)\"")
        #expect(isKnown, "\(name)")
      }
      for match in query.matches(
        of: /by \(([a-z, ]+)\) \(rate\((querent_[a-z_]+?)(?:_bucket|_sum|_count)?[\[{]/)
      {
        let row = page.split(separator: "\n").first { $0.hasPrefix("| `\(match.2)` |") }
        let labels = try #require(row, "\(match.2)").split(separator: "|")[2] + "`instance`, `le`"
        for label in match.1.split(separator: ", ") { #expect(labels.contains("`\(label)`"), "\(query)") }
      }
    }
  }
}

/// A real Prometheus that scrapes a real node_exporter, which reads the file of a real trace.
@Suite(
  .serialized,
  .enabled(
    if: Requirements.kernel && Requirements.programs("prometheus", "prometheus-node-exporter"),
    "needs root, a kernel with BTF, prometheus and prometheus-node-exporter: sudo make test"))
struct ScrapeTests {
  @Test func `Prometheus has the values of the trace, which are those of its records`() throws {
    let namespace = try Namespace()
    let server = try namespace.startDnsmasq()
    defer { server.send(SIGTERM) }
    let folder = try Folder()
    let path = folder.path("querent.prom")
    let trace = try Trace([
      "--format", "json", "--timeout", "1s", "--metrics", path, "--metrics-interval", "100ms",
      "--metrics-server", "127.0.0.1", "--metrics-run-time",
    ])
    for (name, type) in [("a.example.test", "A"), ("b.example.test", "AAAA"), ("c.missing.test", "A")] {
      try namespace.start(["dig", "+tries=1", "@127.0.0.1", name, type]).wait()
    }
    try namespace.start(["dig", "+tries=1", "+tcp", "@::1", "d.example.test"]).wait()
    try namespace.python(Self.hostile).wait()
    #expect(trace.interrupt() == 0, "\(trace.running.errorText)")

    let metrics = try Exposition(String(contentsOfFile: path, encoding: .utf8))
    let records = try trace.running.text.split(separator: "\n").map { try Record(String($0)) }
    MetricsTests.compare(metrics, with: records)
    #expect(metrics.sum("querent_dns_queries_total", ["process": "dig", "transport": "tcp"]) >= 1)
    #expect(metrics.sum("querent_dns_queries_total", ["process": Self.hostileName]) == 1)
    #expect(metrics.sum("querent_dns_server_duration_seconds_count", ["server": "127.0.0.1"]) >= 4)
    #expect(trace.running.errorText.contains("every packet and message accounted for"))
    #expect(
      metrics.sum("querent_packets_recognised_total")
        == metrics.sum("querent_packets_total") + metrics.sum("querent_packets_continuing"))
    #expect(metrics.sum("querent_bpf_runs_total", ["program": "tap_egress"]) > 0)
    #expect(metrics.sum("querent_bpf_run_seconds_total", ["program": "tap_egress"]) > 0)

    let scraped = try Self.scrape(folder.path(""), in: namespace)
    #expect(scraped.count == metrics.samples.count)
    for sample in metrics.samples {
      #expect(scraped[Self.key(sample.name, sample.labels)] == sample.value, "\(sample)")
    }
  }

  private static let hostileName = "a\"b\\\nc"
  /// A query of a program with that name.
  private static let hostile = #"""
    import os, shutil, tempfile
    with tempfile.TemporaryDirectory() as folder:
        program = folder + "/a\"b\\\nc"
        shutil.copy(shutil.which("dig"), program)
        os.spawnv(os.P_WAIT, program, [program, "+tries=1", "@127.0.0.1", "hostile.example.test"])
    """#

  /// A series by its name and labels.
  private static func key(_ name: String, _ labels: [String: String]) -> [String] {
    [name] + labels.map { "\($0)=\($1)" }.sorted()
  }

  /// What a Prometheus has of querent, without the labels that it adds itself, after it has scraped a node_exporter that reads
  /// the files of a directory.
  private static func scrape(_ directory: String, in namespace: Namespace) throws -> [[String]: Double] {
    let exporter = try namespace.start([
      "prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
      "--collector.textfile.directory=\(directory)", "--web.listen-address=127.0.0.1:9100",
    ])
    defer {
      exporter.send(SIGTERM)
      exporter.wait()
    }
    try exporter.waitForError("9100")
    let configuration = try namespace.file(
      "prometheus.yml",
      """
      global: {scrape_interval: 1s}
      scrape_configs: [{job_name: node, static_configs: [{targets: ["127.0.0.1:9100"]}]}]
      """)
    let prometheus = try namespace.start([
      "prometheus", "--config.file=\(configuration)", "--storage.tsdb.path=\(namespace.folder)/prometheus",
      "--web.listen-address=127.0.0.1:9090",
    ])
    defer {
      prometheus.send(SIGTERM)
      prometheus.wait()
    }
    try prometheus.waitForError("Server is ready to receive web requests")
    // Until it has scraped for the first time.
    let client = try namespace.python(
      """
      import sys, time, urllib.request
      end = time.monotonic() + 60
      while time.monotonic() < end:
          query = "http://127.0.0.1:9090/api/v1/query?query=%7B__name__%3D~%22querent_.*%22%7D"
          text = urllib.request.urlopen(query).read().decode()
          if "querent_build_info" in text:
              print(text)
              sys.exit(0)
          time.sleep(0.1)
      sys.exit("nothing was scraped within a minute")
      """)
    #expect(client.wait() == 0, "\(client.errorText)\(prometheus.errorText)")
    let answer = try JSONSerialization.jsonObject(with: Data(client.text.utf8)) as? [String: Any]
    let results = (answer?["data"] as? [String: Any])?["result"] as? [[String: Any]]
    var values: [[String]: Double] = [:]
    for result in try #require(results) {
      var labels = try #require(result["metric"] as? [String: String])
      let name = labels.removeValue(forKey: "__name__") ?? ""
      for added in ["instance", "job"] { labels.removeValue(forKey: added) }
      let value = try #require((result["value"] as? [Any])?.last as? String)
      values[key(name, labels)] = Double(value)
    }
    return values
  }
}
