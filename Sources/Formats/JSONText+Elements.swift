import Bytes
import TraceModel

// Elements of arrays, and values after a key.
extension JSONText {
  @inline(__always)
  mutating func element(_ write: (inout Self) -> Void) {
    octets.append(UInt8(ascii: "{"))
    write(&self)
    octets.replaceLast(with: UInt8(ascii: "}"))
    comma()
  }

  mutating func element(_ value: String) {
    octets.append(UInt8(ascii: "\""))
    let text = value.utf8.span
    if text.isPlainText { octets.append(octets: text) } else { octets.append(jsonInside: value.utf8) }
    fixed("\",")
  }

  mutating func element(_ value: Timestamp) {
    if let lastTime, lastTime.value.nanoseconds == value.nanoseconds { return element(again: lastTime.text) }
    let start = octets.count
    octets.append(UInt8(ascii: "\""))
    memory.second.write(value, to: &octets)
    fixed("Z\",")
    lastTime = (value, start..<(octets.count - 1))
  }

  /// Returns the range of the text, for `element(again:)`.
  @discardableResult
  mutating func element(_ value: IPAddress) -> Range<Int> {
    let start = octets.count
    octets.append(UInt8(ascii: "\""))
    value.write(to: &octets)
    fixed("\",")
    // The comma may be replaced by a bracket.
    return start..<(octets.count - 1)
  }

  /// Text in presentation form, printable ASCII, which `write` appends.
  @inline(__always)
  mutating func element(presentation write: (inout ByteWriter) -> Void) {
    octets.append(UInt8(ascii: "\""))
    octets.append(escapingJSON: write)
    fixed("\",")
  }

  /// A copy of text that is already in the record.
  @inline(__always)
  mutating func element(again range: Range<Int>) {
    octets.append(again: range)
    comma()
  }
}
