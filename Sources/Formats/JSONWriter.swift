import Captures
import DNSWire

/// Writes one JSON object (RFC 8259) from dotted paths that come in the order of their objects.
///
/// A path is announced with `at` and costs nothing until a value follows: absent means no key.
struct JSONWriter {
  var output: [UInt8]
  private var path: JSONPath = ""
  /// The objects that are open, by `JSONPath.Component.prefix`.
  private var open: [Int] = []
  private var needsComma = false

  /// Takes over a buffer to append to; take it back from `output`.
  init(appendingTo output: [UInt8]) {
    self.output = output
    self.output.append(UInt8(ascii: "{"))
  }

  mutating func at(_ path: JSONPath) { self.path = path }

  mutating func finish() {
    for _ in open { output.append(UInt8(ascii: "}")) }
    output.append(text: "}\n")
  }

  /// A string, left out when it is empty.
  mutating func value(_ string: String?) {
    guard let string, !string.isEmpty else { return }
    value { $0.append(json: string) }
  }

  mutating func value(_ number: (some BinaryInteger)?) {
    guard let number else { return }
    value { $0.append(decimal: number) }
  }

  mutating func value(_ flag: Bool?) {
    guard let flag else { return }
    value { $0.append(contentsOf: (flag ? "true" : "false").utf8) }
  }

  mutating func value(_ strings: [String]?) {
    guard let strings else { return }
    array(strings) { $0.append(json: $1) }
  }

  mutating func value(_ time: Timestamp?) {
    guard let time else { return }
    quoted { CivilTime(time).writeUTC(to: &$0) }
  }

  mutating func value(_ address: IPAddress?) {
    guard let address else { return }
    quoted { address.write(to: &$0) }
  }

  mutating func value(_ name: Name?) {
    guard let name else { return }
    value { $0.append(json: name) }
  }

  /// An array, left out when it is empty.
  mutating func array<Elements: Sequence>(
    _ elements: Elements, _ write: (inout [UInt8], Elements.Element) -> Void
  ) {
    var iterator = elements.makeIterator()
    guard let first = iterator.next() else { return }
    value { output in
      output.append(UInt8(ascii: "["))
      write(&output, first)
      while let next = iterator.next() {
        output.append(UInt8(ascii: ","))
        write(&output, next)
      }
      output.append(UInt8(ascii: "]"))
    }
  }

  mutating func quoted(_ write: (inout [UInt8]) -> Void) {
    value { output in
      output.append(UInt8(ascii: "\""))
      write(&output)
      output.append(UInt8(ascii: "\""))
    }
  }

  /// Opens and closes objects as far as the announced path asks, then writes a value.
  mutating func value(_ write: (inout [UInt8]) -> Void) {
    let depth = path.components.count - 1
    guard depth >= 0 else { return }
    var common = 0
    while common < min(open.count, depth), open[common] == path.components[common].prefix { common += 1 }
    while open.count > common {
      output.append(UInt8(ascii: "}"))
      open.removeLast()
      needsComma = true
    }
    while open.count < depth {
      appendKey(open.count)
      output.append(UInt8(ascii: "{"))
      open.append(path.components[open.count].prefix)
      needsComma = false
    }
    appendKey(depth)
    write(&output)
    needsComma = true
  }

  private mutating func appendKey(_ index: Int) {
    if needsComma { output.append(UInt8(ascii: ",")) }
    output.append(contentsOf: path.components[index].key)
  }
}

/// A dotted field name, taken apart once.
package final class JSONPath: Sendable, ExpressibleByStringLiteral {
  package let name: String
  let components: [Component]

  struct Component: Sendable {
    /// A number for the path up to here, so that two are compared without their text.
    let prefix: Int
    /// `"name":`
    let key: [UInt8]
  }

  package init(stringLiteral name: String) {
    self.name = name
    var hasher = Hasher()
    components = name.split(separator: ".").map { part in
      hasher.combine(part)
      let prefix = hasher
      return Component(prefix: prefix.finalize(), key: Array("\"\(part)\":".utf8))
    }
  }
}

extension [UInt8] {
  /// A JSON string: what RFC 8259 §7 asks, and control characters beyond ASCII too, since a terminal
  /// obeys them.
  mutating func append(json text: some Sequence<UInt8>) {
    append(UInt8(ascii: "\""))
    append(jsonInside: text)
    append(UInt8(ascii: "\""))
  }

  /// The same of text that is mostly plain, which is then appended at once.
  mutating func append(json text: String) {
    append(UInt8(ascii: "\""))
    if text.utf8.span.isPlain { append(contentsOf: text.utf8) } else { append(jsonInside: text.utf8) }
    append(UInt8(ascii: "\""))
  }

  mutating func append(jsonInside text: some Sequence<UInt8>) {
    var afterC2 = false
    for octet in text {
      if afterC2 {
        afterC2 = false
        if octet < 0xa0 {  // U+0080 … U+009F, in UTF-8 C2 80 … C2 9F
          append(text: "\\u00")
          append(hexadecimal: CollectionOfOne(octet))
          continue
        }
        append(0xc2)
      }
      switch octet {
      case 0xc2: afterC2 = true
      case UInt8(ascii: "\""): append(text: "\\\"")
      case UInt8(ascii: "\\"): append(text: "\\\\")
      case 0x0a: append(text: "\\n")
      case 0x0d: append(text: "\\r")
      case 0x09: append(text: "\\t")
      case 0..<0x20, 0x7f:
        append(text: "\\u00")
        append(hexadecimal: CollectionOfOne(octet))
      default: append(octet)
      }
    }
  }

  /// A domain name as a JSON string: lower case, presentation form, without the final dot.
  mutating func append(json name: Name) {
    append(UInt8(ascii: "\""))
    let start = count
    name.write(to: &self, finalDot: false, lowercased: true)
    escapeBackslashes(from: start)
    append(UInt8(ascii: "\""))
  }

  /// A record's data as a JSON string, in presentation form.
  mutating func append(jsonDataOf record: ResourceRecord) {
    append(UInt8(ascii: "\""))
    let start = count
    record.writeData(to: &self)
    escapeBackslashes(from: start)
    append(UInt8(ascii: "\""))
  }

  /// Presentation text is printable ASCII; of that JSON escapes only the backslash and the quote.
  private mutating func escapeBackslashes(from start: Int) {
    guard self[start...].contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") }) else {
      return
    }
    let text = Array(self[start...])
    removeLast(count - start)
    append(jsonInside: text)
  }
}

extension Span<UInt8> {
  /// Whether it is ASCII that a JSON string holds as it is.
  fileprivate var isPlain: Bool {
    for index in indices {
      let octet = self[index]
      if octet < 0x20 || octet > 0x7e || octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") {
        return false
      }
    }
    return true
  }
}
