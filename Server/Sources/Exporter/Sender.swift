import AsyncHTTPClient
import ExportBatches
import Foundation
import NIOCore
import NIOHTTP1

/// Sends batches to one destination over HTTP.
struct Sender: Sendable {
  private let destination: Destination
  private let credentials: Credentials.Entry?
  private let client: HTTPClient
  private let agent: String
  /// Of ClickHouse, which of the settings that are used here it has; nil before it was asked.
  private var settings: Set<String>?

  static let longest = TimeAmount.seconds(60)
  /// Octets of an answer.
  static let mostRead = 4 << 20
  /// A batch with fewer exchanges than this is put together with those of other hosts by the server.
  private static let fewest = 5000

  init(_ destination: Destination, _ credentials: Credentials.Entry?, _ client: HTTPClient, agent: String) {
    self.destination = destination
    self.credentials = credentials
    self.client = client
    self.agent = agent
  }

  /// - Parameter body: of the batch, compressed.
  mutating func send(_ batch: ExportBatch, body: ByteBuffer) async -> Verdict {
    do {
      switch destination.kind {
      case .clickHouse:
        if settings == nil {
          let (known, verdict) = try await askForSettings()
          guard let known else { return verdict }
          settings = known
        }
        let (status, answer, wait) = try await post(
          insertURL(batch), "application/x-ndjson", body, isCompressed: true)
        let verdict = ClickHouseReply.verdict(status, answer, retryAfter: wait)
        // Another version may have been installed meanwhile.
        if case .stored = verdict {} else { settings = nil }
        return verdict
      case .elastic:
        let separator = destination.url.contains("?") ? "&" : "?"
        let (status, answer, wait) = try await post(
          destination.url + separator + ElasticReply.filter, "application/x-ndjson", body, isCompressed: true)
        return ElasticReply.verdict(status, answer, retryAfter: wait)
      case .otlp, .otlpJSON:
        let type = destination.kind == .otlp ? "application/x-protobuf" : "application/json"
        let (status, answer, wait) = try await post(destination.url, type, body, isCompressed: true)
        return OTLPReply.verdict(status, answer, retryAfter: wait, isJSON: destination.kind == .otlpJSON)
      case .ndjson:
        let (status, answer, wait) = try await post(
          destination.url, "application/x-ndjson", body, isCompressed: true,
          headers: [("Idempotency-Key", batch.token)])
        return Verdict.of(status, Verdict.excerpt(answer), retryAfter: wait)
      }
    } catch {
      settings = nil
      return .again("\(error)", after: nil)
    }
  }

  func post(
    _ url: String, _ type: String, _ body: ByteBuffer, isCompressed: Bool,
    headers: [(String, String)] = [], longest: TimeAmount = Self.longest, mostRead: Int = Self.mostRead
  ) async throws -> (status: Int, body: [UInt8], retryAfter: String?) {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "user-agent", value: agent)
    request.headers.add(name: "content-type", value: type)
    if isCompressed { request.headers.add(name: "content-encoding", value: "gzip") }
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let user = credentials?.user ?? destination.user {
      switch destination.kind {
      // Older versions read no Authorization beside a password in the URL.
      case .clickHouse:
        request.headers.add(name: "x-clickhouse-user", value: user)
        if let credentials { request.headers.add(name: "x-clickhouse-key", value: credentials.password) }
      case .elastic, .ndjson, .otlp, .otlpJSON:
        let pair = Data("\(user):\(credentials?.password ?? "")".utf8).base64EncodedString()
        request.headers.add(name: "authorization", value: "Basic \(pair)")
      }
    } else if let credentials {
      request.headers.add(name: "authorization", value: "Bearer \(credentials.password)")
    }
    request.body = .bytes(body)
    let response = try await client.execute(request, timeout: longest)
    let answer = try await response.body.collect(upTo: mostRead)
    return (
      Int(response.status.code), Array(answer.readableBytesView), response.headers.first(name: "retry-after")
    )
  }
}

// MARK: ClickHouse

extension Sender {
  private func askForSettings() async throws -> (Set<String>?, Verdict) {
    let query = """
      SELECT name FROM system.settings WHERE name IN ('async_insert', 'insert_deduplication_token') FORMAT TabSeparated
      """
    let (status, answer, wait) = try await post(
      destination.url, "text/plain", ByteBuffer(string: query), isCompressed: false)
    let verdict = ClickHouseReply.verdict(status, answer, retryAfter: wait)
    guard case .stored = verdict else { return (nil, verdict) }
    let names = String(decoding: answer, as: UTF8.self).split(separator: "\n").map(String.init)
    return (Set(names), verdict)
  }

  private func insertURL(_ batch: ExportBatch) -> String {
    let table = destination.table
    var parameters = [
      "query=INSERT%20INTO%20\(table.database).\(table.name)%20FORMAT%20JSONEachRow",
      // The table need not have all columns.
      "input_format_skip_unknown_fields=1",
    ]
    if settings?.contains("insert_deduplication_token") == true {
      // Of hexadecimal digits, dots and dashes.
      parameters.append("insert_deduplication_token=\(batch.token)")
    }
    if settings?.contains("async_insert") == true {
      // Without it, a profile decides, and since 26.2 the default is to collect.
      parameters +=
        batch.count < Self.fewest ? ["async_insert=1", "wait_for_async_insert=1"] : ["async_insert=0"]
    }
    let separator = destination.url.contains("?") ? "&" : "?"
    return destination.url + separator + parameters.joined(separator: "&")
  }
}
