import TraceModel
import DNSWire
import Bytes

/// The moments of records are mostly of the second of the one before.
struct SecondText: Sendable {
  private var second = Int64.min
  private var text: [UInt8] = []

  /// Appends `2026-11-22T10:03:33.123456789`.
  mutating func write(_ time: Timestamp, to output: inout ByteWriter) {
    let (second, nanosecond) = CivilTime.floorDivide(time.nanoseconds, 1_000_000_000)
    if second != self.second {
      self.second = second
      let civil = CivilTime(Timestamp(nanoseconds: second * 1_000_000_000))
      text = ByteWriter.array { text in
        civil.writeDate(to: &text)
        civil.writeClock(to: &text, digits: 9)
        text.cut(to: text.count - 9)
      }
    }
    output.append(octets: text)
    output.append(decimalOf: UInt64(nanosecond), digits: 9)
  }
}

/// The texts of the numbers that were written before.
struct MnemonicTexts<Value: Registry>: Sendable {
  private var texts: [UInt8] = []
  /// Where in `texts` a number's is; empty while it has not been asked for.
  private var places: [Range<Int>] = []

  mutating func write(_ value: Value, to output: inout ByteWriter) {
    if places.isEmpty { places = Array(repeating: 0..<0, count: 512) }
    let index = Int(value.rawValue)
    guard index >= 0, index < places.count else {
      return value.write(to: &output)
    }
    if places[index].isEmpty {
      let start = texts.count
      texts += ByteWriter.array(value.write)
      places[index] = start..<texts.count
    }
    output.append(octets: texts.span.extracting(places[index]))
  }
}

/// The texts of processes, forgotten all at once when there are too many.
struct KeptProcesses: Sendable {
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
    /// Held so that no other object can take its place in memory, and so in a key.
    var details: ProcessDetails?
  }

  private var entries: [Key: Entry] = [:]
  private var octets = 0
  /// Of the texts and their share of the table.
  private static let mostOctets = 1 << 20
  private static let entryCost = 256

  mutating func write(_ party: Party, _ host: Host, to output: inout ByteWriter) {
    guard let owner = party.owner else { return }
    let key = Key(owner: owner, details: party.details.map(ObjectIdentifier.init))
    if entries[key] == nil {
      if octets >= Self.mostOctets {
        entries.removeAll(keepingCapacity: true)
        octets = 0
      }
      let text = JSONText.text { $0.process(party, host) }
      octets += text.count + Self.entryCost
      entries[key] = Entry(text: text, details: party.details)
    }
    if let text = entries[key]?.text { output.append(octets: text) }
  }
}
