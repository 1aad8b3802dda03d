package import Bytes

/// How styles look on a terminal: which escape sequences (ECMA-48 §8.3.117, SGR) stand before a piece of text.
package struct Theme: Hashable, Sendable {
  package var depth: ColourDepth
  package var background: Background

  package enum ColourDepth: String, CaseIterable, Sendable {
    /// No escape sequences at all: for what is no terminal.
    case plain
    /// Only bold, dim and reverse video.
    case none
    case sixteen = "16"
    case palette = "256"
    case trueColour = "truecolor"
  }

  package enum Background: String, CaseIterable, Sendable { case dark, light }

  package init(_ depth: ColourDepth, _ background: Background = .dark) {
    self.depth = depth
    self.background = background
  }

  /// What a terminal can show, as its environment says.
  ///
  /// - Parameter variable: gives a variable of the environment: NO_COLOR (no-color.org), COLORTERM, TERM, and COLORFGBG,
  ///   which some terminals set to the numbers of their colours.
  package init(_ variable: (String) -> String?) {
    let term = variable("TERM") ?? ""
    let colours = variable("COLORTERM") ?? ""
    if !(variable("NO_COLOR") ?? "").isEmpty || term.isEmpty || term == "dumb" || term.hasPrefix("vt1") {
      depth = .none
    } else if colours == "truecolor" || colours == "24bit" || term.hasSuffix("-direct") {
      depth = .trueColour
    } else {
      depth = term.contains("256color") ? .palette : .sixteen
    }
    let number = variable("COLORFGBG").flatMap { $0.split(separator: ";").last }
    background = number == "7" || number == "15" ? .light : .dark
  }
}

// MARK: Painting

extension Theme {
  /// Appends a line for a terminal, with what restores the usual colour behind it.
  package func paint(_ line: StyledLine, to output: inout ByteWriter) {
    guard depth != .plain else { return output.append(text: line.trimmed) }
    for piece in line.pieces {
      let codes = (line.isSelected ? [selection] : []) + code(of: piece.style, isSelected: line.isSelected)
      guard !codes.isEmpty else {
        output.append(text: piece.text)
        continue
      }
      output.append(text: "\u{1b}[\(codes.joined(separator: ";"))m\(piece.text)\u{1b}[0m")
    }
    guard line.isSelected, line.columns < line.width else { return }
    output.append(
      text: "\u{1b}[\(selection)m\(String(repeating: " ", count: line.width - line.columns))\u{1b}[0m")
  }

  private var selection: String {
    switch depth {
    case .plain, .none, .sixteen: "7"
    case .palette: background == .dark ? "48;5;237" : "48;5;253"
    case .trueColour: background == .dark ? "48;2;44;52;70" : "48;2;214;224;240"
    }
  }

  private func code(of style: Style, isSelected: Bool) -> [String] {
    switch style {
    case .plain: return []
    case .title, .heading, .key: return depth == .none ? ["1"] : ["1"] + colour(of: style)
    case .active: return depth == .none ? ["7"] : ["1", "7"] + colour(of: style)
    case .bad, .warning: return depth == .none ? ["1"] : colour(of: style)
    case .dim: return depth == .none ? ["2"] : colour(of: style)
    default:
      // Reverse video of a colour is hard to read.
      if isSelected, depth == .sixteen { return [] }
      return colour(of: style)
    }
  }

  private func colour(of style: Style) -> [String] {
    let index = Self.index(of: style)
    switch depth {
    case .plain, .none: return []
    case .sixteen: return Self.sixteen[index].map { [$0] } ?? []
    case .palette:
      return ["38;5;\(background == .dark ? Self.paletteDark[index] : Self.paletteLight[index])"]
    case .trueColour:
      let (red, green, blue) = background == .dark ? Self.trueDark[index] : Self.trueLight[index]
      return ["38;2;\(red);\(green);\(blue)"]
    }
  }

  /// The place of a style in the tables below.
  private static func index(of style: Style) -> Int {
    switch style {
    case .plain, .dim: 0
    case .title: 1
    case .heading: 2
    case .accent: 3
    case .good: 4
    case .warning: 5
    case .bad: 6
    case .key: 7
    case .active: 8
    case .level(let level): 9 + max(0, min(7, level))
    }
  }

  // In the order of `index`: dim, title, heading, accent, good, warning, bad, key, active, and the eight levels.
  private static let sixteen: [String?] =
    [nil, "36", nil, "36", "32", "33", "31", nil, "36"] + Array(repeating: "36", count: 8)
  private static let paletteDark =
    [245, 80, 250, 80, 114, 221, 203, 252, 80, 30, 37, 38, 74, 75, 111, 141, 177]
  private static let paletteLight =
    [243, 24, 238, 25, 28, 130, 160, 236, 25, 66, 30, 31, 25, 26, 62, 61, 91]
  private static let trueDark: [(Int, Int, Int)] = [
    (132, 142, 160), (94, 214, 214), (176, 186, 204), (94, 214, 214), (126, 211, 133), (240, 200, 100),
    (244, 108, 108), (220, 226, 236), (94, 214, 214), (46, 148, 150), (56, 168, 172), (68, 184, 198),
    (82, 178, 220), (98, 164, 236), (122, 148, 244), (152, 134, 240), (186, 124, 232),
  ]
  private static let trueLight: [(Int, Int, Int)] = [
    (110, 118, 132), (0, 98, 122), (60, 68, 84), (0, 98, 122), (24, 128, 56), (160, 100, 0), (192, 28, 40),
    (32, 40, 56), (0, 98, 122), (60, 150, 150), (34, 138, 146), (20, 122, 150), (22, 104, 160),
    (38, 90, 176), (66, 78, 182), (98, 66, 178), (128, 54, 168),
  ]
}
