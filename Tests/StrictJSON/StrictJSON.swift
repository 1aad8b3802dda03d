/// A strict JSON parser (RFC 8259): no duplicate keys, no control characters.
package struct StrictJSON {
  package enum Value: Equatable, Sendable {
    case object([String: Value])
    case array([Value])
    case string(String)
    case number(Int)
    case flag(Bool)
  }

  package struct Refused: Error {
    package let reason: String
    package let offset: Int
  }

  private let octets: [UInt8]
  private var at = 0
  /// Paths of objects in the order in which they were opened.
  package private(set) var opened: [String] = []

  private init(_ octets: [UInt8]) { self.octets = octets }

  package static func parse(_ octets: some Sequence<UInt8>) throws -> (value: Value, opened: [String]) {
    var parser = StrictJSON(Array(octets))
    guard String(validating: parser.octets, as: UTF8.self) != nil else {
      throw Refused(reason: "not UTF-8", offset: 0)
    }
    let value = try parser.value("")
    guard parser.at == parser.octets.count else { throw parser.refused("something behind the value") }
    return (value, parser.opened)
  }

  private func refused(_ reason: String) -> Refused { Refused(reason: reason, offset: at) }

  private var next: UInt8? { at < octets.count ? octets[at] : nil }

  private mutating func take(_ text: StaticString) throws {
    for octet in text.description.utf8 {
      guard next == octet else { throw refused("expected \(text)") }
      at += 1
    }
  }

  private mutating func value(_ path: String) throws -> Value {
    switch next {
    case UInt8(ascii: "{"): return try object(path)
    case UInt8(ascii: "["): return try array(path)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try take("true")
      return .flag(true)
    case UInt8(ascii: "f"):
      try take("false")
      return .flag(false)
    default: return .number(try number())
    }
  }

  private mutating func object(_ path: String) throws -> Value {
    opened.append(path)
    try take("{")
    var members: [String: Value] = [:]
    repeat {
      if !members.isEmpty { try take(",") }
      let key = try string()
      try take(":")
      guard members.updateValue(try value(path + "." + key), forKey: key) == nil else {
        throw refused("\(key) twice")
      }
    } while next != UInt8(ascii: "}")
    at += 1
    return .object(members)
  }

  private mutating func array(_ path: String) throws -> Value {
    try take("[")
    var elements: [Value] = []
    repeat {
      if !elements.isEmpty { try take(",") }
      elements.append(try value("\(path)[\(elements.count)]"))
    } while next != UInt8(ascii: "]")
    at += 1
    return .array(elements)
  }

  private mutating func number() throws -> Int {
    let start = at
    while let octet = next, (48...57).contains(octet) || octet == UInt8(ascii: "-") { at += 1 }
    let text = String(decoding: octets[start..<at], as: UTF8.self)
    guard let number = Int(text), String(number) == text else { throw refused("not a number") }
    return number
  }

  private mutating func string() throws -> String {
    try take("\"")
    var text: [UInt8] = []
    while let octet = next, octet != UInt8(ascii: "\"") {
      at += 1
      guard octet >= 0x20, octet != 0x7f else { throw refused("control octet") }
      if octet != UInt8(ascii: "\\") {
        text.append(octet)
        continue
      }
      guard let escaped = next else { throw refused("the end behind a backslash") }
      at += 1
      switch escaped {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(escaped)
      case UInt8(ascii: "n"): text.append(10)
      case UInt8(ascii: "r"): text.append(13)
      case UInt8(ascii: "t"): text.append(9)
      case UInt8(ascii: "u"):
        guard at + 4 <= octets.count,
          let code = UInt32(String(decoding: octets[at..<at + 4], as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(code)
        else { throw refused("bad \\u") }
        at += 4
        text += Array(String(scalar).utf8)
      default: throw refused("bad escape")
      }
    }
    try take("\"")
    return String(decoding: text, as: UTF8.self)
  }
}

extension StrictJSON.Value {
  /// Leaves by dotted path; arrays are leaves.
  package var leaves: [String: Self] {
    guard case .object(let members) = self else { return [:] }
    var leaves: [String: Self] = [:]
    for (key, value) in members {
      guard case .object = value else {
        leaves[key] = value
        continue
      }
      for (path, leaf) in value.leaves { leaves["\(key).\(path)"] = leaf }
    }
    return leaves
  }

  /// Every string in it, keys too.
  package var strings: [String] {
    switch self {
    case .object(let members): members.keys + members.values.flatMap(\.strings)
    case .array(let elements): elements.flatMap(\.strings)
    case .string(let text): [text]
    case .number, .flag: []
    }
  }
}

extension StrictJSON.Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral text: String) { self = .string(text) }
  package init(integerLiteral number: Int) { self = .number(number) }
  package init(booleanLiteral flag: Bool) { self = .flag(flag) }
  package init(arrayLiteral elements: Self...) { self = .array(elements) }
  package init(dictionaryLiteral members: (String, Self)...) {
    self = .object(.init(uniqueKeysWithValues: members))
  }
}
