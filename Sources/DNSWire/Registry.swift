package import Bytes

/// An IANA registry of numbers: some numbers have a mnemonic, every other number is valid too.
///
/// The tables are written by hand. `make conformance` compares them number by number with dnspython's, last in
/// November 2026 (2.9.2); IANA's names beyond those are listed in Tests/Conformance/comparison/registries.py.
package protocol Registry: RawRepresentable, Hashable, BitwiseCopyable, Sendable, CustomStringConvertible
where RawValue: FixedWidthInteger & Sendable {
  init(rawValue: RawValue)
  /// The raw value. A requirement, so that it is specialised for each registry in other modules.
  var number: Int { get }
  /// The prefix of the number of a value without a mnemonic, such as `TYPE` (RFC 3597 §5).
  static var unassignedPrefix: String { get }
  static var mnemonics: Mnemonics<Self> { get }
}

extension Registry {
  package var number: Int { Int(rawValue) }

  /// The mnemonic, or `unassignedPrefix` and the number.
  package var mnemonic: String { ByteWriter.text(write) }

  package var isAssigned: Bool { Self.mnemonics.place(of: number) != nil }

  public var description: String { mnemonic }

  /// The value with this mnemonic, case-insensitively, or with `unassignedPrefix` and a number.
  package init?(mnemonic: String) {
    if let value = Self.mnemonics.value(of: mnemonic) {
      self = value
      return
    }
    let prefix = Self.unassignedPrefix
    let digits = mnemonic.dropFirst(prefix.count)
    guard mnemonic.prefix(prefix.count).lowercased() == prefix.lowercased(),
      digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = RawValue(digits)
    else { return nil }
    self.init(rawValue: number)
  }

  /// Appends the mnemonic.
  package func write(to output: inout ByteWriter) {
    if Self.mnemonics.write(number, to: &output) { return }
    output.append(text: Self.unassignedPrefix)
    output.append(decimal: number)
  }
}

/// The mnemonics of a registry, found by number without hashing.
package final class Mnemonics<Value: Registry>: Sendable {
  /// Every assigned value with its mnemonic.
  package let all: [(value: Value, mnemonic: String)]
  /// All mnemonics, concatenated.
  private let octets: [UInt8]
  /// The ranges in `octets` of the mnemonics of the low numbers, by number; empty if there is none.
  private let low: [Range<Int>]
  private let high: [(number: Int, place: Range<Int>)]

  init(_ all: KeyValuePairs<Value, String>) {
    let dense = 512
    self.all = all.map { ($0.key, $0.value) }
    var octets: [UInt8] = []
    var low: [Range<Int>] = []
    var high: [(number: Int, place: Range<Int>)] = []
    for (value, mnemonic) in self.all {
      let start = octets.count
      octets += mnemonic.utf8
      let place = start..<octets.count
      guard value.number < dense else {
        high.append((value.number, place))
        continue
      }
      while low.count <= value.number { low.append(0..<0) }
      low[value.number] = place
    }
    (self.octets, self.low, self.high) = (octets, low, high)
  }

  /// Appends the mnemonic; returns false and appends nothing if the number has none.
  func write(_ number: Int, to output: inout ByteWriter) -> Bool {
    guard let place = place(of: number) else { return false }
    let octets = octets
    output.append(octets: octets.span.extracting(place))
    return true
  }

  func place(of number: Int) -> Range<Int>? {
    guard number >= low.count else { return low[number].isEmpty ? nil : low[number] }
    return high.first { $0.number == number }?.place
  }

  func value(of mnemonic: String) -> Value? {
    let wanted = mnemonic.lowercased()
    return all.first { $0.mnemonic.lowercased() == wanted }?.value
  }
}
