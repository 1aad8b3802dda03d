import TraceModel

/// The Linux cooked headers, which contain the direction of a packet.
enum CookedHeader {
  /// In LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2, 0 to 2 were sent to this host, 3 to another one, 4 by this host.
  static func direction(_ link: LinkType, _ octets: Span<UInt8>) -> Direction {
    let type: UInt8
    switch link.rawValue {
    case 113 where octets.count >= 16 && octets[0] == 0: type = octets[1]
    case 276 where octets.count >= 20: type = octets[10]
    default: return .unspecified
    }
    switch type {
    case 0...2: return .ingress
    case 4: return .egress
    default: return .unspecified
    }
  }
}
