/// The text of a configuration file: a strict subset of YAML 1.2, with one option a line.
///
///     # a comment
///     history: true
///     history-keep: 30d
///     name:
///       - '*.example.com'
///       - example.org
///
/// A value is a plain scalar, a quoted one, or a list of these, a line each. Everything else that YAML has is refused: it is never
/// read as something else than YAML's own parsers would read. Each value stays the text that it is.
struct ConfigurationText: Equatable {
  struct Entry: Equatable {
    var key: String
    var values: [String]
    /// From 1.
    var line: Int
  }

  struct Malformed: Error, Equatable, CustomStringConvertible {
    let line: Int
    let column: Int
    let why: String

    var description: String { "line \(line), column \(column): \(why)" }
  }

  private(set) var entries: [Entry] = []

  init(_ text: String) throws(Malformed) {
    var number = 0
    // By octets: in a String, a carriage return and a newline are one character.
    for octets in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      var line = Line(Array(String(decoding: octets, as: UTF8.self).unicodeScalars), number)
      try read(&line)
    }
    if let entry = entries.first(where: { $0.values.isEmpty }) {
      throw Malformed(line: entry.line, column: 1, why: "\(entry.key) has no value")
    }
  }

  private mutating func read(_ line: inout Line) throws(Malformed) {
    let indentation = line.skipSpaces()
    try line.checkCharacters()
    guard !line.isAtEnd, line.next != "#" else { return }
    if line.next == "-", line.following == " " {
      guard indentation > 0, let last = entries.last, isOpen else {
        throw line.malformed("an item of a list must be indented below its option")
      }
      guard last.values.isEmpty || indentation == listIndentation else {
        throw line.malformed("all items of a list must be indented alike")
      }
      listIndentation = indentation
      line.advance()
      line.skipSpaces()
      entries[entries.count - 1].values.append(try line.scalar())
      return
    }
    guard indentation == 0 else { throw line.malformed("an option must begin at the start of its line") }
    if let last = entries.last, last.values.isEmpty {
      throw Malformed(line: last.line, column: 1, why: "\(last.key) has no value")
    }
    let key = try line.key()
    guard !entries.contains(where: { $0.key == key }) else {
      throw Malformed(line: line.number, column: 1, why: "\(key) is given twice")
    }
    line.skipSpaces()
    isOpen = line.isAtEnd || line.next == "#"
    entries.append(Entry(key: key, values: isOpen ? [] : [try line.scalar()], line: line.number))
  }

  /// Whether items of a list may follow.
  private var isOpen = false
  private var listIndentation = 0
}

/// One line, and how much of it is read.
private struct Line {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  let number: Int

  init(_ scalars: [Unicode.Scalar], _ number: Int) {
    self.scalars = scalars
    self.number = number
  }

  var isAtEnd: Bool { position == scalars.count }
  var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }
  var following: Unicode.Scalar? { position + 1 < scalars.count ? scalars[position + 1] : nil }

  mutating func advance() { position += 1 }

  /// The number of spaces.
  @discardableResult
  mutating func skipSpaces() -> Int {
    let start = position
    while next == " " { position += 1 }
    return position - start
  }

  func malformed(_ why: String) -> ConfigurationText.Malformed {
    ConfigurationText.Malformed(line: number, column: position + 1, why: why)
  }

  /// Printable characters, except for tabs and what YAML treats in its own way: other line breaks, the byte order mark.
  func checkCharacters() throws(ConfigurationText.Malformed) {
    for (index, scalar) in scalars.enumerated() {
      let isPrintable =
        scalar.value >= 0x20 && !(0x7f...0xa0).contains(scalar.value) && scalar != "\u{2028}"
        && scalar != "\u{2029}"
      guard isPrintable, scalar != "\u{feff}", scalar != "\u{fffd}" else {
        throw ConfigurationText.Malformed(
          line: number, column: index + 1,
          why: scalar == "\t" ? "a tab: use spaces" : "a character that is not text")
      }
    }
  }

  /// The name of an option, and the colon.
  mutating func key() throws(ConfigurationText.Malformed) -> String {
    var key = ""
    while let scalar = next,
      ("a"..."z").contains(scalar) || scalar == "-" && !key.isEmpty || ("0"..."9").contains(scalar)
    {
      key.unicodeScalars.append(scalar)
      advance()
    }
    guard !key.isEmpty else { throw malformed("the name of an option must begin here") }
    guard next == ":", following == nil || following == " " else {
      throw malformed("a colon and a space must follow \(key)")
    }
    advance()
    return key
  }

  /// A value up to the end of the line or to a comment.
  mutating func scalar() throws(ConfigurationText.Malformed) -> String {
    switch next {
    case "'": return try quoted("'")
    case "\"": return try quoted("\"")
    case nil, "#": throw malformed("there is no value")
    case let first?:
      let indicators: [Unicode.Scalar] = [
        "-", "?", ":", ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "%", "@", "`",
      ]
      guard !indicators.contains(first) else {
        throw malformed("a value that begins with \(first) must be in quotes")
      }
      return try plain()
    }
  }

  private mutating func plain() throws(ConfigurationText.Malformed) -> String {
    var text = String.UnicodeScalarView()
    while let scalar = next {
      if scalar == "#", text.last == " " { break }
      if scalar == ":", following == nil || following == " " {
        throw malformed("a value with \": \" must be in quotes")
      }
      text.append(scalar)
      advance()
    }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  private mutating func quoted(_ quote: Unicode.Scalar) throws(ConfigurationText.Malformed) -> String {
    var text = String.UnicodeScalarView()
    advance()
    while let scalar = next {
      advance()
      if scalar == quote {
        // In single quotes, a quote is written twice.
        guard quote == "'", next == quote else { return try end(String(text)) }
        advance()
      } else if quote == "\"", scalar == "\\" {
        guard let escaped = next, escaped == "\"" || escaped == "\\" else {
          throw malformed("in double quotes only \\\" and \\\\ are escapes")
        }
        text.append(escaped)
        advance()
        continue
      }
      text.append(scalar)
    }
    throw malformed("a quote is missing at the end")
  }

  private mutating func end(_ text: String) throws(ConfigurationText.Malformed) -> String {
    let spaces = skipSpaces()
    guard isAtEnd || spaces > 0 && next == "#" else { throw malformed("nothing may follow the quote") }
    return text
  }
}
