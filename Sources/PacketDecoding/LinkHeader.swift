import TraceModel

/// Parses the header before an IP header.
enum LinkHeader {
  /// Moves `range` past the link header of a captured packet.
  static func skip(
    _ link: LinkType, _ octets: Span<UInt8>, _ range: inout Range<Int>
  ) throws(Refusal) {
    switch link.rawValue {
    case 12, 14, 101, 228, 229: return  // raw IP, by three numbers; IPv4; IPv6
    case 1: try skipEthernet(octets, &range)
    case 0, 108:  // null and loop: the address family differs between systems, the IP version does not
      try advance(&range, by: 4)
    case 113:  // Linux cooked
      let type = try octets.short(range.lowerBound + 14)
      try advance(&range, by: 16)
      try skip(etherType: type, octets, &range)
    case 276:  // Linux cooked, version 2
      let type = try octets.short(range.lowerBound)
      try advance(&range, by: 20)
      try skip(etherType: type, octets, &range)
    case 10:  // FDDI
      try advance(&range, by: 13)
      try skipSNAP(octets, &range)
    case 104:  // Cisco HDLC
      let type = try octets.short(range.lowerBound + 2)
      try advance(&range, by: 4)
      try skip(etherType: type, octets, &range)
    case 9, 50:  // PPP, and PPP in HDLC framing (RFC 1662 §3.1)
      if try octets.short(range.lowerBound) == 0xff03 { try advance(&range, by: 2) }
      try skipPPP(octets, &range)
    case 51: try skip(etherType: 0x8864, octets, &range)  // PPPoE
    default: throw .foreign
    }
  }

  static func skipEthernet(_ octets: Span<UInt8>, _ range: inout Range<Int>) throws(Refusal) {
    let type = try octets.short(range.lowerBound + 12)
    try advance(&range, by: 14)
    // Below 1536 it is a length (IEEE 802.3 §3.2.6).
    if type < 0x600 { try skipSNAP(octets, &range) } else { try skip(etherType: type, octets, &range) }
  }

  /// Moves `range` from the header that `etherType` names to the IP header.
  static func skip(
    etherType: UInt16, _ octets: Span<UInt8>, _ range: inout Range<Int>
  ) throws(Refusal) {
    var type = etherType
    for _ in 0..<8 {
      switch type {
      case 0x0800, 0x86dd: return
      case 0x8100, 0x88a8, 0x9100, 0x9200:  // 802.1Q and its stacked forms
        type = try octets.short(range.lowerBound + 2)
        try advance(&range, by: 4)
      case 0x8864:  // PPPoE session (RFC 2516 §4)
        try advance(&range, by: 6)
        return try skipPPP(octets, &range)
      case 0x8847, 0x8848:  // MPLS (RFC 3032 §2.1): no protocol field; IP is recognised by its version
        let isBottom = try octets.octet(range.lowerBound + 2) & 1 != 0
        try advance(&range, by: 4)
        if isBottom { return try requireIP(octets, range) }
      default: throw .foreign
      }
    }
    throw .malformed
  }

  private static func skipPPP(_ octets: Span<UInt8>, _ range: inout Range<Int>) throws(Refusal) {
    // A protocol number may be sent in one octet; it is then odd (RFC 1661 §6.5).
    let first = try octets.octet(range.lowerBound)
    let isShort = first & 1 != 0
    let number = isShort ? UInt16(first) : try octets.short(range.lowerBound)
    try advance(&range, by: isShort ? 1 : 2)
    guard number == 0x21 || number == 0x57 else { throw .foreign }
  }

  /// LLC with SNAP (RFC 1042).
  private static func skipSNAP(_ octets: Span<UInt8>, _ range: inout Range<Int>) throws(Refusal) {
    guard try octets.short(range.lowerBound) == 0xaaaa else { throw .foreign }
    let type = try octets.short(range.lowerBound + 6)
    try advance(&range, by: 8)
    try skip(etherType: type, octets, &range)
  }

  private static func requireIP(_ octets: Span<UInt8>, _ range: Range<Int>) throws(Refusal) {
    let version = try octets.octet(range.lowerBound) >> 4
    guard version == 4 || version == 6 else { throw .foreign }
  }

  static func advance(_ range: inout Range<Int>, by octets: Int) throws(Refusal) {
    guard octets <= range.count else { throw .malformed }
    range = range.lowerBound + octets..<range.upperBound
  }
}
