package import ExportBatches
import Foundation

/// Where exchanges are sent.
package struct Destination: Sendable, Equatable {
  /// What is spoken there.
  package enum Kind: String, CaseIterable, Sendable {
    case clickHouse = "clickhouse"
    /// OTLP over HTTP, in protobuf or JSON.
    case otlp
    case otlpJSON = "otlp-json"
    case elastic, ndjson
  }

  package let kind: Kind
  /// Without user and password.
  package let url: String
  package let host: String
  package let port: UInt16
  package let user: String?
  /// Of ClickHouse: `database.table`.
  package let table: (database: String, name: String)

  package static func == (left: Destination, right: Destination) -> Bool {
    (left.kind, left.url, left.user) == (right.kind, right.url, right.user) && left.table == right.table
  }

  /// Why a text names no destination, and what to do.
  package struct Problem: Error, Equatable {
    package let description: String
    package let advice: String
  }

  /// Reads `KIND=URL`, or `clickhouse://[USER@]HOST[:PORT][/DATABASE]` for `clickhouse=http://…`.
  package init(_ text: String) throws(Problem) {
    let text = Self.expanded(text)
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else {
      let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw Problem(
        description: "\(parts.first ?? "") is no kind of destination",
        advice: "give KIND=URL, with one of: \(kinds)")
    }
    guard var components = URLComponents(string: String(parts[1])), let scheme = components.scheme,
      ["http", "https"].contains(scheme), let host = components.host, !host.isEmpty
    else {
      throw Problem(
        description: "--export \(parts[0]) has no URL of HTTP", advice: "give one: http://127.0.0.1:8123")
    }
    guard let port = UInt16(exactly: components.port ?? (scheme == "https" ? 443 : 80)), port > 0 else {
      throw Problem(
        description: "the URL of --export \(parts[0]) has no valid port", advice: "give one from 1 to 65535")
    }
    self.port = port
    guard components.password == nil else {
      throw Problem(
        description: "the URL of --export \(parts[0]) has a password, which every user of this host can see",
        advice: "put it into a file in netrc's format, and name that with --export-netrc")
    }
    self.kind = kind
    user = components.user
    components.user = nil
    components.fragment = nil
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    var items = components.queryItems ?? []
    table = (
      try Self.identifier("database", &items, otherwise: "querent"),
      try Self.identifier("table", &items, otherwise: "exchanges")
    )
    components.queryItems = items.isEmpty ? nil : items
    if ["", "/"].contains(components.path) {
      components.path = kind == .otlp || kind == .otlpJSON ? "/v1/logs" : "/"
    }
    guard let url = components.string else {
      throw Problem(description: "\(parts[1]) is no URL", advice: "give one: http://127.0.0.1:8123")
    }
    self.url = url
  }

  private static func expanded(_ text: String) -> String {
    guard text.hasPrefix("clickhouse://"), var components = URLComponents(string: text) else { return text }
    components.scheme = "http"
    components.port = components.port ?? 8123
    let database = components.path.drop { $0 == "/" }
    if !database.isEmpty {
      components.queryItems =
        (components.queryItems ?? []) + [URLQueryItem(name: "database", value: String(database))]
      components.path = "/"
    }
    return components.string.map { "clickhouse=\($0)" } ?? text
  }

  /// Names the cursor of this destination: a file's name.
  package var name: String {
    var text = "\(kind.rawValue)_\(url)"
    if kind == .clickHouse { text += "_\(table.database).\(table.name)" }
    let safe = text.utf8.map { octet in
      let isSafe =
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= octet || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= octet
        || UInt8(ascii: "0")...UInt8(ascii: "9") ~= octet || octet == UInt8(ascii: ".")
      return isSafe ? octet : UInt8(ascii: "_")
    }
    return String(decoding: safe.prefix(200), as: UTF8.self)
  }

  package var format: BatchFormat {
    switch kind {
    case .clickHouse: .clickHouse
    case .elastic: .elasticBulk
    case .ndjson: .ndjson
    case .otlp: .otlpProtobuf
    case .otlpJSON: .otlpJSON
    }
  }

  /// Whether what is sent can be read on the way.
  package var isInClear: Bool {
    url.hasPrefix("http:") && !["127.0.0.1", "::1", "localhost"].contains(host)
  }

  /// A name that needs no quotes.
  private static func identifier(
    _ name: String, _ items: inout [URLQueryItem], otherwise: String
  ) throws(Problem) -> String {
    guard let item = items.first(where: { $0.name == name }) else { return otherwise }
    items.removeAll { $0.name == name }
    guard let value = item.value, let first = value.utf8.first, !(0x30...0x39 ~= first),
      value.utf8.allSatisfy({
        0x30...0x39 ~= $0 || 0x41...0x5a ~= $0 || 0x61...0x7a ~= $0 || $0 == UInt8(ascii: "_")
      })
    else {
      throw Problem(
        description: "the \(name) of a destination has a name that is not allowed",
        advice: "use letters, digits and underscores")
    }
    return value
  }
}
