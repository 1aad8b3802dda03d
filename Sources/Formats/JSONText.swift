import Captures
import DNSWire
import Octets

/// Writes JSON (RFC 8259) member by member, each behind its key; what has no value has no key.
///
/// Keys are given as they shall stand, with quotes and colon, so that each is one copy.
/// A comma follows each member; the end of an object turns the last one into a brace.
struct JSONText: ~Copyable {
  var octets = OctetBuffer(room: 4096)
  private var memory = Memory()
  private var scratch: [UInt8] = []

  /// What is kept from one record to the next.
  struct Memory: Sendable {
    fileprivate var second = SecondText()
    fileprivate var types = MnemonicTexts<RecordType>()
    fileprivate var classes = MnemonicTexts<RecordClass>()
  }

  init() {}

  init(taking memory: inout Memory) { swap(&memory, &self.memory) }

  /// Hands the text over, and what is to be kept.
  consuming func finish(_ memory: inout Memory, to output: inout [UInt8]) {
    swap(&memory, &self.memory)
    finish(to: &output)
  }

  consuming func finish(to output: inout [UInt8]) {
    octets.write(to: &output)
  }

  // MARK: Structure

  mutating func beginRecord() { octets.append(UInt8(ascii: "{")) }

  /// Ends a record that has at least one member, and its line.
  mutating func endRecord() {
    octets.replaceLast(with: UInt8(ascii: "}"))
    octets.append(UInt8(ascii: "\n"))
  }

  /// An object, left out when nothing is written inside.
  @inline(__always)
  mutating func object(_ key: StaticString, _ body: (inout Self) -> Void) {
    let start = octets.count
    octets.append(fixed: key)
    octets.append(UInt8(ascii: "{"))
    let inside = octets.count
    body(&self)
    guard octets.count > inside else { return octets.cut(to: start) }
    octets.replaceLast(with: UInt8(ascii: "}"))
    octets.append(UInt8(ascii: ","))
  }

  /// An array of what `body` writes, an element each time it calls; left out when that is none.
  @inline(__always)
  mutating func array(_ key: StaticString, _ body: (inout Self) -> Void) {
    let start = octets.count
    octets.append(fixed: key)
    octets.append(UInt8(ascii: "["))
    let inside = octets.count
    body(&self)
    guard octets.count > inside else { return octets.cut(to: start) }
    octets.replaceLast(with: UInt8(ascii: "]"))
    octets.append(UInt8(ascii: ","))
  }

  /// Ends an object whose start was `fixed`.
  mutating func closeObject() {
    octets.replaceLast(with: UInt8(ascii: "}"))
    comma()
  }

  /// Members or elements that are known at compile time, with a comma behind each.
  @inline(__always)
  mutating func fixed(_ members: StaticString) { octets.append(fixed: members) }

  @inline(__always)
  mutating func comma() { octets.append(UInt8(ascii: ",")) }

  // MARK: Members

  /// A value that `write` appends as it shall stand.
  @inline(__always)
  mutating func value(_ key: StaticString, _ write: (inout OctetBuffer) -> Void) {
    octets.append(fixed: key)
    write(&octets)
    comma()
  }

  /// A string of printable ASCII without quotes and backslashes, which `write` appends.
  @inline(__always)
  mutating func quoted(_ key: StaticString, _ write: (inout OctetBuffer) -> Void) {
    octets.append(fixed: key)
    quotedElement(write)
  }

  /// The same of what `write` appends to an array.
  mutating func quoted(_ key: StaticString, written write: (inout [UInt8]) -> Void) {
    octets.append(fixed: key)
    octets.append(UInt8(ascii: "\""))
    written(write)
    octets.append(fixed: "\",")
  }

  mutating func string(_ key: StaticString, fixed value: StaticString) {
    octets.append(fixed: key)
    octets.append(UInt8(ascii: "\""))
    octets.append(fixed: value)
    octets.append(fixed: "\",")
  }

  /// Left out when it is empty.
  mutating func string(_ key: StaticString, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    octets.append(fixed: key)
    element(value)
  }

  mutating func number(_ key: StaticString, _ value: (some FixedWidthInteger)?) {
    guard let value else { return }
    octets.append(fixed: key)
    octets.append(decimal: value)
    comma()
  }

  mutating func flag(_ key: StaticString, _ value: Bool?) {
    guard let value else { return }
    octets.append(fixed: key)
    octets.append(fixed: value ? "true," : "false,")
  }

  mutating func time(_ key: StaticString, _ value: Timestamp?) {
    guard let value else { return }
    octets.append(fixed: key)
    octets.append(UInt8(ascii: "\""))
    memory.second.write(value, to: &octets)
    octets.append(fixed: "Z\",")
  }

  mutating func address(_ key: StaticString, _ value: IPAddress?) {
    guard let value else { return }
    octets.append(fixed: key)
    element(value)
  }

  mutating func name(_ key: StaticString, _ value: Name?) {
    guard let value else { return }
    octets.append(fixed: key)
    element(value)
  }

  mutating func type(_ key: StaticString, of question: Question) {
    if let own = question.ownTypeMnemonic { return string(key, own) }
    type(key, question.qtype)
  }

  mutating func type(_ key: StaticString, of record: ResourceRecord) {
    if let own = record.ownTypeMnemonic { return string(key, own) }
    type(key, record.type)
  }

  private mutating func type(_ key: StaticString, _ value: RecordType) {
    octets.append(fixed: key)
    octets.append(UInt8(ascii: "\""))
    memory.types.write(value, to: &octets)
    octets.append(fixed: "\",")
  }

  mutating func `class`(_ key: StaticString, _ value: RecordClass?) {
    guard let value else { return }
    octets.append(fixed: key)
    octets.append(UInt8(ascii: "\""))
    memory.classes.write(value, to: &octets)
    octets.append(fixed: "\",")
  }

  // MARK: Elements

  @inline(__always)
  mutating func element(_ write: (inout Self) -> Void) {
    octets.append(UInt8(ascii: "{"))
    write(&self)
    octets.replaceLast(with: UInt8(ascii: "}"))
    comma()
  }

  @inline(__always)
  mutating func quotedElement(_ write: (inout OctetBuffer) -> Void) {
    octets.append(UInt8(ascii: "\""))
    write(&octets)
    octets.append(fixed: "\",")
  }

  mutating func element(_ value: String) {
    octets.append(UInt8(ascii: "\""))
    if value.utf8.span.isPlain {
      octets.append(octets: value.utf8.span)
    } else {
      written { $0.append(jsonInside: value.utf8) }
    }
    octets.append(fixed: "\",")
  }

  mutating func element(_ value: IPAddress) {
    octets.append(UInt8(ascii: "\""))
    if value.family == .v4 {
      octets.append(dotted: UInt32(truncatingIfNeeded: value.low))
    } else {
      written { value.write(to: &$0) }
    }
    octets.append(fixed: "\",")
  }

  /// A name in lower case, without the final dot.
  mutating func element(_ value: Name) {
    octets.append(UInt8(ascii: "\""))
    if !value.writePlain(to: &octets, lowercased: true) { written { $0.append(jsonInside: value) } }
    octets.append(fixed: "\",")
  }

  /// A record's data in presentation form.
  mutating func data(_ key: StaticString, of record: ResourceRecord) {
    octets.append(fixed: key)
    if let address = IPAddress(record) { return element(address) }
    octets.append(UInt8(ascii: "\""))
    written { $0.append(jsonInsideOf: record) }
    octets.append(fixed: "\",")
  }

  /// Text in presentation form: printable ASCII.
  mutating func element(presentation text: [UInt8]) {
    octets.append(UInt8(ascii: "\""))
    if text.span.isPlain { octets.append(octets: text) } else { written { $0.append(jsonInside: text) } }
    octets.append(fixed: "\",")
  }

  /// A value that `write` appends to an array as it shall stand.
  mutating func written(_ key: StaticString, _ write: (inout [UInt8]) -> Void) {
    octets.append(fixed: key)
    written(write)
    comma()
  }

  /// Appends what others know to write to an array only.
  mutating func written(_ write: (inout [UInt8]) -> Void) {
    scratch.removeAll(keepingCapacity: true)
    write(&scratch)
    octets.append(octets: scratch)
  }

  mutating func element(again range: Range<Int>) {
    octets.append(again: range)
    comma()
  }
}

/// The moments of records are mostly of the second of the one before.
private struct SecondText {
  private var second = Int64.min
  private var text: [UInt8] = []

  /// Appends `2026-11-22T10:03:33.123456789`.
  mutating func write(_ time: Timestamp, to output: inout OctetBuffer) {
    let (second, nanosecond) = CivilTime.floorDivide(time.nanoseconds, 1_000_000_000)
    if second != self.second {
      self.second = second
      text.removeAll(keepingCapacity: true)
      let civil = CivilTime(Timestamp(nanoseconds: second * 1_000_000_000))
      civil.writeDate(to: &text)
      civil.writeClock(to: &text, digits: 9)
      text.removeLast(9)
    }
    output.append(octets: text)
    output.append(decimalOf: UInt64(nanosecond), digits: 9)
  }
}

/// The texts of the numbers that were written before.
private struct MnemonicTexts<Value: Registry> {
  private var known: [[UInt8]] = []

  mutating func write(_ value: Value, to output: inout OctetBuffer) {
    if known.isEmpty { known = Array(repeating: [], count: 512) }
    let index = Int(value.rawValue)
    guard index >= 0, index < known.count else {
      var text: [UInt8] = []
      value.write(to: &text)
      return output.append(octets: text)
    }
    if known[index].isEmpty { value.write(to: &known[index]) }
    output.append(octets: known[index])
  }
}

extension OctetBuffer {
  /// An IPv4 address, big-endian.
  fileprivate mutating func append(dotted address: UInt32) {
    for shift in stride(from: UInt32(24), through: 0, by: -8) {
      append(decimal: UInt8(truncatingIfNeeded: address >> shift))
      if shift > 0 { append(UInt8(ascii: ".")) }
    }
  }
}
