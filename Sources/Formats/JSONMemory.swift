import Bytes
import DNSWire
import TraceModel

/// The state of an encoder between records of JSON.
struct JSONMemory: Sendable {
  var second = SecondText()
  var types = MnemonicTexts<RecordType>()
  var classes = MnemonicTexts<RecordClass>()
  var processes = ProcessTexts()
  var attributions = AttributionTexts()
  /// The ranges of the addresses' texts in a record; kept for its capacity.
  var resolved: [Range<Int>] = []
  /// Those addresses.
  var addresses = EqualKeys<AddressKey>()
  /// The ranges of the records' data in an EVE record: empty if it is an object, or of OPT; kept for its capacity.
  var data: [Range<Int>] = []
  /// The types of a record's answers, in EVE.
  var answerTypes = EqualKeys<UInt16>()
}

/// An IP address with an arbitrary total order.
struct AddressKey: Comparable, Sendable {
  private let family: UInt8
  private let high: UInt64
  private let low: UInt64

  init(_ address: IPAddress) {
    family = address.family.rawValue
    high = address.high
    low = address.low
  }

  static func == (left: Self, right: Self) -> Bool {
    left.low == right.low && left.high == right.high && left.family == right.family
  }

  static func < (left: Self, right: Self) -> Bool {
    (left.low, left.high, left.family) < (right.low, right.high, right.family)
  }
}

/// Successive records mostly have times in the same second.
struct SecondText: Sendable {
  private var second = Int64.min
  private var text: [UInt8] = []

  /// Appends `2026-11-22T10:03:33.123456789`.
  mutating func write(_ time: Timestamp, to output: inout ByteWriter) {
    let nanosecond = begin(time, to: &output)
    output.append(nineDigits: nanosecond)
  }

  /// Appends `2026-11-22T10:03:33.123456`.
  mutating func writeMicroseconds(_ time: Timestamp, to output: inout ByteWriter) {
    let nanosecond = begin(time, to: &output)
    output.append(nineDigits: nanosecond)
    output.cut(to: output.count - 3)
  }

  /// Appends the part before the fraction, and returns the fraction in nanoseconds.
  private mutating func begin(_ time: Timestamp, to output: inout ByteWriter) -> UInt32 {
    let (second, nanosecond) = CivilTime.floorDivide(time.nanoseconds, 1_000_000_000)
    if second != self.second { keep(second) }
    output.append(octets: text)
    return UInt32(truncatingIfNeeded: nanosecond)
  }

  private mutating func keep(_ second: Int64) {
    self.second = second
    let civil = CivilTime(Timestamp(nanoseconds: second * 1_000_000_000))
    text = ByteWriter.array { text in
      civil.writeDate(to: &text)
      civil.writeClock(to: &text, digits: 9)
      text.cut(to: text.count - 9)
    }
  }
}

/// The texts of numbers, cached.
struct MnemonicTexts<Value: Registry>: Sendable {
  /// By number; nil until it is needed.
  private var texts: [ShortText?] = []

  @inline(__always)
  mutating func write(_ value: Value, to output: inout ByteWriter) {
    let index = Int(value.rawValue)
    if index < texts.count, let text = texts[index] { return output.append(text) }
    keep(value)
    value.write(to: &output)
  }

  private mutating func keep(_ value: Value) {
    let index = Int(value.rawValue)
    guard index < 512 else { return }
    if index >= texts.count { texts += Array(repeating: nil, count: 512 - texts.count) }
    texts[index] = ShortText(value.mnemonic)
  }
}

/// The texts of processes; cleared when there are too many.
struct ProcessTexts: Sendable {
  private struct Key: Hashable, Sendable {
    var owner: TaskSnapshot
    var details: ObjectIdentifier?

    func hash(into hasher: inout Hasher) {
      hasher.combine(owner.tid)
      hasher.combine(details)
    }
  }

  private struct Entry: Sendable {
    var text: [UInt8]
    /// Retained, so that no other object can have its address, which is part of a key.
    var details: ProcessDetails?
  }

  private var entries: [Key: Entry] = [:]
  private var octets = 0
  /// The process of the last text.
  private var last: (process: ObservedProcess, text: [UInt8])?
  /// The memory of the texts and their share of the table.
  private static let mostOctets = 4 << 20
  private static let entryCost = 256

  /// Appends the member `process`; nothing if no process is known.
  @inline(__always)
  mutating func write(_ process: ObservedProcess?, _ host: Host, to output: inout ByteWriter) {
    guard let process else { return }
    if let last, last.process === process { return output.append(octets: last.text) }
    let text = text(of: process, host)
    last = (process, text)
    output.append(octets: text)
  }

  private mutating func text(of process: ObservedProcess, _ host: Host) -> [UInt8] {
    let key = Key(owner: process.task, details: process.details.map(ObjectIdentifier.init))
    if let entry = entries[key] { return entry.text }
    if octets >= Self.mostOctets {
      entries.removeAll(keepingCapacity: true)
      octets = 0
    }
    let text = JSONText.text { $0.process(process, host) }
    octets += text.count + Self.entryCost
    entries[key] = Entry(text: text, details: process.details)
    return text
  }
}

/// The texts of the attributions, at most a dozen.
struct AttributionTexts: Sendable {
  private var entries: [(method: AttributionMethod, isInherited: Bool, text: [UInt8])] = []
  /// The attribution of the last text.
  private var last: (attribution: Attribution, text: [UInt8])?

  /// Appends the member `attribution`.
  @inline(__always)
  mutating func write(_ attribution: Attribution, _ host: Host, to output: inout ByteWriter) {
    if let last, last.attribution.isIdentical(to: attribution) { return output.append(octets: last.text) }
    let text = text(of: attribution, host)
    last = (attribution, text)
    output.append(octets: text)
  }

  private mutating func text(of attribution: Attribution, _ host: Host) -> [UInt8] {
    let isInherited = attribution.details?.isInherited ?? false
    for entry in entries where entry.method == attribution.method && entry.isInherited == isInherited {
      return entry.text
    }
    let text = JSONText.text { $0.attribution(attribution, host) }
    entries.append((attribution.method, isInherited, text))
    return text
  }
}
