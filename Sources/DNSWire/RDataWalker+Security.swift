import Bytes

// Layouts of DNSSEC and of other keys, digests and signatures.
extension RDataWalker where Output: ~Copyable {
  /// RFC 4034 §5.1.
  mutating func keyDigest() throws(WireError) {
    try uint16()
    try uint8()
    try uint8()
    hexRest()
  }

  /// RFC 4034 §2.1, RFC 2535 §3.1.
  mutating func key() throws(WireError) {
    try uint16()
    try uint8()
    try uint8()
    base64Rest()
  }

  /// RFC 4034 §3.1, RFC 2535 §4.1.
  mutating func signature() throws(WireError) {
    try recordType()
    try uint8()
    try uint8()
    try uint32()
    try time()
    try time()
    try uint16()
    try name()
    base64Rest()
  }

  /// RFC 4034 §4.1.
  mutating func nameAndTypes() throws(WireError) {
    try name()
    try typeBitmap()
  }

  /// RFC 5155 §3.2: the next owner's hash is not empty.
  mutating func nsec3() throws(WireError) {
    try hashParameters()
    let hash = try reader.counted()
    guard !hash.isEmpty else { throw malformed() }
    write { text, octets in text.append(base32hex: octets, hash) }
    try typeBitmap()
  }

  /// RFC 5155 §4.2.
  mutating func hashParameters() throws(WireError) {
    try uint8()
    try uint8()
    try uint16()
    let salt = try reader.counted()
    write { text, octets in
      guard !salt.isEmpty else { return text.append(UInt8(ascii: "-")) }
      text.append(hex: octets, salt)
    }
  }

  /// RFC 7477 §2.1.
  mutating func csync() throws(WireError) {
    try uint32()
    try uint16()
    try typeBitmap()
  }

  /// RFC 8976 §2.2: a digest has 12 octets or more.
  mutating func zoneDigest() throws(WireError) {
    try uint32()
    try uint8()
    try uint8()
    guard reader.remaining >= 12 else { throw malformed() }
    hexRest()
  }

  /// RFC 6698 §2.1.
  mutating func certificateAssociation() throws(WireError) {
    try uint8()
    try uint8()
    try uint8()
    hexRest()
  }

  /// RFC 4255 §3.1.
  mutating func fingerprint() throws(WireError) {
    try uint8()
    try uint8()
    hexRest()
  }

  /// RFC 4398 §2: type and algorithm by mnemonic.
  mutating func certificate() throws(WireError) {
    let type = try CertificateType(rawValue: reader.uint16())
    write { text, _ in type.write(to: &text) }
    try uint16()
    let algorithm = try SecurityAlgorithm(rawValue: reader.uint8())
    write { text, _ in algorithm.write(to: &text) }
    base64Rest()
  }

  /// RFC 8005 §5: the lengths come first on the wire, the algorithm first in the text.
  mutating func hostIdentity() throws(WireError) {
    let identityLength = try reader.uint8()
    try uint8()
    let keyLength = try reader.uint16()
    let identity = try reader.take(Int(identityLength))
    write { text, octets in text.append(hex: octets, identity) }
    let key = try reader.take(Int(keyLength))
    base64(key, ifEmpty: nil)
    while !reader.isAtEnd { try name() }
  }

  /// RFC 8945 §4.2.
  mutating func tsig() throws(WireError) {
    try name()
    try uint48()
    try uint16()
    try countedBase64(ifEmpty: "\"\"")
    try uint16()
    let error = try ResponseCode(rawValue: reader.uint16())
    write { text, _ in text.append(signatureError: error) }
    try countedBase64(ifEmpty: nil)
  }

  /// A length that is shown, and its octets.
  private mutating func countedBase64(ifEmpty substitute: String?) throws(WireError) {
    let range = try reader.counted16()
    write { text, _ in text.append(decimal: UInt(range.count)) }
    base64(range, ifEmpty: substitute)
  }

  /// RFC 2930 §2.
  mutating func tkey() throws(WireError) {
    try name()
    try uint32()
    try uint32()
    try uint16()
    try uint16()
    try base64(reader.counted16(), ifEmpty: "\"\"")
    try base64(reader.counted16(), ifEmpty: nil)
  }
}

extension ByteWriter {
  /// The number 16 was assigned twice: in TSIG it is BADSIG (RFC 8945 §3).
  fileprivate mutating func append(signatureError error: ResponseCode) {
    if error == .badVersion {
      append(text: "BADSIG")
    } else if error.isAssigned {
      error.write(to: &self)
    } else {
      append(decimal: error.rawValue)
    }
  }
}

// MARK: Type bitmaps

extension RDataWalker where Output: ~Copyable {
  /// Windows of up to 256 types in ascending order, without trailing zero octets (RFC 4034 §4.1.2).
  mutating func typeBitmap() throws(WireError) {
    var previous = -1
    while !reader.isAtEnd {
      let window = try Int(reader.uint8())
      let bits = try reader.counted()
      guard window > previous, 1...32 ~= bits.count, reader.octets[bits.upperBound - 1] != 0 else {
        throw malformed()
      }
      previous = window
      types(in: bits, from: UInt16(truncatingIfNeeded: window << 8))
    }
  }

  /// The name, then one window without a header (RFC 2535 §5.2).
  mutating func nxt() throws(WireError) {
    try name()
    let bits = reader.takeRest()
    guard bits.count <= 16 else { throw malformed() }
    types(in: bits, from: 0)
  }

  private mutating func types(in bits: Range<Int>, from first: UInt16) {
    guard Output.isText else { return }
    for index in bits {
      let octet = reader.octets[index]
      for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 {
        let type = RecordType(rawValue: first + UInt16((index - bits.lowerBound) * 8 + bit))
        write { text, _ in type.write(to: &text) }
      }
    }
  }
}

/// The format of a CERT record's certificate (RFC 4398 §2.1).
package struct CertificateType: Registry {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  package static var unassignedPrefix: String { "" }

  package static let mnemonics = Mnemonics<CertificateType>([
    CertificateType(rawValue: 1): "PKIX", CertificateType(rawValue: 2): "SPKI",
    CertificateType(rawValue: 3): "PGP", CertificateType(rawValue: 4): "IPKIX",
    CertificateType(rawValue: 5): "ISPKI", CertificateType(rawValue: 6): "IPGP",
    CertificateType(rawValue: 7): "ACPKIX", CertificateType(rawValue: 8): "IACPKIX",
    CertificateType(rawValue: 253): "URI", CertificateType(rawValue: 254): "OID",
  ])
}

/// A DNSSEC algorithm, by IANA's "DNS Security Algorithm Numbers".
package struct SecurityAlgorithm: Registry {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static var unassignedPrefix: String { "" }

  package static let mnemonics = Mnemonics<SecurityAlgorithm>([
    SecurityAlgorithm(rawValue: 1): "RSAMD5", SecurityAlgorithm(rawValue: 2): "DH",
    SecurityAlgorithm(rawValue: 3): "DSA", SecurityAlgorithm(rawValue: 5): "RSASHA1",
    SecurityAlgorithm(rawValue: 6): "DSA-NSEC3-SHA1", SecurityAlgorithm(rawValue: 7): "RSASHA1-NSEC3-SHA1",
    SecurityAlgorithm(rawValue: 8): "RSASHA256", SecurityAlgorithm(rawValue: 10): "RSASHA512",
    SecurityAlgorithm(rawValue: 12): "ECC-GOST", SecurityAlgorithm(rawValue: 13): "ECDSAP256SHA256",
    SecurityAlgorithm(rawValue: 14): "ECDSAP384SHA384", SecurityAlgorithm(rawValue: 15): "ED25519",
    SecurityAlgorithm(rawValue: 16): "ED448", SecurityAlgorithm(rawValue: 17): "SM2SM3",
    SecurityAlgorithm(rawValue: 18): "MLDSA44", SecurityAlgorithm(rawValue: 23): "ECC-GOST12",
    SecurityAlgorithm(rawValue: 252): "INDIRECT",
    SecurityAlgorithm(rawValue: 253): "PRIVATEDNS", SecurityAlgorithm(rawValue: 254): "PRIVATEOID",
  ])
}
