import Bytes
import TraceModel
import Correlation

/// The process, for formats with a text field: `process`, `container` and, under `querent`, the
/// fields of the JSON format about them.
enum ProcessJSON {
  /// One JSON object; without the arguments if it would be longer than `limit` octets with them.
  static func text(_ shown: borrowing Exchange, _ host: Host, atMost limit: Int) -> [UInt8] {
    var output = ByteWriter(room: 1024)
    append(shown, host, arguments: true, to: &output)
    if output.count > limit {
      output.cut(to: 0)
      append(shown, host, arguments: false, to: &output)
    }
    return output.array()
  }

  private static func append(
    _ shown: borrowing Exchange, _ host: Host, arguments: Bool, to output: inout ByteWriter
  ) {
    var json = JSONText(&output)
    json.beginRecord()
    json.process(shown.attribution.process, host, arguments: arguments)
    json.container(shown.details?.container)
    json.object(#""querent":"#) { json in
      json.who(shown, host)
      if shown.isCapturedInPart {
        json.object(#""transport":"#) { $0.flag(#""truncated_capture":"#, true) }
      }
      guard let process = shown.answeredBy?.process else { return }
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
  mutating func update(to shown: borrowing Exchange, _ host: Host, atMost limit: Int) {
    let namespace = shown.first?.networkNamespace ?? 0
    let isClient = if case .client = shown.role { true } else { false }
    if let key, key.attribution.isIdentical(to: shown.attribution),
      key.answeredBy?.process === shown.answeredBy?.process, key.isClient == isClient,
      key.networkNamespace == namespace, key.isCut == shown.isCapturedInPart
    {
      return
    }
    key = Key(
      attribution: shown.attribution, answeredBy: shown.answeredBy, isClient: isClient,
      networkNamespace: namespace,
      isCut: shown.isCapturedInPart)
    text = ProcessJSON.text(shown, host, atMost: limit)
  }
}
