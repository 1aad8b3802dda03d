import Bytes
import TraceModel

/// Writes JSON (RFC 8259) member by member, each after its key; a missing value has no key.
///
/// Keys are given with quotes and colon, so that each is one copy; functions that write a key are inlined, so that
/// its octets are constants. A comma follows each member; the end of an object replaces the last one by a brace.
struct JSONText: ~Copyable {
  var octets: ByteWriter
  var memory = JSONMemory()
  /// The time that was written last, and the range of its text.
  var lastTime: (value: Timestamp, text: Range<Int>)?
  /// The question's name, as written.
  var asked = WrittenName()

  init(_ output: inout ByteWriter) {
    octets = ByteWriter()
    swap(&octets, &output)
  }

  /// Appends to `output`, until `finish` returns it.
  init(_ output: inout ByteWriter, _ memory: inout JSONMemory) {
    self.init(&output)
    swap(&memory, &self.memory)
  }

  /// Returns the text.
  consuming func finish(_ output: inout ByteWriter) { swap(&octets, &output) }

  /// Returns the text, and the state for the next record.
  consuming func finish(_ output: inout ByteWriter, _ memory: inout JSONMemory) {
    swap(&memory, &self.memory)
    finish(&output)
  }

  /// Members without an object, to be cached.
  static func text(_ write: (inout JSONText) -> Void) -> [UInt8] {
    ByteWriter.array(room: 512) { text in
      var json = JSONText(&text)
      write(&json)
      json.finish(&text)
    }
  }
}

/// The range of a name's text in the record, with its quotes.
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

  /// An object; omitted if `body` writes nothing.
  @inline(__always)
  mutating func object(_ key: StaticString, _ body: (inout Self) -> Void) {
    group(key, UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  /// An array of the elements that `body` writes, one with each call; omitted if there are none.
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

  /// Ends an object that `fixed` started, and that has a member.
  @inline(__always)
  mutating func closeObject() {
    octets.replaceLast(with: UInt8(ascii: "}"))
    comma()
  }

  /// Ends an array that `fixed` started, and that has an element.
  @inline(__always)
  mutating func closeArray() {
    octets.replaceLast(with: UInt8(ascii: "]"))
    comma()
  }

  /// Members or elements that are known at compile time, with a comma after each.
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

  /// Omitted if it is empty.
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
