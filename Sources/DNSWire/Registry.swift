package import Bytes

/// A number space that IANA keeps: some numbers have a mnemonic, every other number is valid too.
///
/// The tables are written by hand. `make conformance` compares them number by number with dnspython's, last in
/// November 2026 (2.9.2); what IANA names beyond those is listed in Tests/Conformance/decode.py.
package protocol Registry: RawRepresentable, Hashable, BitwiseCopyable, Sendable, CustomStringConvertible
where RawValue: FixedWidthInteger & Sendable {
  init(rawValue: RawValue)
  /// What stands before the number of a value without a mnemonic, such as `TYPE` (RFC 3597 §5).
  static var unassignedPrefix: String { get }
  static var mnemonics: Mnemonics<Self> { get }
}

extension Registry {
  /// The mnemonic, or the number behind `unassignedPrefix`.
  package var mnemonic: String {
    Self.mnemonics[self] ?? Self.unassignedPrefix + String(rawValue)
  }

  package var isAssigned: Bool { Self.mnemonics[self] != nil }

  public var description: String { mnemonic }

  /// The value with this mnemonic, in any case, or with the number behind `unassignedPrefix`.
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
    output.append(text: mnemonic)
  }
}

/// The mnemonics of a registry, found by number without hashing.
package struct Mnemonics<Value: Registry>: Sendable {
  /// Every assigned value with its mnemonic.
  package let all: [(value: Value, mnemonic: String)]
  /// Indexed by number; empty strings are gaps.
  private let low: [String]
  /// What is numbered beyond `low`.
  private let high: [(value: Value, mnemonic: String)]

  init(_ all: KeyValuePairs<Value, String>) {
    let dense = 512
    self.all = all.map { ($0.key, $0.value) }
    high = self.all.filter { Int($0.value.rawValue) >= dense }
    var low: [String] = []
    for (value, mnemonic) in self.all where Int(value.rawValue) < dense {
      let index = Int(value.rawValue)
      while low.count <= index { low.append("") }
      low[index] = mnemonic
    }
    self.low = low
  }

  subscript(value: Value) -> String? {
    let index = Int(value.rawValue)
    if index < low.count {
      let mnemonic = low[index]
      return mnemonic.isEmpty ? nil : mnemonic
    }
    return high.first { $0.value == value }?.mnemonic
  }

  func value(of mnemonic: String) -> Value? {
    let wanted = mnemonic.lowercased()
    return all.first { $0.mnemonic.lowercased() == wanted }?.value
  }
}
