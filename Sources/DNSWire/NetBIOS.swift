package import Bytes

// The NetBIOS name service has DNS's message format and two types of its own, whose numbers are other types in DNS
// (RFC 1002 §4.2.1.3).
extension RecordType {
  /// 32: NB, a name's addresses; 33: NBSTAT, a node's status.
  func netBIOSMnemonic(in dialect: MessageDialect) -> String? {
    guard dialect == .netBIOS else { return nil }
    return self == .nimloc ? "NB" : self == .srv ? "NBSTAT" : nil
  }

  /// Appends the mnemonic of the type in `dialect`.
  fileprivate func write(to output: inout ByteWriter, in dialect: MessageDialect) {
    guard let mnemonic = netBIOSMnemonic(in: dialect) else { return write(to: &output) }
    output.append(text: mnemonic)
  }
}

extension QuestionView {
  /// Whether types may have mnemonics other than in DNS.
  @inlinable public var isNetBIOS: Bool { dialect == .netBIOS }

  /// Appends the type's mnemonic.
  package func writeType(to output: inout ByteWriter) { qtype.write(to: &output, in: dialect) }
}

extension RecordView {
  /// Whether types may have mnemonics other than in DNS.
  @inlinable public var isNetBIOS: Bool { dialect == .netBIOS }

  /// Appends the type's mnemonic.
  package func writeType(to output: inout ByteWriter) { type.write(to: &output, in: dialect) }
}
