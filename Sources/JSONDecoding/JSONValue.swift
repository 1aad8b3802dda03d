/// A JSON value (RFC 8259).
package indirect enum JSONValue: Equatable, Sendable {
  case null
  case flag(Bool)
  /// The number as written.
  case number(String)
  case string(String)
  case array([JSONValue])
  /// If members have the same name, the last one.
  case object([String: JSONValue])

  /// Parses one value with optional white space around it.
  ///
  /// - Parameter mostDepth: the maximum nesting of arrays and objects.
  package init(_ octets: [UInt8], mostDepth: Int = 32) throws(JSONError) {
    var parser = JSONParser(octets, mostDepth: mostDepth)
    self = try parser.document()
  }

  /// An object's member; nil for every other value.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  package var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  package var elements: [JSONValue] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }

  /// A whole number.
  package var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }
}

/// Why octets are not JSON.
package enum JSONError: Error {
  /// Another character was expected at this offset.
  case unexpected(offset: Int)
  case tooDeep
}
