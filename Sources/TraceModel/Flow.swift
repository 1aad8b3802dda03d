/// The two ends of a packet and the protocol between them.
package struct Flow: Hashable, Sendable {
  package var transport: Transport
  package var source: Endpoint
  package var destination: Endpoint

  @inlinable
  package init(transport: Transport, source: Endpoint, destination: Endpoint) {
    self.transport = transport
    self.source = source
    self.destination = destination
  }

  /// The same flow in the opposite direction.
  package var reversed: Flow {
    Flow(transport: transport, source: destination, destination: source)
  }
}

extension Flow {
  /// Of every lookup over a unix socket: its ends have no addresses, and the cookie distinguishes connections.
  package static let unix = Flow(transport: .unix, source: .none, destination: .none)

  package var hasAddresses: Bool { transport != .unix }
}

extension Endpoint {
  /// Used if there is no address.
  fileprivate static let none = Endpoint(address: IPAddress(v4: 0), port: 0)
}

/// The transport protocol, by its IP protocol number.
package enum Transport: UInt8, CaseIterable, Sendable {
  /// A stream between two unix sockets: no IP protocol.
  case unix = 0
  case tcp = 6
  case udp = 17
  /// RFC 3828.
  case udpLite = 136

  /// The value of `network.transport`.
  package var name: String {
    switch self {
    case .unix: "unix"
    case .tcp: "tcp"
    case .udp: "udp"
    case .udpLite: "udplite"
    }
  }
}

/// The direction in which a packet passed the socket that it was seen on.
package enum Direction: UInt8, Sendable {
  case egress = 0
  case ingress = 1
  /// Not stated by the file; `DecodedMessage` assumes the client's side.
  case unspecified = 2
}
