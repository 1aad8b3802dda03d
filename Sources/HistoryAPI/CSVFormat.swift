import Bytes
import Correlation
import DNSWire
import Formats
import TraceModel

/// One line per exchange (RFC 4180), for spreadsheets.
///
/// A value that a spreadsheet would take for a formula begins with an apostrophe: names and command lines are not this host's own
/// words.
struct CSVFormat: Encoder, Sendable {
  static let columns = [
    "time", "process", "pid", "executable", "user", "container", "name", "type", "outcome", "rcode",
    "answers",
    "latency_ms", "client", "server", "server_port", "transport", "retries",
  ]

  func start(_ output: inout ByteWriter) {
    output.append(text: Self.columns.joined(separator: ",") + "\r\n")
  }

  func encode(_ exchange: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter) {
    let process = exchange.attribution.process
    let details = process?.details
    var answers: [String] = []
    var (time, transport): (String?, String?)
    if let first = exchange.first {
      (time, transport) = (CompactTime.rfc3339(first.time), first.flow.transport.name)
    }
    if let message = exchange.answer?.message {
      var cursor = message.answers.makeCursor()
      while let record = cursor.next() {
        answers.append(record.type.mnemonic + " " + ByteWriter.text { record.writeData(to: &$0) })
      }
    }
    let values: [String?] = [
      time, process?.task.name.description,
      process.map { "\($0.task.identity.pid)" }, details?.executable,
      details?.user ?? process.map { "\($0.task.credentials.uid)" },
      details?.container.map { $0.metadata.name ?? $0.id },
      exchange.question?.qname.presentation(finalDot: false, lowercased: true),
      exchange.question?.qtype.mnemonic,
      exchange.outcome.rawValue, exchange.answer?.responseCode.mnemonic, answers.joined(separator: "; "),
      exchange.latency.map(Self.milliseconds), exchange.client.map { "\($0.address)" },
      exchange.server.map { "\($0.address)" }, exchange.server.map { "\($0.port)" },
      transport, "\(exchange.retries)",
    ]
    for (place, value) in values.enumerated() {
      if place > 0 { output.append(UInt8(ascii: ",")) }
      output.append(text: Self.field(value ?? ""))
    }
    output.append(fixed: "\r\n")
  }

  static func field(_ value: String) -> String {
    var value = value
    if let first = value.utf8.first, "=+-@\t\r".utf8.contains(first) { value = "'" + value }
    guard value.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return value }
    return "\"" + value.replacing("\"", with: "\"\"") + "\""
  }

  private static func milliseconds(_ nanoseconds: Int64) -> String {
    let microseconds = max(0, nanoseconds / 1000)
    let fraction = String(microseconds % 1000)
    return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
  }
}
