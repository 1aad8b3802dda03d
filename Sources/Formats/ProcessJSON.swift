import Bytes
import TraceModel
import Correlation

/// The process, for formats with a text field: `process`, `container` and, under `querent`, the
/// fields of the JSON format about them.
enum ProcessJSON {
  /// One JSON object; without the arguments if it would be longer than `limit` octets with them.
  static func text(_ exchange: borrowing Exchange, _ host: Host, atMost limit: Int) -> [UInt8] {
    var output = ByteWriter(room: 1024)
    append(exchange, host, arguments: true, to: &output)
    if output.count > limit {
      output.cut(to: 0)
      append(exchange, host, arguments: false, to: &output)
    }
    return output.array()
  }

  private static func append(
    _ exchange: borrowing Exchange, _ host: Host, arguments: Bool, to output: inout ByteWriter
  ) {
    var json = JSONText(&output)
    json.beginRecord()
    json.process(exchange.attribution.process, host, arguments: arguments)
    json.container(exchange.details?.container)
    json.object(#""querent":"#) { json in
      json.attributionMembers(exchange, host)
      if exchange.isCapturedInPart {
        json.object(#""transport":"#) { $0.flag(#""truncated_capture":"#, true) }
      }
      guard let process = exchange.answeredBy?.process else { return }
      json.object(#""answered_by":"#) { $0.process(process, host, arguments: arguments) }
    }
    json.endRecord()
    json.finish(&output)
    // The end of the line.
    output.cut(to: output.count - 1)
  }
}

/// The text of the last message, which is the same for the next one in most cases.
struct KeptProcessJSON: Sendable {
  private(set) var text: [UInt8] = []
  private var key: Key?

  /// The input of `ProcessJSON`. The processes are retained, so that no other object can have their addresses.
  private struct Key: Sendable {
    var attribution: Attribution
    var answeredBy: Attribution?
    var isClient: Bool
    var networkNamespace: UInt32
    var isCut: Bool
  }

  /// Sets `text` to that of an exchange.
  mutating func update(to exchange: borrowing Exchange, _ host: Host, atMost limit: Int) {
    let namespace = exchange.first?.networkNamespace ?? 0
    let isClient = if case .client = exchange.role { true } else { false }
    if let key, key.attribution.isIdentical(to: exchange.attribution),
      key.answeredBy?.process === exchange.answeredBy?.process, key.isClient == isClient,
      key.networkNamespace == namespace, key.isCut == exchange.isCapturedInPart
    {
      return
    }
    key = Key(
      attribution: exchange.attribution, answeredBy: exchange.answeredBy, isClient: isClient,
      networkNamespace: namespace,
      isCut: exchange.isCapturedInPart)
    text = ProcessJSON.text(exchange, host, atMost: limit)
  }
}
