import Captures
import DNSWire
import Packets

/// What a query, its repetitions and its answer share where nothing translates addresses.
struct ExchangeKey: Hashable, Sendable {
  /// Computed once, since a key is looked up several times in its life.
  private let digest: Int
  let pair: PairKey
  let question: Question?
  private let client: Endpoint
  private let server: Endpoint
  private let transport: Transport

  init(_ observation: Observation) {
    pair = PairKey(observation)
    question = observation.message.question
    client = observation.client
    server = observation.server
    transport = observation.payload.flow.transport
    var hasher = Hasher()
    hasher.combine(pair)
    hasher.combine(question)
    hasher.combine(client)
    hasher.combine(server)
    digest = hasher.finalize()
  }

  func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

/// What a query and its answer surely share: the socket they pass, its side, and the message id.
struct PairKey: Hashable, Sendable {
  private let socket: UInt64
  private let id: UInt16
  /// A multicast socket may ask and hear others ask; those are not one exchange.
  private let isAtClient: Bool
  let hasSocket: Bool

  init(_ observation: Observation) {
    id = observation.message.header.id
    hasSocket = observation.payload.socketCookie != 0
    if hasSocket {
      socket = observation.payload.socketCookie
      isAtClient = observation.isAtClient
    } else {
      // Files: the addresses stand for the socket, and the direction is often a guess.
      var hasher = Hasher()
      hasher.combine(observation.client)
      hasher.combine(observation.server)
      hasher.combine(observation.payload.flow.transport)
      socket = UInt64(bitPattern: Int64(hasher.finalize()))
      isAtClient = false
    }
  }
}

/// A query at a TCP server, whichever socket saw it: data that come with the end of the handshake, as in Fast Open
/// (RFC 7413), reach the listening socket, and the answer leaves from the connection's own.
struct ServedKey: Hashable, Sendable {
  private let client: Endpoint
  private let server: Endpoint
  private let id: UInt16
  private let networkNamespace: UInt32
  private let question: Question?

  init?(_ observation: Observation) {
    guard observation.payload.flow.transport == .tcp, !observation.isAtClient else { return nil }
    client = observation.client
    server = observation.server
    id = observation.message.header.id
    networkNamespace = observation.payload.networkNamespace
    question = observation.message.question
  }
}

/// What a local client's query looks like to the local server that receives it.
struct ClientKey: Hashable, Sendable {
  private let digest: Int
  private let flow: Flow
  private let id: UInt16
  /// Loopback addresses are the same in every network namespace; others cross from one to another.
  private let networkNamespace: UInt32
  private let question: Question?

  init(_ query: Observation, _ question: Question?) {
    flow = query.payload.flow
    id = query.message.header.id
    networkNamespace = query.payload.flow.destination.address.isLoopback ? query.payload.networkNamespace : 0
    self.question = question
    var hasher = Hasher()
    hasher.combine(flow)
    hasher.combine(id)
    hasher.combine(networkNamespace)
    hasher.combine(question)
    digest = hasher.finalize()
  }

  func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
