import Bytes
package import Correlation
import DNSWire
import PacketDecoding
import TraceModel

/// A request of OpenTelemetry's protocol for logs (OTLP 1, `ExportLogsServiceRequest`): one log record per exchange.
package struct OTLPLogs: ~Copyable {
  /// How the request is encoded.
  package enum Encoding: Sendable { case json, protobuf }

  private let encoding: Encoding
  private var request = ByteWriter(room: 1 << 16)
  /// Log records of one host, in protobuf.
  private var records = ByteWriter()
  private var host: Host?

  package init(_ encoding: Encoding) { self.encoding = encoding }

  /// Octets so far.
  package var count: Int { request.count + records.count }

  /// Further records are of this host.
  package mutating func begin(_ host: Host) {
    endHost()
    self.host = host
    guard encoding == .json else { return }
    request.append(
      text: request.isEmpty
        ? #"{"resourceLogs":[{"resource":{"attributes":"# : #",{"resource":{"attributes":"#)
    request.append(otlpJSON: .resource(host))
    request.append(text: #"},"scopeLogs":[{"scope":{"name":"querent"},"logRecords":["#)
  }

  /// - Parameter id: identifies the exchange among those of all hosts.
  package mutating func append(_ exchange: borrowing Exchange, id: String) {
    let record = OTLPRecord(exchange, host ?? Host(), id: id)
    switch encoding {
    case .json:
      if request.span[request.count - 1] == UInt8(ascii: "}") { request.append(UInt8(ascii: ",")) }
      request.append(otlpJSON: record)
    case .protobuf:
      // ScopeLogs.log_records
      records.append(field: 2) { $0.append(record) }
    }
  }

  package consuming func finish() -> [UInt8] {
    endHost()
    if encoding == .json { request.append(text: request.isEmpty ? "{}" : "]}") }
    return request.array()
  }

  private mutating func endHost() {
    guard let host else { return }
    self.host = nil
    switch encoding {
    case .json: request.append(text: "]}]}")
    case .protobuf:
      // ExportLogsServiceRequest.resource_logs, ResourceLogs.resource and .scope_logs, ScopeLogs.scope and .log_records
      var logs = ByteWriter()
      swap(&logs, &records)
      request.append(field: 1) { message in
        message.append(field: 1) { $0.append(.resource(host), field: 1) }
        message.append(field: 2) { scopeLogs in
          scopeLogs.append(field: 1) { $0.append(field: 1, text: "querent") }
          scopeLogs.append(octets: logs.span)
        }
      }
    }
  }
}

/// One log record.
struct OTLPRecord {
  let time: Int64
  /// When its outcome was known.
  let observed: Int64
  /// Of the data model: 9 is INFO, 13 is WARN.
  let severity: (number: UInt64, text: String)
  let body: String
  let attributes: OTLPAttributes

  /// The name of the event.
  static let event = "querent.dns"

  init(_ exchange: borrowing Exchange, _ host: Host, id: String) {
    time = exchange.time.nanoseconds
    observed = exchange.answer?.time.nanoseconds ?? exchange.time.nanoseconds
    severity = OTLPAttributes.isSuccess(exchange) ? (9, "INFO") : (13, "WARN")
    var words: [String] = []
    if let process = exchange.attribution.process { words.append(process.task.name.description) }
    if let question = exchange.question {
      words.append(question.qname.presentation(finalDot: false, lowercased: true))
      words.append(ByteWriter.text { question.writeType(to: &$0) })
    }
    if let code = exchange.answer?.responseCode {
      words.append(ByteWriter.text { code.write(to: &$0) })
    } else {
      words.append(exchange.outcome.rawValue)
    }
    body = words.joined(separator: " ")
    attributes = .exchange(exchange, host, id: id)
  }
}
