/// The table of fields in Documentation/Output.md.
package enum FieldReference {
  package static func markdown(_ fields: [Field] = Field.all) -> String {
    var lines = ["| field | type | meaning |", "|---|---|---|"]
    for field in fields { lines.append("| `\(field.name)` | \(field.kind) | \(field.about) |") }
    return lines.map { $0 + "\n" }.joined()
  }
}
