package import Captures

/// The protocols that share DNS's message format, told apart by the port; the raw value is their name in
/// `network.protocol`.
package enum NameService: String, Sendable {
  case dns
  /// RFC 6762 §2: from or to this port.
  case mdns
  /// RFC 4795 §2.
  case llmnr
  /// RFC 1002 §4.2.
  case netBIOS = "netbios-ns"

  package init(_ flow: Flow) {
    let ports = (flow.source.port, flow.destination.port)
    self =
      switch ports {
      case (5353, _), (_, 5353): .mdns
      case (5355, _), (_, 5355): .llmnr
      case (137, _), (_, 137): .netBIOS
      default: .dns
      }
  }
}

extension Payload {
  package var service: NameService { NameService(flow) }
}
