import Bytes
import TraceModel
import Correlation

/// Who it was, for formats that have a place for a text: `process`, `container` and, under `querent`, what our
/// JSON says of them.
enum ProcessJSON {
  /// Appends one JSON object, without the arguments when with them it would be longer than `limit` octets.
  static func append(
    _ shown: borrowing Exchange, _ host: Host, atMost limit: Int, to output: inout ByteWriter
  ) {
    let start = output.count
    append(shown, host, arguments: true, to: &output)
    guard output.count - start > limit else { return }
    output.cut(to: start)
    append(shown, host, arguments: false, to: &output)
  }

  private static func append(
    _ shown: borrowing Exchange, _ host: Host, arguments: Bool, to output: inout ByteWriter
  ) {
    var json = JSONText(&output)
    json.beginRecord()
    json.process(shown.party, host, arguments: arguments)
    json.container(shown.details?.container)
    json.object(#""querent":"#) { json in
      json.who(shown, host)
      if shown.isCapturedInPart {
        json.object(#""transport":"#) { $0.flag(#""truncated_capture":"#, true) }
      }
      guard let party = shown.answeredBy else { return }
      json.object(#""answered_by":"#) { $0.process(party, host, arguments: arguments) }
    }
    json.endRecord()
    json.finish(&output)
    // The line's end.
    output.cut(to: output.count - 1)
  }
}
