import Testing

@testable import Formats

/// Documentation/Output.md agrees with the code.
@Suite(.serialized) struct DocumentationTests {
  @Test func `the table of fields equals the list of fields`() throws {
    try Golden.expectSection("fields", of: "Output.md", FieldReference.markdown())
    // Fields that equal those of the JSON format are not documented twice.
    let own = Field.eve.filter { field in !Field.all.contains { $0.name == field.name } }
    try Golden.expectSection("eve fields", of: "Output.md", FieldReference.markdown(own))
  }

  @Test(arguments: ["table", "keyvalue", "json", "eve"]) func `the examples equal the output of the formats`(
    format: String
  ) throws {
    let fixture = try Fixture()
    let host = Fixture.host
    var encoder: any Encoder =
      switch format {
      case "table": TableFormat(host: host, width: 141, style: .plain)
      case "keyvalue": KeyValueFormat(host: host)
      case "eve": EVEFormat(host: host)
      default: JSONFormat(host: host)
      }
    let examples =
      format == "table"
      ? [
        "chain of aliases", "AAAA over TCP", "no such name", "a local server answered", "another host asked",
        "unanswered", "late",
      ]
      : format == "keyvalue" ? ["chain of aliases", "unanswered"] : ["in a container"]
    var output: [UInt8] = []
    encoder.start(&output)
    for example in examples { encoder.encode(try #require(fixture.record(example)), to: &output) }
    let isJSON = format == "json" || format == "eve"
    let text = isJSON ? Self.broken(output) : String(decoding: output, as: UTF8.self)
    try Golden.expectSection(
      "example \(format)", of: "Output.md", "```\(isJSON ? "json" : "text")\n\(text)```\n")
  }

  /// One line per top-level key, for a page that is narrower than a record.
  private static func broken(_ output: [UInt8]) -> String {
    var depth = 0
    var text = ""
    for character in String(decoding: output, as: UTF8.self) {
      if character == "}" { depth -= 1 }
      if character == "}" && depth == 0 { text += "\n" }
      text.append(character)
      if character == "{" { depth += 1 }
      if (character == "{" || character == ",") && depth == 1 { text += "\n  " }
    }
    return text
  }
}
