package import TraceModel

/// The protocols that share DNS's message format, distinguished by addresses and ports, and those whose lookups are shown
/// like DNS; the raw value is their name in `network.protocol`.
package enum NameService: String, Sendable {
  case dns
  /// RFC 6762 §3 and §5.1: to the group's address, or between two ports 5353.
  case mdns
  /// RFC 4795 §2.
  case llmnr
  /// RFC 1002 §4.2.
  case netBIOS = "netbios-ns"
  /// A lookup over a unix socket, of systemd-resolved (`Recognition.varlink`).
  case varlink
  /// The same with nscd.
  case nscd

  package init(_ flow: Flow) {
    let (source, destination) = (flow.source, flow.destination)
    // A client's own port may be any number; traffic to or from port 53 is DNS.
    if source.port == 53 || destination.port == 53 {
      self = .dns
    } else if flow.isToMulticastDNS || source.port == 5353 && destination.port == 5353 {
      self = .mdns
    } else if source.port == 5355 || destination.port == 5355 {
      self = .llmnr
    } else if source.port == 137 || destination.port == 137 {
      self = .netBIOS
    } else {
      self = .dns
    }
  }
}

extension NameService {
  package init(_ flow: Flow, _ recognition: Recognition) {
    switch recognition {
    case .varlink: self = .varlink
    case .nscd: self = .nscd
    case .port, .shape, .undecided, .flow: self.init(flow)
    }
  }

  /// Whether it is a lookup over a unix socket: its messages were not DNS.
  package var isLocalLookup: Bool { self == .varlink || self == .nscd }

  /// Whether the query is sent to one resolver, which may send it to others.
  package var asksResolver: Bool { self == .dns || isLocalLookup }
}

extension Flow {
  /// Whether it is sent to the group of multicast DNS (RFC 6762 §3).
  fileprivate var isToMulticastDNS: Bool {
    destination.port == 5353
      && (destination.address == .multicastDNSv4 || destination.address == .multicastDNSv6)
  }
}

extension IPAddress {
  /// 224.0.0.251
  fileprivate static let multicastDNSv4 = IPAddress(v4: 0xe000_00fb)
  /// ff02::fb
  fileprivate static let multicastDNSv6 = IPAddress(v6High: 0xff02_0000_0000_0000, low: 0xfb)
}

extension MessageContext {
  /// Whether it was sent to the group of multicast DNS from a port other than 5353: by a resolver that supports only
  /// DNS, to which responders send an ordinary unicast answer (RFC 6762 §6.7).
  package var isLegacyMulticast: Bool { flow.source.port != 5353 && service == .mdns }
}
