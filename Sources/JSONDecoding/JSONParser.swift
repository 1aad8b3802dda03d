/// Parses a JSON text in one pass.
struct JSONParser {
  private let octets: [UInt8]
  private var offset = 0
  private var depth = 0
  private let mostDepth: Int

  init(_ octets: [UInt8], mostDepth: Int) {
    self.octets = octets
    self.mostDepth = mostDepth
  }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value()
    skipSpace()
    guard offset == octets.count else { throw unexpected }
    return value
  }

  private var unexpected: JSONError { .unexpected(offset: offset) }

  private var next: UInt8? { offset < octets.count ? octets[offset] : nil }

  private mutating func skipSpace() {
    while let octet = next, octet == 0x20 || (0x09...0x0d).contains(octet) && octet != 0x0b && octet != 0x0c {
      offset += 1
    }
  }

  /// Skips `octet`, if it is next.
  private mutating func take(_ octet: UInt8) -> Bool {
    guard next == octet else { return false }
    offset += 1
    return true
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .flag(true))
    case UInt8(ascii: "f"): return try word("false", .flag(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < mostDepth else { throw .tooDeep }
    depth += 1
    offset += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipSpace()
      let name = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw unexpected }
      members[name] = try value()
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw unexpected }
    return .object(members)
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    repeat {
      elements.append(try value())
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw unexpected }
    return .array(elements)
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for octet in word.description.utf8 {
      guard take(octet) else { throw unexpected }
    }
    return value
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = offset
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    return .number(String(decoding: octets[start..<offset], as: UTF8.self))
  }

  private mutating func digits() throws(JSONError) {
    let start = offset
    while let octet = next, (0x30...0x39).contains(octet) { offset += 1 }
    guard offset > start else { throw unexpected }
  }

  private mutating func string() throws(JSONError) -> String {
    guard take(UInt8(ascii: "\"")) else { throw unexpected }
    var text: [UInt8] = []
    while let octet = next, octet != UInt8(ascii: "\"") {
      guard octet >= 0x20 else { throw unexpected }
      offset += 1
      if octet == UInt8(ascii: "\\") { try escape(into: &text) } else { text.append(octet) }
    }
    guard take(UInt8(ascii: "\"")) else { throw unexpected }
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let octet = next else { throw unexpected }
    offset += 1
    switch octet {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(octet)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(try scalar()).utf8)
    default: throw unexpected
    }
  }

  /// The character of a `\u` escape, or of two that are a surrogate pair; a single surrogate becomes U+FFFD.
  private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let isPair =
      (0xd800...0xdbff).contains(first) && offset + 6 <= octets.count && octets[offset] == UInt8(ascii: "\\")
      && octets[offset + 1] == UInt8(ascii: "u")
    guard isPair else { return "\u{fffd}" }
    let start = offset
    offset += 2
    let second = try codeUnit()
    guard (0xdc00...0xdfff).contains(second) else {
      offset = start
      return "\u{fffd}"
    }
    return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)) ?? "\u{fffd}"
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw unexpected
      }
      unit = unit << 4 | UInt32(digit)
      offset += 1
    }
    return unit
  }
}
