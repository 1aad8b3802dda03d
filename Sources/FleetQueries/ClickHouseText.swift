/// Text in ClickHouse's SQL. What a person gives is quoted here and nowhere else.
enum ClickHouseText {
  /// A string literal of any text.
  static func literal(_ text: String) -> String {
    var literal = "'"
    for character in text.unicodeScalars {
      switch character {
      case "\\", "'": literal += "\\\(character)"
      case "\0": literal += "\\0"
      default: literal.unicodeScalars.append(character)
      }
    }
    return literal + "'"
  }

  /// The literal of a pattern for LIKE that matches what a glob with `*` and `?` matches.
  static func like(_ glob: String) -> String {
    var pattern = ""
    for character in glob.unicodeScalars {
      switch character {
      case "*": pattern += "%"
      case "?": pattern += "_"
      case "\\", "%", "_": pattern += "\\\(character)"
      default: pattern.unicodeScalars.append(character)
      }
    }
    return literal(pattern)
  }
}
