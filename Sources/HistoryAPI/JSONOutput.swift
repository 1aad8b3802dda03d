import Bytes
import Formats
import TraceModel

/// Writes JSON, member by member.
struct JSONOutput: ~Copyable {
  private var bytes = ByteWriter(room: 1 << 12)
  private var needsComma = false

  static func document(_ write: (inout JSONOutput) -> Void) -> [UInt8] {
    var output = JSONOutput()
    output.object { write(&$0) }
    output.bytes.append(UInt8(ascii: "\n"))
    return output.bytes.array()
  }

  mutating func object(_ name: StaticString? = nil, _ write: (inout JSONOutput) -> Void) {
    enclose(name, "{", "}", write)
  }

  mutating func array(_ name: StaticString? = nil, _ write: (inout JSONOutput) -> Void) {
    enclose(name, "[", "]", write)
  }

  mutating func array<Element>(
    _ name: StaticString, of elements: some Sequence<Element>, _ write: (inout JSONOutput, Element) -> Void
  ) {
    array(name) { json in for element in elements { write(&json, element) } }
  }

  mutating func text(_ name: StaticString? = nil, _ text: String) {
    begin(name)
    bytes.append(jsonString: text)
    needsComma = true
  }

  /// A member that is left out when there is no text.
  mutating func known(_ name: StaticString, _ text: String?) {
    guard let text, !text.isEmpty else { return }
    self.text(name, text)
  }

  mutating func number(_ name: StaticString? = nil, _ number: some BinaryInteger) {
    begin(name)
    bytes.append(text: "\(number)")
    needsComma = true
  }

  mutating func flag(_ name: StaticString, _ flag: Bool) {
    begin(name)
    bytes.append(text: flag ? "true" : "false")
    needsComma = true
  }

  mutating func time(_ name: StaticString, _ time: Timestamp?) {
    guard let time else { return }
    text(name, CompactTime.rfc3339(time))
  }

  /// A record as `JSONFormat` writes it, without the end of the line.
  mutating func record(_ name: StaticString, _ record: borrowing ByteWriter) {
    begin(name)
    bytes.append(octets: record.span.extracting(first: max(0, record.count - 1)))
    needsComma = true
  }

  mutating func hex(_ name: StaticString, _ octets: some Sequence<UInt8>) {
    begin(name)
    bytes.append(UInt8(ascii: "\""))
    for octet in octets { bytes.append(hex: octet) }
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  private mutating func begin(_ name: StaticString?) {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    guard let name else { return }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(fixed: name)
    bytes.append(fixed: "\":")
  }

  private mutating func enclose(
    _ name: StaticString?, _ opening: StaticString, _ closing: StaticString,
    _ write: (inout JSONOutput) -> Void
  ) {
    begin(name)
    bytes.append(fixed: opening)
    needsComma = false
    write(&self)
    bytes.append(fixed: closing)
    needsComma = true
  }
}
