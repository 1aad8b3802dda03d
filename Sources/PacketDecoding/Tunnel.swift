/// Headers that carry another packet.
enum Tunnel {
  /// Moves `range` past a GRE header (RFC 2784 §2, RFC 2890 §2) to the inner IP header.
  static func skipGRE(_ octets: Span<UInt8>, _ range: inout Range<Int>) throws(Refusal) {
    let flags = try octets.short(range.lowerBound)
    let type = try octets.short(range.lowerBound + 2)
    // Version 1 is PPTP; routing was never used.
    guard flags & 0x4007 == 0 else { throw .foreign }
    let options = (flags & 0x8000).nonzeroBitCount + (flags & 0x3000).nonzeroBitCount
    try LinkHeader.advance(&range, by: 4 + 4 * options)
    try skipInner(type, octets, &range)
  }

  /// Moves `range` past a VXLAN header (RFC 7348 §5); false if it is not one.
  static func skipVXLAN(_ octets: Span<UInt8>, _ range: inout Range<Int>) throws(Refusal) -> Bool {
    guard range.count >= 8, try octets.long(range.lowerBound) == 0x0800_0000,
      try octets.octet(range.lowerBound + 7) == 0
    else { return false }
    try LinkHeader.advance(&range, by: 8)
    try LinkHeader.skipEthernet(octets, &range)
    return true
  }

  /// Moves `range` past a Geneve header (RFC 8926 §3.4); false if it is not one.
  static func skipGeneve(_ octets: Span<UInt8>, _ range: inout Range<Int>) throws(Refusal) -> Bool {
    guard range.count >= 8, try octets.octet(range.lowerBound) >> 6 == 0,
      try octets.octet(range.lowerBound + 1) & 0x3f == 0,
      try octets.octet(range.lowerBound + 7) == 0
    else { return false }
    let type = try octets.short(range.lowerBound + 2)
    guard [0x6558, 0x0800, 0x86dd].contains(type) else { return false }
    let options = Int(try octets.octet(range.lowerBound) & 0x3f)
    try LinkHeader.advance(&range, by: 8 + 4 * options)
    try skipInner(type, octets, &range)
    return true
  }

  private static func skipInner(
    _ type: UInt16, _ octets: Span<UInt8>, _ range: inout Range<Int>
  ) throws(Refusal) {
    // Transparent Ethernet bridging (RFC 7637 §3.2).
    if type == 0x6558 { return try LinkHeader.skipEthernet(octets, &range) }
    try LinkHeader.skip(etherType: type, octets, &range)
  }
}
