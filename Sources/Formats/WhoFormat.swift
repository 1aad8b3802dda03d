import Correlation

/// Who it was, for formats that have a place for a text: `process`, `container` and, under `querent`, what our
/// JSON says of them.
enum WhoFormat {
  private static let fields =
    Field.process
    + Field.querent.filter { field in
      ["querent.attribution.", "querent.answered_by.", "querent.role", "querent.netns", "querent.cgroup"]
        .contains { field.path.name.hasPrefix($0) }
    }

  /// Appends one JSON object, without the arguments when with them it would be longer than `limit` octets.
  static func append(_ shown: Shown, _ host: Host, atMost limit: Int, to output: inout [UInt8]) {
    let start = output.count
    append(fields, shown, host, to: &output)
    guard output.count - start > limit else { return }
    output.removeLast(output.count - start)
    append(fields.filter { !$0.path.name.hasSuffix(".args") }, shown, host, to: &output)
  }

  private static func append(_ fields: [Field], _ shown: Shown, _ host: Host, to output: inout [UInt8]) {
    var json = JSONWriter(appendingTo: output)
    output = []
    for field in fields {
      json.at(field.path)
      field.write(shown, host, &json)
    }
    json.finish()
    output = json.output
    // The line's end.
    output.removeLast()
  }
}
