import Formats

/// A line of a frame: pieces of text, each of one style, that take at most so many columns together.
package struct StyledLine: Hashable, Sendable {
  package private(set) var pieces: [Piece] = []
  package private(set) var columns = 0
  package let width: Int
  /// Whether it is the one that the keys act on.
  package var isSelected = false

  package struct Piece: Hashable, Sendable {
    package var text: String
    package var style: Style
  }

  init(width: Int) { self.width = max(0, width) }

  /// Appends text, as far as there is room for it.
  mutating func append(_ text: some StringProtocol, _ style: Style = .plain) {
    let text = text.fitting(width - columns)
    guard !text.isEmpty else { return }
    columns += text.columnCount
    if pieces.last?.style == style {
      pieces[pieces.count - 1].text += text
    } else {
      pieces.append(Piece(text: text, style: style))
    }
  }

  /// Appends text in a cell of so many columns; text that is longer ends in an ellipsis.
  mutating func append(
    cell text: String, width: Int, _ alignment: Alignment = .left, _ style: Style = .plain, _ glyphs: Glyphs
  ) {
    let count = text.columnCount
    let shown = count <= width ? text : text.fitting(width - 1) + glyphs.ellipsis
    let padding = max(0, width - shown.columnCount)
    if alignment == .right { append(spaces: padding) }
    append(shown, style)
    if alignment == .left { append(spaces: padding) }
  }

  enum Alignment { case left, right }

  /// Appends pieces if there is room for all of them: a number that is cut would be another number.
  mutating func append(whole pieces: [Piece]) {
    guard columns + pieces.reduce(0, { $0 + $1.text.columnCount }) <= width else { return }
    for piece in pieces { append(piece.text, piece.style) }
  }

  mutating func append(spaces count: Int) { append(String(repeating: " ", count: max(0, count))) }

  /// Appends spaces up to a column, from 0.
  mutating func pad(to column: Int) { append(spaces: column - columns) }

  /// Appends text at the end of the line, if there is room for it behind what is there.
  mutating func append(atEnd text: String, _ style: Style) {
    let count = text.columnCount
    guard columns + count < width else { return }
    pad(to: width - count)
    append(text, style)
  }

  package var text: String { pieces.map(\.text).joined() }

  /// Without the spaces at its end.
  var trimmed: String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
  }
}

/// What a piece of text is, from which a theme makes its colour.
package enum Style: Hashable, Sendable {
  case plain, dim, title, heading, accent, good, warning, bad, key, active
  /// Of a bar or a graph, from 0 to 7.
  case level(Int)
}

/// The characters beyond letters and digits.
package struct Glyphs: Sendable {
  /// An eighth to eight eighths of a cell from below.
  let columns: [String]
  /// The same from the left.
  let rows: [String]
  let ellipsis: String
  let atLeast: String
  let down: String
  let corners: (topLeft: String, topRight: String, bottomLeft: String, bottomRight: String)
  let horizontal: String
  let vertical: String
  let cursor: String

  package static let unicode = Glyphs(
    columns: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"], rows: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    ellipsis: "…", atLeast: "≥", down: "▼", corners: ("╭", "╮", "╰", "╯"), horizontal: "─", vertical: "│",
    cursor: "█")

  /// For terminals without UTF-8.
  package static let ascii = Glyphs(
    columns: [".", ".", ":", ":", "+", "+", "#", "#"], rows: [" ", " ", "-", "-", "=", "=", "=", "="],
    ellipsis: "~", atLeast: ">", down: "v", corners: ("+", "+", "+", "+"), horizontal: "-", vertical: "|",
    cursor: "_")

  /// A value from 0 to 1 as a bar of so many columns, without spaces behind it.
  func bar(_ value: Double, width: Int) -> String {
    let eighths = Int((max(0, min(1, value)) * Double(8 * width)).rounded())
    let whole = String(repeating: rows[7], count: eighths / 8)
    // What is there at all, is seen.
    if eighths == 0 { return value > 0 ? rows[0] : "" }
    return eighths % 8 == 0 ? whole : whole + rows[eighths % 8 - 1]
  }
}

extension StringProtocol {
  /// The columns that it takes on a terminal.
  var columnCount: Int { unicodeScalars.reduce(0) { $0 + $1.columnCount } }

  /// Its start, as far as it fits into so many columns.
  func fitting(_ columns: Int) -> String {
    var room = columns
    let scalars = unicodeScalars.prefix { scalar in
      room -= scalar.columnCount
      return room >= 0
    }
    return String(String.UnicodeScalarView(scalars))
  }
}
