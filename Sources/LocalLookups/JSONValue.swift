/// A JSON value (RFC 8259), as far as varlink's calls need it.
///
/// Parsing is total: any octets give a value or nil, and nesting is bounded.
enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// With a fraction, an exponent or too many digits: nothing here asks for its value.
  case otherNumber
  case string(String)
  case array([JSONValue])
  /// Of several members with one name the last counts.
  case object([String: JSONValue])

  /// Parses a whole text; nil if it is not JSON or nested too deep.
  init?(_ octets: ArraySlice<UInt8>) {
    var parser = Parser(rest: octets)
    guard let value = parser.value(depth: 0), parser.isAtEnd else { return nil }
    self = value
  }

  subscript(name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
  var string: String? { if case .string(let value) = self { value } else { nil } }
  var elements: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The octets that an array of numbers lists; nil for anything else.
  var octets: [UInt8]? {
    guard let elements else { return nil }
    var octets: [UInt8] = []
    for element in elements {
      guard let value = element.integer, let octet = UInt8(exactly: value) else { return nil }
      octets.append(octet)
    }
    return octets
  }
}

private struct Parser {
  var rest: ArraySlice<UInt8>

  private static let mostDepth = 16

  /// Whether nothing but white space follows.
  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return rest.isEmpty
    }
  }

  mutating func value(depth: Int) -> JSONValue? {
    skipSpace()
    guard depth < Self.mostDepth, let first = rest.first else { return nil }
    switch first {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""): return string().map(JSONValue.string)
    case UInt8(ascii: "t"): return literal("true", .bool(true))
    case UInt8(ascii: "f"): return literal("false", .bool(false))
    case UInt8(ascii: "n"): return literal("null", .null)
    default: return number()
    }
  }

  private mutating func object(depth: Int) -> JSONValue? {
    rest.removeFirst()
    var members: [String: JSONValue] = [:]
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard let name = string(), take(UInt8(ascii: ":")), let value = value(depth: depth + 1) else {
        return nil
      }
      members[name] = value
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { return nil }
    }
  }

  private mutating func array(depth: Int) -> JSONValue? {
    rest.removeFirst()
    var elements: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      guard let value = value(depth: depth + 1) else { return nil }
      elements.append(value)
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { return nil }
    }
  }

  private mutating func string() -> String? {
    guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
    var octets: [UInt8] = []
    while let octet = rest.popFirst() {
      switch octet {
      case UInt8(ascii: "\""): return String(decoding: octets, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escaped() else { return nil }
        octets += Array(String(Character(scalar)).utf8)
      case 0..<0x20: return nil
      default: octets.append(octet)
      }
    }
    return nil
  }

  private mutating func escaped() -> Unicode.Scalar? {
    switch rest.popFirst() {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let unit = codeUnit() else { return nil }
      if let scalar = Unicode.Scalar(unit) { return scalar }
      guard unit < 0xdc00, rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u"),
        let low = codeUnit(), 0xdc00..<0xe000 ~= low
      else { return nil }
      return Unicode.Scalar(0x10000 + (UInt32(unit) - 0xd800) << 10 + (UInt32(low) - 0xdc00))
    default: return nil
    }
  }

  private mutating func codeUnit() -> UInt16? {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = rest.popFirst()?.hexDigit else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  private mutating func number() -> JSONValue? {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let text = rest.prefix { digits.contains($0) || Self.signs.contains($0) }
    rest.removeFirst(text.count)
    let start = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
    guard let first = start.first, digits.contains(first) else { return nil }
    guard let value = Int64(String(decoding: text, as: UTF8.self)) else { return .otherNumber }
    return .integer(value)
  }

  private static let signs = Array("+-.eE".utf8)

  private mutating func literal(_ text: StaticString, _ value: JSONValue) -> JSONValue? {
    for octet in text.description.utf8 where rest.popFirst() != octet { return nil }
    return value
  }

  /// Passes over an octet and the white space before it, if it is next.
  private mutating func take(_ octet: UInt8) -> Bool {
    skipSpace()
    guard rest.first == octet else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func skipSpace() {
    while let octet = rest.first, octet == 0x20 || 0x9...0xa ~= octet || octet == 0xd { rest.removeFirst() }
  }
}

extension UInt8 {
  fileprivate var hexDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
