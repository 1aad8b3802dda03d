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

  /// The same flow as the other end sends it.
  package var reversed: Flow {
    Flow(transport: transport, source: destination, destination: source)
  }
}

extension Flow {
  /// Of every lookup over a unix socket: its ends have no addresses, and the cookie tells connections apart.
  package static let unix = Flow(transport: .unix, source: .none, destination: .none)

  package var hasAddresses: Bool { transport != .unix }
}

extension Endpoint {
  /// In place of an address where there is none.
  fileprivate static let none = Endpoint(address: IPAddress(v4: 0), port: 0)
}

/// The transport protocol, by its IP protocol number.
package enum Transport: UInt8, Sendable {
  /// A stream between two unix sockets: no IP protocol.
  case unix = 0
  case tcp = 6
  case udp = 17
  /// RFC 3828.
  case udpLite = 136
}

/// Which way a packet passed the socket that it was seen on.
package enum Direction: UInt8, Sendable {
  case egress = 0
  case ingress = 1
  /// A file does not say; `DecodedMessage` takes it for the side of the client.
  case unspecified = 2
}
