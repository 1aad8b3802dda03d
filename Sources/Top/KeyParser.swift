/// What a person did at the terminal.
package enum TopKey: Hashable, Sendable {
  case up, down, left, right, pageUp, pageDown, home, end, enter, escape, backspace, tab
  case character(Unicode.Scalar)
  /// Ctrl and a letter in lower case.
  case control(Character)
  /// A press at a column and row, both from 0.
  case press(column: Int, row: Int)
  case wheelUp, wheelDown
}

/// Makes keys of the octets that a terminal sends: UTF-8, the cursor keys of xterm, and mouse reports of mode 1006.
package struct KeyParser: Sendable {
  private var octets: [UInt8] = []

  /// The octets of one key; what is longer is no key.
  private static let longest = 32

  package init() {}

  /// Whether a key has begun that may be complete: Escape begins other keys too.
  package var isPending: Bool { !octets.isEmpty }

  /// Takes octets, and gives the keys that they complete.
  package mutating func push(_ more: some Sequence<UInt8>) -> [TopKey] {
    var keys: [TopKey] = []
    for octet in more {
      octets.append(octet)
      switch Self.read(octets) {
      case .incomplete: if octets.count >= Self.longest { octets = [] }
      case .key(let key):
        octets = []
        if let key { keys.append(key) }
      case .escapeThen:
        // Escape was a key by itself.
        octets = []
        keys.append(.escape)
        keys += push([octet])
      }
    }
    return keys
  }

  /// Gives the key that has begun, when nothing has followed for a moment.
  package mutating func flush() -> TopKey? {
    defer { octets = [] }
    return octets == [0x1b] ? .escape : nil
  }

  private enum Reading { case incomplete, key(TopKey?), escapeThen }

  private static func read(_ octets: [UInt8]) -> Reading {
    guard let first = octets.first else { return .incomplete }
    switch first {
    case 0x1b: return readEscape(octets)
    case 0x0d, 0x0a: return .key(.enter)
    case 0x09: return .key(.tab)
    case 0x08, 0x7f: return .key(.backspace)
    case 0x01...0x1a: return .key(.control(Character(Unicode.Scalar(first | 0x60))))
    case 0x20..<0x7f: return .key(.character(Unicode.Scalar(first)))
    case 0xc2..<0xf5:
      let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
      guard octets.count == length else { return .incomplete }
      let scalars = String(decoding: octets, as: UTF8.self).unicodeScalars
      guard scalars.count == 1, let scalar = scalars.first, scalar != "\u{fffd}" else { return .key(nil) }
      return .key(.character(scalar))
    default: return .key(nil)
    }
  }

  private static func readEscape(_ octets: [UInt8]) -> Reading {
    guard octets.count > 1 else { return .incomplete }
    guard octets[1] == UInt8(ascii: "[") || octets[1] == UInt8(ascii: "O") else { return .escapeThen }
    guard octets.count > 2 else { return .incomplete }
    let last = octets[octets.count - 1]
    guard 0x40..<0x7f ~= last else { return .incomplete }
    let parameters = octets[2..<octets.count - 1]
    switch last {
    case UInt8(ascii: "A"): return .key(.up)
    case UInt8(ascii: "B"): return .key(.down)
    case UInt8(ascii: "C"): return .key(.right)
    case UInt8(ascii: "D"): return .key(.left)
    case UInt8(ascii: "H"): return .key(.home)
    case UInt8(ascii: "F"): return .key(.end)
    case UInt8(ascii: "~"):
      switch numbers(parameters).first {
      case 1, 7: return .key(.home)
      case 4, 8: return .key(.end)
      case 5: return .key(.pageUp)
      case 6: return .key(.pageDown)
      default: return .key(nil)
      }
    case UInt8(ascii: "M") where parameters.first == UInt8(ascii: "<"):
      let numbers = numbers(parameters.dropFirst())
      guard numbers.count == 3 else { return .key(nil) }
      switch numbers[0] {
      case 0: return .key(.press(column: numbers[1] - 1, row: numbers[2] - 1))
      case 64: return .key(.wheelUp)
      case 65: return .key(.wheelDown)
      default: return .key(nil)
      }
    default: return .key(nil)
    }
  }

  /// Decimal numbers between semicolons, as far as they are small.
  private static func numbers(_ octets: ArraySlice<UInt8>) -> [Int] {
    octets.split(separator: UInt8(ascii: ";")).compactMap { digits in
      Int(String(decoding: digits, as: UTF8.self)).flatMap { 0...9999 ~= $0 ? $0 : nil }
    }
  }
}
