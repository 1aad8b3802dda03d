import Bytes
import TraceModel

/// Writes JSON (RFC 8259) member by member, each behind its key; what has no value has no key.
///
/// Keys are given as they shall stand, with quotes and colon, so that each is one copy; what writes a key is inlined, so that
/// its octets are constants. A comma follows each member; the end of an object turns the last one into a brace.
struct JSONText: ~Copyable {
  var octets: ByteWriter
  var memory = JSONMemory()
  /// The moment that was written last, and where its text is.
  var lastTime: (value: Timestamp, text: Range<Int>)?
  /// The question's name, as it was written.
  var asked = WrittenName()

  init(_ output: inout ByteWriter) {
    octets = ByteWriter()
    swap(&octets, &output)
  }

  /// Appends to `output`, until `finish` hands it back.
  init(_ output: inout ByteWriter, _ memory: inout JSONMemory) {
    self.init(&output)
    swap(&memory, &self.memory)
  }

  /// Hands the text over.
  consuming func finish(_ output: inout ByteWriter) { swap(&octets, &output) }

  /// Hands the text over, and what is to be kept.
  consuming func finish(_ output: inout ByteWriter, _ memory: inout JSONMemory) {
    swap(&memory, &self.memory)
    finish(&output)
  }

  /// Members by themselves, to be kept.
  static func text(_ write: (inout JSONText) -> Void) -> [UInt8] {
    ByteWriter.array(room: 512) { text in
      var json = JSONText(&text)
      write(&json)
      json.finish(&text)
    }
  }
}

/// Where a name's text is in a record, with its quotes.
struct WrittenName {
  var text = 0..<0
  var hasUpperCase = false
}

// MARK: Structure

extension JSONText {
  mutating func beginRecord() {
    lastTime = nil
    asked = WrittenName()
    memory.resolved.removeAll(keepingCapacity: true)
    memory.addresses.removeAll()
    octets.append(UInt8(ascii: "{"))
  }

  /// Ends a record that has at least one member, and its line.
  mutating func endRecord() {
    octets.replaceLast(with: UInt8(ascii: "}"))
    octets.append(UInt8(ascii: "\n"))
  }

  /// An object, left out when nothing is written inside.
  @inline(__always)
  mutating func object(_ key: StaticString, _ body: (inout Self) -> Void) {
    group(key, UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  /// An array of what `body` writes, an element each time it calls; left out when that is none.
  @inline(__always)
  mutating func array(_ key: StaticString, _ body: (inout Self) -> Void) {
    group(key, UInt8(ascii: "["), UInt8(ascii: "]"), body)
  }

  @inline(__always)
  private mutating func group(
    _ key: StaticString, _ opening: UInt8, _ closing: UInt8, _ body: (inout Self) -> Void
  ) {
    let start = octets.count
    octets.append(fixed: key)
    octets.append(opening)
    let inside = octets.count
    body(&self)
    guard octets.count > inside else { return octets.cut(to: start) }
    octets.replaceLast(with: closing)
    comma()
  }

  /// Ends an object whose start was `fixed`, and that has a member.
  @inline(__always)
  mutating func closeObject() {
    octets.replaceLast(with: UInt8(ascii: "}"))
    comma()
  }

  /// Ends an array whose start was `fixed`, and that has an element.
  @inline(__always)
  mutating func closeArray() {
    octets.replaceLast(with: UInt8(ascii: "]"))
    comma()
  }

  /// Members or elements that are known at compile time, with a comma behind each.
  @inline(__always)
  mutating func fixed(_ members: StaticString) { octets.append(fixed: members) }

  @inline(__always)
  mutating func comma() { octets.append(UInt8(ascii: ",")) }
}

// MARK: Members

extension JSONText {
  /// A string of printable ASCII without quotes and backslashes, which `write` appends.
  @inline(__always)
  mutating func quoted(_ key: StaticString, _ write: (inout ByteWriter) -> Void) {
    fixed(key)
    octets.append(UInt8(ascii: "\""))
    write(&octets)
    fixed("\",")
  }

  /// Left out when it is empty.
  @inline(__always)
  mutating func string(_ key: StaticString, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    fixed(key)
    element(value)
  }

  @inline(__always)
  mutating func number(_ key: StaticString, _ value: (some FixedWidthInteger)?) {
    guard let value else { return }
    fixed(key)
    octets.append(decimal: value)
    comma()
  }

  @inline(__always)
  mutating func flag(_ key: StaticString, _ value: Bool?) {
    guard let value else { return }
    fixed(key)
    if value { fixed("true,") } else { fixed("false,") }
  }

  @inline(__always)
  mutating func time(_ key: StaticString, _ value: Timestamp?) {
    guard let value else { return }
    fixed(key)
    element(value)
  }

  @inline(__always)
  mutating func address(_ key: StaticString, _ value: IPAddress?) {
    guard let value else { return }
    fixed(key)
    element(value)
  }
}
