import Captures
import DNSWire
import Packets

/// What a query, its repetitions and its answer share where nothing translates addresses.
///
/// Names and addresses are in it as a hash with this process's own random key, so that nobody can make two alike.
struct ExchangeKey: Hashable, Sendable {
  let pair: PairKey
  private let digest: Int

  init(_ observation: Observation, _ question: QuestionDigest) {
    pair = PairKey(observation)
    guard pair.hasSocket else {
      // The addresses stand for the socket already.
      digest = question.digest
      return
    }
    var hasher = Hasher()
    hasher.combine(question.digest)
    hasher.combine(observation.payload.flow.transport.rawValue)
    hasher.combine(observation.client)
    hasher.combine(observation.server)
    digest = hasher.finalize()
  }

  func hash(into hasher: inout Hasher) { hasher.combine(digest ^ pair.digest) }
}

/// A question as a hash with this process's own random key: names are hashed once.
struct QuestionDigest: Hashable, Sendable {
  let digest: Int

  init(_ question: Question?) {
    guard let question else {
      digest = 0
      return
    }
    var hasher = Hasher()
    hasher.combine(UInt32(question.qtype.rawValue) << 16 | UInt32(question.qclass.rawValue))
    question.qname.hash(into: &hasher)
    digest = hasher.finalize()
  }
}

/// What a query and its answer surely share: the socket they pass, its side, and the message id.
struct PairKey: Hashable, Sendable {
  private let socket: UInt64
  private let id: UInt16
  /// A multicast socket may ask and hear others ask; those are not one exchange.
  private let isAtClient: Bool
  let hasSocket: Bool

  var digest: Int { Int(truncatingIfNeeded: socket) ^ Int(id) << 48 }

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
      hasher.combine(observation.payload.flow.transport.rawValue)
      socket = UInt64(bitPattern: Int64(hasher.finalize()))
      isAtClient = false
    }
  }
}

/// A query at a TCP server, whichever socket saw it: data that come with the end of the handshake, as in Fast Open
/// (RFC 7413), reach the listening socket, and the answer leaves from the connection's own.
struct ServedKey: Hashable, Sendable {
  private let digest: Int
  private let id: UInt16
  private let networkNamespace: UInt32

  init?(_ observation: Observation, _ question: QuestionDigest) {
    guard observation.payload.flow.transport == .tcp, !observation.isAtClient else { return nil }
    id = observation.message.header.id
    networkNamespace = observation.payload.networkNamespace
    var hasher = Hasher()
    hasher.combine(observation.client)
    hasher.combine(observation.server)
    hasher.combine(question)
    digest = hasher.finalize()
  }
}

/// What a local client's query looks like to the local server that receives it.
struct ClientKey: Hashable, Sendable {
  private let digest: Int
  private let id: UInt16
  /// Loopback addresses are the same in every network namespace; others cross from one to another.
  private let networkNamespace: UInt32

  init(_ query: Observation, _ question: QuestionDigest) {
    id = query.message.header.id
    networkNamespace = query.payload.flow.destination.address.isLoopback ? query.payload.networkNamespace : 0
    var hasher = Hasher()
    hasher.combine(query.payload.flow)
    hasher.combine(question)
    digest = hasher.finalize()
  }
}
