package import Bytes
import DNSWire
import TraceModel

// Strings as RFC 8259 §7 requires.
extension ByteWriter {
  /// Text for a JSON string: escaped as RFC 8259 §7 requires, and control characters beyond ASCII too, because a terminal
  /// interprets them.
  package mutating func append(jsonInside text: some Sequence<UInt8>) {
    var afterC2 = false
    for octet in text {
      if afterC2 {
        afterC2 = false
        if octet < 0xa0 {  // U+0080 … U+009F, in UTF-8 C2 80 … C2 9F
          append(fixed: "\\u00")
          append(hex: octet)
          continue
        }
        append(0xc2)
      }
      switch octet {
      case 0xc2: afterC2 = true
      case UInt8(ascii: "\""): append(fixed: "\\\"")
      case UInt8(ascii: "\\"): append(fixed: "\\\\")
      case 0x0a: append(fixed: "\\n")
      case 0x0d: append(fixed: "\\r")
      case 0x09: append(fixed: "\\t")
      case 0..<0x20, 0x7f:
        append(fixed: "\\u00")
        append(hex: octet)
      default: append(octet)
      }
    }
  }

  /// A JSON string with its quotes.
  package mutating func append(jsonString text: String) {
    append(UInt8(ascii: "\""))
    append(jsonInside: text.utf8)
    append(UInt8(ascii: "\""))
  }

  /// Presentation text, which `write` appends, for a JSON string: printable ASCII, in which JSON escapes only the
  /// backslash and the quote.
  mutating func append(escapingJSON write: (inout ByteWriter) -> Void) {
    let start = count
    write(&self)
    escape(from: start)
  }

  /// A domain name for a JSON string, in presentation form.
  @discardableResult
  mutating func append(jsonInside name: NameView, finalDot: Bool = false, lowercased: Bool = true)
    -> NameView.Kind
  {
    let start = count
    let kind = name.write(to: &self, finalDot: finalDot, lowercased: lowercased)
    if kind.isEscaped { escape(from: start) }
    return kind
  }

  /// A record's data in presentation form, for a JSON string.
  mutating func append(jsonInsideOf record: RecordView) {
    let start = count
    record.writeData(to: &self)
    escape(from: start)
  }
}
