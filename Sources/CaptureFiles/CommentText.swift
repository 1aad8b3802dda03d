/// Comments with one `Key: value` per line, a format that ptcpdump introduced.
enum CommentText {
  /// The pairs, without surrounding spaces; other lines are skipped.
  static func pairs(_ text: ArraySlice<UInt8>) -> [(key: String, value: ArraySlice<UInt8>)] {
    text.split(whereSeparator: { $0 == UInt8(ascii: "\n") }).compactMap { line in
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
      return (String(decoding: trimmed(line[..<colon]), as: UTF8.self), trimmed(line[(colon + 1)...]))
    }
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }
    guard let last = text.lastIndex(where: { !isSpace($0) }) else { return [] }
    return text[...last].drop(while: isSpace)
  }

  static func number<Number: FixedWidthInteger>(_ value: ArraySlice<UInt8>) -> Number? {
    Number(String(decoding: value, as: UTF8.self))
  }

  // MARK: Escaping

  /// Appends `key`, a colon, and a value in which control characters, backslashes and leading and trailing spaces are
  /// escaped as `\DDD`.
  static func append(_ key: String, _ value: some Collection<UInt8>, to text: inout [UInt8]) {
    start(key, &text)
    let last = value.count - 1
    for (place, octet) in value.enumerated() {
      append(octet, escaping: octet == 0x20 && (place == 0 || place == last), to: &text)
    }
  }

  static func append(_ key: String, _ number: some BinaryInteger, to text: inout [UInt8]) {
    append(key, String(number).utf8, to: &text)
  }

  /// Appends a list separated by spaces; a space in a value is escaped, and an empty value is `\000`. Beyond
  /// `limit` octets the rest is replaced by three dots.
  static func append(_ key: String, list: [String], atMost limit: Int, to text: inout [UInt8]) {
    start(key, &text)
    let end = text.count + limit
    for (place, value) in list.enumerated() {
      let start = text.count
      if place > 0 { text.append(0x20) }
      if value.isEmpty { append(0, escaping: true, to: &text) }
      for octet in value.utf8 { append(octet, escaping: octet == 0x20, to: &text) }
      if text.count > end {
        text.removeLast(text.count - start)
        text += "...".utf8
        return
      }
    }
  }

  private static func start(_ key: String, _ text: inout [UInt8]) {
    if !text.isEmpty { text.append(UInt8(ascii: "\n")) }
    text += key.utf8
    text += ": ".utf8
  }

  private static func append(_ octet: UInt8, escaping: Bool, to text: inout [UInt8]) {
    guard escaping || octet < 0x20 || octet == 0x7f || octet == UInt8(ascii: "\\") else {
      return text.append(octet)
    }
    text.append(UInt8(ascii: "\\"))
    for place: UInt8 in [100, 10, 1] { text.append(UInt8(ascii: "0") + octet / place % 10) }
  }

  /// Decodes `\DDD`.
  static func unescaped(_ value: ArraySlice<UInt8>) -> [UInt8] {
    var octets: [UInt8] = []
    var rest = value
    while let first = rest.popFirst() {
      let digits = rest.prefix(3)
      guard first == UInt8(ascii: "\\"), digits.count == 3,
        digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
        let octet = UInt8(String(decoding: digits, as: UTF8.self))
      else {
        octets.append(first)
        continue
      }
      rest = rest.dropFirst(3)
      octets.append(octet)
    }
    return octets
  }
}
