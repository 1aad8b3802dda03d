import Correlation
import Lab
import Testing
import TraceModel

@testable import TraceMetrics

/// The names of programs as labels.
struct LabelTests {
  private func label(_ name: TaskName, executable: String? = nil) throws -> String? {
    let process = Talk.process(name, executable: executable)
    return try MetricsCounts([Talk { $0.process = process }]).read()
      .counts("querent_dns_queries_total", by: "process").keys.first
  }

  @Test(
    arguments: [
      ("python3", "/usr/bin/python3.11", "python3.11"), ("apt-get", nil, "apt-get"), ("x", "/", "x"),
      ("", nil, "unknown"), ("x", "relative", "relative"),
    ] as [(TaskName, String?, String)])
  func `a program has the name of its executable, else that of its task`(
    name: TaskName, executable: String?, expected: String
  ) throws {
    #expect(try label(name, executable: executable) == expected)
  }

  @Test func `exchanges without a process are those of unknown`() throws {
    let metrics = try MetricsCounts([Talk { $0.process = nil }]).read()
    #expect(metrics.counts("querent_dns_queries_total", by: "process") == ["unknown": 1])
    #expect(metrics.counts("querent_attribution_total", by: "method") == ["none": 1])
  }

  @Test func `after 200 names all further ones are other, and the first keep theirs`() throws {
    let names = (0..<300).map { "p\($0)" } + ["p0", "p199", "p200"]
    // Twice: by images that are remembered, and by processes without a known start.
    for isKnown in [true, false] {
      let metrics = try MetricsCounts(
        names.enumerated().map { index, name in
          Talk { $0.process = Talk.process(TaskName(name), pid: isKnown ? Int32(index + 1) : 0) }
        }
      ).read()
      let counts = metrics.counts("querent_dns_queries_total", by: "process")
      #expect(counts.count == 201)
      #expect(counts["other"] == 101 && counts["p0"] == 2 && counts["p199"] == 2 && counts["p200"] == nil)
    }
  }

  @Test func `two images whose pids share a slot keep their own names`() throws {
    let talks = [1, 65, 1, 65, 129].map { pid in
      Talk { $0.process = Talk.process(TaskName("p\(pid)"), pid: Int32(pid)) }
    }
    #expect(
      try MetricsCounts(talks).read().counts("querent_dns_queries_total", by: "process")
        == ["p1": 2, "p65": 2, "p129": 1])
  }

  @Test func `a name that becomes known later is used from then on`() throws {
    let metrics = try MetricsCounts(
      [nil, "/opt/long-program-name"].map { executable in
        Talk { $0.process = Talk.process("long-program-na", executable: executable) }
      }
    ).read()
    #expect(
      metrics.counts("querent_dns_queries_total", by: "process")
        == ["long-program-na": 1, "long-program-name": 1])
  }

  /// The octets of a name, and what a reader of the format makes of its label.
  private static let hostile: [([UInt8], String)] = [
    (octets("a\nb"), "a\nb"),
    (octets("say \"hi\""), "say \"hi\""),
    (octets("back\\slash"), "back\\slash"),
    (octets("} 1 # x{y=\""), "} 1 # x{y=\""),
    ([0x5c, 0x0a, 0x22, 0x5c], "\\\n\"\\"),
    ([0x61, 0xff, 0xfe, 0x62], "a\u{fffd}\u{fffd}b"),
    ([0x61, 0x1b, 0x5b, 0x7f], "a\u{fffd}[\u{fffd}"),
    ([0x61, 0xe2, 0x80, 0xae, 0x62], "a\u{fffd}b"),
    (octets("größe"), "größe"),
  ]

  private static func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test(arguments: hostile)
  func `a hostile name stays inside its label`(octets: [UInt8], expected: String) throws {
    #expect(try label(TaskName(octets: octets)) == expected)
    #expect(try label("x", executable: "/tmp/" + String(decoding: octets, as: UTF8.self)) == expected)
  }

  @Test func `a name that is longer than any file's is cut`() throws {
    let name = String(repeating: "é", count: 5000)
    #expect(try label("x", executable: "/\(name)") == String(repeating: "é", count: 128))
  }

  @Test func `a program that is called other or unknown has no label of its own`() throws {
    let talks = ["other", "unknown", "other"].map { name in
      Talk { $0.process = Talk.process(TaskName(name), pid: 0) }
    }
    #expect(
      try MetricsCounts(talks).read().counts("querent_dns_queries_total", by: "process")
        == ["other": 2, "unknown": 1])
  }
}
