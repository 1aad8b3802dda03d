import Captures
import DNSWire
import Octets
import Packets

/// A key of which a part is a digest: under a key of this process, so a table need not hash it once more.
protocol DigestKey: Hashable {
  var digest: UInt64 { get }
}

extension DigestKey {
  func hash(into hasher: inout Hasher) { hasher.combine(digest) }

  // What the standard library's tables ask; it is stated for its own types.
  func _rawHashValue(seed: Int) -> Int { Int(truncatingIfNeeded: digest) ^ seed }
}

/// What a query, its repetitions and its answer share where nothing translates addresses.
///
/// Names and addresses are in it as a hash with this process's own random key, so that nobody can make two alike.
struct ExchangeKey: DigestKey, Sendable {
  let pair: PairKey
  let digest: UInt64

  init(_ observation: Observation, _ question: QuestionDigest) {
    pair = PairKey(observation)
    guard pair.hasSocket else {
      // The addresses stand for the socket already.
      digest = question.digest ^ pair.digest
      return
    }
    var hash = KeyedHash.empty
    hash.combine(question.digest)
    hash.combine(pair.digest)
    hash.combine(observation.client, observation.server, observation.payload.flow.transport)
    digest = hash.finish()
  }
}

/// A question as a hash with this process's own random key: names are hashed once.
struct QuestionDigest: Sendable {
  let digest: UInt64

  init(_ question: Question?) {
    guard let question else {
      digest = 0
      return
    }
    var hash = KeyedHash.empty
    hash.combine(UInt64(question.qtype.rawValue) << 16 | UInt64(question.qclass.rawValue))
    question.qname.hash(into: &hash)
    digest = hash.finish()
  }
}

/// What a query and its answer surely share: the socket they pass, its side, and the message id.
struct PairKey: DigestKey, Sendable {
  private let socket: UInt64
  private let id: UInt16
  /// A multicast socket may ask and hear others ask; those are not one exchange.
  private let isAtClient: Bool
  let hasSocket: Bool
  let digest: UInt64

  init(_ observation: Observation) {
    id = observation.header.id
    hasSocket = observation.payload.socketCookie != 0
    var hash = KeyedHash.empty
    if hasSocket {
      socket = observation.payload.socketCookie
      isAtClient = observation.isAtClient
    } else {
      // Files: the addresses stand for the socket, and the direction is often a guess.
      hash.combine(observation.client, observation.server, observation.payload.flow.transport)
      socket = 0
      isAtClient = false
    }
    hash.combine(socket)
    hash.combine(UInt64(id) << 1 | (isAtClient ? 1 : 0))
    digest = hash.finish()
  }
}

/// A query at a TCP server, whichever socket saw it: data that come with the end of the handshake, as in Fast Open
/// (RFC 7413), reach the listening socket, and the answer leaves from the connection's own.
struct ServedKey: DigestKey, Sendable {
  let digest: UInt64
  private let id: UInt16
  private let networkNamespace: UInt32

  init?(_ observation: Observation, _ question: QuestionDigest) {
    guard observation.payload.flow.transport == .tcp, !observation.isAtClient else { return nil }
    id = observation.header.id
    networkNamespace = observation.payload.networkNamespace
    var hash = KeyedHash.empty
    hash.combine(question.digest)
    hash.combine(UInt64(networkNamespace) << 16 | UInt64(id))
    hash.combine(observation.client, observation.server, .tcp)
    digest = hash.finish()
  }
}

/// What a local client's query looks like to the local server that receives it.
struct ClientKey: DigestKey, Sendable {
  let digest: UInt64
  private let id: UInt16
  /// Loopback addresses are the same in every network namespace; others cross from one to another.
  private let networkNamespace: UInt32

  init(_ query: Observation, _ question: QuestionDigest) {
    id = query.header.id
    networkNamespace = query.payload.flow.destination.address.isLoopback ? query.payload.networkNamespace : 0
    var hash = KeyedHash.empty
    hash.combine(question.digest)
    hash.combine(UInt64(networkNamespace) << 16 | UInt64(id))
    hash.combine(query.payload.flow.source, query.payload.flow.destination, query.payload.flow.transport)
    digest = hash.finish()
  }
}

extension KeyedHash {
  /// Takes two ends, in this order, and the protocol between them.
  fileprivate mutating func combine(_ first: Endpoint, _ second: Endpoint, _ transport: Transport) {
    combine(first.address)
    combine(second.address)
    let ports = UInt64(first.port) << 16 | UInt64(second.port)
    let families = UInt64(first.address.family.rawValue) << 8 | UInt64(second.address.family.rawValue)
    combine(ports << 32 | families << 8 | UInt64(transport.rawValue))
  }

  private mutating func combine(_ address: IPAddress) {
    if address.family == .v6 { combine(address.high) }
    combine(address.low)
  }
}
