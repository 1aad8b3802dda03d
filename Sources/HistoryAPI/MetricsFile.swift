import ProcFS
import TraceModel

/// The file that a trace writes with `--metrics`: Prometheus' text.
struct MetricsFile {
  struct Sample: Equatable {
    var name: Substring
    var labels: [Substring: String]
    var value: Int64
  }

  private(set) var samples: [Sample] = []
  /// Nil unless it was read from a file.
  private(set) var written: Timestamp?

  private static let most = 4 << 20

  /// Nil when there is no such file.
  init?(_ path: String) {
    guard let octets = Self.octets(path) else { return nil }
    self.init(text: String(decoding: octets, as: UTF8.self))
    written = ProcFS.modified(path).map(Timestamp.init(nanoseconds:))
  }

  static func octets(_ path: String) -> [UInt8]? { ProcFS.octets(path, limit: most) }

  /// Lines that are no sample of a whole number are left out.
  init(text: String) {
    samples = text.split(separator: "\n").compactMap(Self.sample)
  }

  /// The value of the only sample of a family; 0 without it.
  func value(_ name: String) -> Int64 { samples.first { $0.name == name }?.value ?? 0 }

  /// The values of a family by the label of that name.
  func values(_ name: String, by label: Substring, where condition: (Sample) -> Bool = { _ in true }) -> [(
    label: String, value: Int64
  )] {
    samples.filter { $0.name == name && condition($0) }.compactMap { sample in
      sample.labels[label].map { ($0, sample.value) }
    }
  }

  /// `name{label="value",…} 17`
  private static func sample(_ line: Substring) -> Sample? {
    guard !line.hasPrefix("#") else { return nil }
    let name = line.prefix { $0 != "{" && $0 != " " }
    var rest = line.dropFirst(name.count)
    var labels: [Substring: String] = [:]
    if rest.first == "{" {
      rest.removeFirst()
      while let first = rest.first, first != "}" {
        let label = rest.prefix { $0 != "=" }
        rest = rest.dropFirst(label.count + 1)
        guard rest.popFirst() == "\"" else { return nil }
        var value = ""
        while let character = rest.popFirst(), character != "\"" {
          guard character == "\\" else {
            value.append(character)
            continue
          }
          let escaped = rest.popFirst() ?? "\\"
          value.append(escaped == "n" ? "\n" : escaped)
        }
        labels[label] = value
        if rest.first == "," { rest.removeFirst() }
      }
      guard rest.popFirst() == "}" else { return nil }
    }
    guard rest.popFirst() == " ", let value = Int64(rest) else { return nil }
    return Sample(name: name, labels: labels, value: value)
  }
}

extension JSONOutput {
  /// What a trace has counted, and whether it adds up.
  mutating func ledger(_ metrics: MetricsFile) {
    if let build = metrics.samples.first(where: { $0.name == "querent_build_info" }) {
      known("version", build.labels["version"])
      known("tier", build.labels["tier"])
      known("tap", build.labels["tap"])
    }
    time("written", metrics.written)
    number("seen", metrics.value("querent_packets_seen_total"))
    account(
      "packets", metrics.value("querent_packets_recognised_total"),
      metrics.values("querent_packets_total", by: "result")
        + [("continuing", metrics.value("querent_packets_continuing"))])
    account(
      "messages", metrics.value("querent_messages_received_total"),
      metrics.values("querent_messages_total", by: "result"))
    array("outputs", of: metrics.values("querent_output_messages_received_total", by: "output")) {
      json, output in
      json.object { json in
        let queued = metrics.values("querent_output_messages_queued", by: "output")
          .first { $0.label == output.label }
        let results = metrics.values("querent_output_messages_total", by: "result") {
          $0.labels["output"] == output.label
        }
        json.text("output", output.label)
        json.account("received", output.value, results + [("queued", queued?.value ?? 0)])
      }
    }
  }

  private mutating func account(
    _ name: StaticString, _ total: Int64, _ parts: [(label: String, value: Int64)]
  ) {
    object(name) { json in
      json.number("total", total)
      json.array("parts", of: parts) { json, part in
        json.object { json in
          json.text("name", part.label)
          json.number("count", part.value)
        }
      }
      json.number("difference", total - parts.reduce(0) { $0 + $1.value })
    }
  }
}
