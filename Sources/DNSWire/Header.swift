/// The first twelve octets of a message (RFC 1035 §4.1.1).
///
/// It and its flags are public for the same reason as `NameView`.
public struct Header: Hashable, BitwiseCopyable, Sendable {
  package static let size = 12

  public var id: UInt16
  /// The second sixteen bits, as on the wire: QR, Opcode, AA, TC, RD, RA, Z, AD, CD, RCODE.
  public var flags: UInt16
  package var questionCount: UInt16
  package var answerCount: UInt16
  package var authorityCount: UInt16
  package var additionalCount: UInt16

  /// A header with all counts 0.
  package init(id: UInt16, flags: UInt16 = 0) {
    self.id = id
    self.flags = flags
    questionCount = 0
    answerCount = 0
    authorityCount = 0
    additionalCount = 0
  }

  @inline(__always)
  init(_ octets: Span<UInt8>) throws(WireError) {
    // The offset of the first field that does not fit.
    guard octets.count >= Self.size else { throw WireError(.shortHeader, at: octets.count & ~1) }
    func field(_ place: Int) -> UInt16 { UInt16(truncatingIfNeeded: octets.uint16(at: place)) }
    id = field(0)
    flags = field(2)
    questionCount = field(4)
    answerCount = field(6)
    authorityCount = field(8)
    additionalCount = field(10)
  }
}

extension Header {
  /// Whether its counts include any record.
  package var hasRecords: Bool { answerCount | authorityCount | additionalCount != 0 }

  /// The number of records in all sections, by its counts.
  package var recordCount: Int { Int(answerCount) &+ Int(authorityCount) &+ Int(additionalCount) }
}

// MARK: Flags

extension Header {
  /// QR: a response, not a query.
  @inlinable public var isResponse: Bool {
    get { self[bit: 15] }
    set { self[bit: 15] = newValue }
  }

  package var opcode: Opcode {
    get { Opcode(rawValue: UInt8(flags >> 11 & 0xF)) }
    set { flags = flags & ~0x7800 | UInt16(newValue.rawValue & 0xF) << 11 }
  }

  /// AA: the server is authoritative for the zone.
  @inlinable public var isAuthoritative: Bool {
    get { self[bit: 10] }
    set { self[bit: 10] = newValue }
  }

  /// TC: the message is truncated.
  @inlinable public var isTruncated: Bool {
    get { self[bit: 9] }
    set { self[bit: 9] = newValue }
  }

  /// RD: recursion is desired.
  @inlinable public var recursionDesired: Bool {
    get { self[bit: 8] }
    set { self[bit: 8] = newValue }
  }

  /// RA: recursion is available.
  @inlinable public var recursionAvailable: Bool {
    get { self[bit: 7] }
    set { self[bit: 7] = newValue }
  }

  /// Z: reserved, must be zero.
  @inlinable public var zBit: Bool {
    get { self[bit: 6] }
    set { self[bit: 6] = newValue }
  }

  /// AD: the server has validated all data (RFC 4035 §3.2.3).
  @inlinable public var authenticData: Bool {
    get { self[bit: 5] }
    set { self[bit: 5] = newValue }
  }

  /// CD: the server must not validate (RFC 4035 §3.2.2).
  @inlinable public var checkingDisabled: Bool {
    get { self[bit: 4] }
    set { self[bit: 4] = newValue }
  }

  /// The header's four bits alone; `MessageIndex.responseCode` has all bits.
  package var responseCode: ResponseCode {
    get { ResponseCode(rawValue: flags & 0xF) }
    set { flags = flags & ~0xF | newValue.rawValue & 0xF }
  }

  @inlinable
  subscript(bit bit: UInt16) -> Bool {
    get { flags >> bit & 1 == 1 }
    set { flags = newValue ? flags | 1 << bit : flags & ~(1 << bit) }
  }
}
