import TraceModel
import DNSWire
import Bytes

/// Writes JSON (RFC 8259) member by member, each behind its key; what has no value has no key.
///
/// Keys are given as they shall stand, with quotes and colon, so that each is one copy.
/// A comma follows each member; the end of an object turns the last one into a brace.
struct JSONText: ~Copyable {
  var octets = ByteWriter()
  var memory = Memory()
  // What stands in the record already, so that it need not be made twice.
  private var time: Written<Timestamp>?
  /// The question's name.
  var asked = 0..<0
  var addresses: [Written<IPAddress>] = []
  /// The addresses in the answers.
  var resolved: [IPAddress] = []

  /// A value of which there is text without the comma behind it.
  struct Written<Value: Sendable>: Sendable {
    var value: Value
    var text: Range<Int>
  }

  /// What is kept from one record to the next.
  struct Memory: Sendable {
    var second = SecondText()
    var types = MnemonicTexts<RecordType>()
    var classes = MnemonicTexts<RecordClass>()
    /// What was said of each way to know a process, a dozen at most.
    var methods: [(method: AttributionMethod, isInherited: Bool, text: [UInt8])] = []
    var processes = KeptProcesses()
    var addresses: [Written<IPAddress>] = []
    var resolved: [IPAddress] = []
  }

  /// Takes the writer out of `output`, until `finish` puts it back.
  init(writingTo output: inout ByteWriter) { swap(&output, &octets) }

  init(taking memory: inout Memory, writingTo output: inout ByteWriter) {
    swap(&memory, &self.memory)
    exchangeRoom()
    swap(&output, &octets)
  }

  /// Arrays that are in use stand here, and in the memory in between.
  private mutating func exchangeRoom() {
    swap(&addresses, &memory.addresses)
    swap(&resolved, &memory.resolved)
  }

  /// Gives the writer back, and what is to be kept.
  mutating func finish(_ memory: inout Memory, to output: inout ByteWriter) {
    exchangeRoom()
    swap(&memory, &self.memory)
    finish(to: &output)
  }

  mutating func finish(to output: inout ByteWriter) { swap(&output, &octets) }

  // MARK: Structure

  mutating func beginRecord() {
    time = nil
    addresses.removeAll(keepingCapacity: true)
    resolved.removeAll(keepingCapacity: true)
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
  mutating func value(_ key: StaticString, _ write: (inout ByteWriter) -> Void) {
    octets.append(fixed: key)
    write(&octets)
    comma()
  }

  /// A string of printable ASCII without quotes and backslashes, which `write` appends.
  @inline(__always)
  mutating func quoted(_ key: StaticString, _ write: (inout ByteWriter) -> Void) {
    octets.append(fixed: key)
    quotedElement(write)
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
    if let time, time.value == value { return element(again: time.text) }
    let start = octets.count
    octets.append(UInt8(ascii: "\""))
    memory.second.write(value, to: &octets)
    octets.append(fixed: "Z\",")
    time = Written(value: value, text: start..<(octets.count - 1))
  }

  mutating func address(_ key: StaticString, _ value: IPAddress?) {
    guard let value else { return }
    octets.append(fixed: key)
    element(value)
  }

  /// Answers where the text is, for `element(again:)`.
  @discardableResult
  mutating func name(_ key: StaticString, _ value: NameView) -> Range<Int> {
    octets.append(fixed: key)
    return element(value)
  }

  mutating func type(_ key: StaticString, of question: QuestionView) {
    if let own = question.ownTypeMnemonic { return string(key, own) }
    type(key, question.qtype)
  }

  mutating func type(_ key: StaticString, of record: RecordView) {
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
}
