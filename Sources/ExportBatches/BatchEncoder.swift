import Bytes
import Correlation
import Formats
import History
import TraceModel

/// How a destination wants exchanges to be written.
public enum BatchFormat: Sendable, Equatable {
  /// Rows of ClickHouse, as JSONEachRow.
  case clickHouse
  /// One record of the Elastic Common Schema per line.
  case ndjson
  /// The same, each after the line of its action, for Elastic's bulk API: a record that is there is not written again.
  case elasticBulk
  /// A request of OpenTelemetry's protocol for logs.
  case otlpJSON, otlpProtobuf
}

/// Writes a batch, exchange by exchange. The same exchanges give the same octets.
struct BatchEncoder: ~Copyable {
  private let format: BatchFormat
  private var lines = ByteWriter(room: 1 << 16)
  private var encoder: any Encoder = JSONFormat(host: Host())
  private var logs: OTLPLogs
  /// That of the encoder's host.
  private var trace: Int64?
  private(set) var count = 0

  init(_ format: BatchFormat) {
    self.format = format
    logs = OTLPLogs(format == .otlpJSON ? .json : .protobuf)
  }

  /// So far.
  var octets: Int { lines.count + logs.count }

  mutating func append(_ entry: borrowing OriginatedExchange) {
    count += 1
    let isOther = trace != entry.trace
    trace = entry.trace
    switch format {
    case .otlpJSON, .otlpProtobuf:
      if isOther { logs.begin(entry.host) }
      return logs.append(entry.exchange.view, id: "\(entry.origin).\(entry.id)")
    case .clickHouse:
      if isOther { encoder = ClickHouseFormat(host: entry.host, day: entry.id.day.description) }
    case .ndjson:
      if isOther { encoder = JSONFormat(host: entry.host) }
    case .elasticBulk:
      if isOther { encoder = JSONFormat(host: entry.host) }
      // Letters, digits, dots and dashes only.
      lines.append(text: #"{"create":{"_id":"\#(entry.origin).\#(entry.id)"}}"# + "\n")
    }
    encoder.encode(entry.exchange.view, sequence: UInt64(clamping: entry.id.number), to: &lines)
  }

  consuming func finish() -> [UInt8] {
    switch format {
    case .otlpJSON, .otlpProtobuf: logs.finish()
    case .clickHouse, .ndjson, .elasticBulk: lines.array()
    }
  }
}
