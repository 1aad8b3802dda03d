/// The header of a possible DNS message, and whether it has the shape of one.
struct MessageShape {
  private var flags: UInt16
  private var questions: Int
  private var answers: Int
  private var authorities: Int
  private var additionals: Int
  /// The length of the first label; nil if it was not captured or nothing follows the header.
  private var firstLabel: Int?
  /// The length of the whole message in octets, captured or not.
  private var length: Int

  /// Reads the header (RFC 1035 §4.1.1) of a message of `length` octets through `octet`, of which
  /// the first `available` are captured; nil if fewer than 12 are captured.
  @inline(__always)
  init?(length: Int, available: Int, octet: (Int) -> UInt8) {
    guard length >= 12, available >= 12 else { return nil }
    func short(_ index: Int) -> Int { Int(octet(index)) << 8 | Int(octet(index + 1)) }
    flags = UInt16(octet(2)) << 8 | UInt16(octet(3))
    questions = short(4)
    answers = short(6)
    authorities = short(8)
    additionals = short(10)
    firstLabel = length > 12 && available > 12 ? Int(octet(12)) : nil
    self.length = length
  }

  /// The test for a port that is not a DNS port, the same as `looks_like_dns` in BPF/recognise.h.
  var looksLikeDNS: Bool {
    guard isOpcodeAssigned, flags & 0x40 == 0 else { return false }
    let isEmpty = questions + records == 0
    if isResponse {
      guard questions <= 1, answers <= 512, authorities <= 64, additionals <= 64 else { return false }
      if opcode == 6 ? length == 12 : isEmpty { return length == 12 }
    } else if opcode == 6 {
      return isEmpty && length >= 16
    } else {
      guard questions == 1, additionals <= 4, changesZone || answers + authorities == 0 else { return false }
    }
    let isTruncated = flags & 0x200 != 0
    return (fits || isTruncated) && isSoundLabel
  }

  /// The test for a position in a stream on a DNS port that may be the start of a message: the same
  /// without the bounds on counts, which a zone transfer exceeds (RFC 5936 §2.2), and with the
  /// empty sections of a stateful operation (RFC 8490 §5.4).
  var mayBeginMessage: Bool {
    guard isOpcodeAssigned, flags & 0x40 == 0, fits, hasSoundLabel, questions <= 1 else { return false }
    return isResponse || questions == 1 || opcode == 6 && records == 0
  }

  private var isResponse: Bool { flags & 0x8000 != 0 }
  private var opcode: UInt16 { flags >> 11 & 0xf }
  /// QUERY, IQUERY, STATUS, NOTIFY, UPDATE, DSO (RFC 6895 §2.2).
  private var isOpcodeAssigned: Bool { opcode <= 6 && opcode != 3 }
  /// NOTIFY and UPDATE queries have records (RFC 1996 §3.7, RFC 2136 §2).
  private var changesZone: Bool { opcode == 4 || opcode == 5 }
  private var records: Int { answers + authorities + additionals }
  private var fits: Bool { 12 + 5 * questions + 11 * records <= length }
  private var hasSoundLabel: Bool { questions == 0 || isSoundLabel }
  /// Of the first question, or of the first record if there is none.
  private var isSoundLabel: Bool {
    guard let firstLabel else { return true }
    return firstLabel <= 63 && 13 + firstLabel <= length
  }
}
