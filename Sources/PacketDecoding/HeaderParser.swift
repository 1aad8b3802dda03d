import TraceModel

/// Parses the headers of one packet up to a payload or a fragment.
///
/// It only reads: nothing is copied or held, so the common case is cheap.
struct HeaderParser {
  /// The innermost IP header.
  private(set) var ip: IPHeader
  /// The result.
  private(set) var end: End
  /// How many more tunnels are followed.
  private var depth: Int

  enum End {
    case udp(UDPHeader)
    case tcp(TCPHeader)
    case fragment(FragmentMark)
  }

  /// Parses a captured packet of which `missing` octets were not captured, through at most `depth` tunnels.
  init(
    _ octets: Span<UInt8>, link: LinkType, missing: Int, depth: Int
  ) throws(Refusal) {
    var range = 0..<octets.count
    try LinkHeader.skip(link, octets, &range)
    ip = try IPHeader(octets, at: range, missing: missing)
    self.depth = depth
    end = .fragment(FragmentMark(identifier: 0, offset: 0, isLast: true))
    try walk(octets)
  }

  /// Continues with a datagram reassembled from fragments that carried the protocol `next`.
  mutating func resume(_ octets: Span<UInt8>, next: UInt8) throws(Refusal) {
    ip.next = next
    ip.payload = 0..<octets.count
    ip.missing = 0
    // There is at most one fragment header (RFC 8200 §4.1).
    guard try IPHeader.skipExtensions(octets, &ip.next, &ip.payload) == nil else { throw .malformed }
    ip.fragment = nil
    try walk(octets)
  }

  private mutating func walk(_ octets: Span<UInt8>) throws(Refusal) {
    while true {
      if let mark = ip.fragment {
        end = .fragment(mark)
        return
      }
      var range = ip.payload
      var missing = ip.missing
      switch ip.next {
      case 136:
        end = .udp(try UDPHeader(.udpLite, octets, at: range, missing: missing))
        return
      case 17:
        let udp = try UDPHeader(.udp, octets, at: range, missing: missing)
        range = udp.payload
        missing = udp.missing
        guard try skipTunnel(to: udp.destination, octets, &range) else {
          end = .udp(udp)
          return
        }
      case 6:
        end = .tcp(try TCPHeader(octets, at: range, missing: missing))
        return
      case 4, 41: break  // IP in IP (RFC 2003, RFC 4213 §3)
      case 47: try Tunnel.skipGRE(octets, &range)
      default: throw .foreign
      }
      guard depth > 0 else { throw .foreign }
      depth -= 1
      ip = try IPHeader(octets, at: range, missing: missing)
    }
  }

  private func skipTunnel(
    to port: UInt16, _ octets: Span<UInt8>, _ range: inout Range<Int>
  ) throws(Refusal) -> Bool {
    switch port {
    case 4789: try Tunnel.skipVXLAN(octets, &range)
    case 6081: try Tunnel.skipGeneve(octets, &range)
    default: false
    }
  }
}
