import TraceModel
import DNSWire
import Bytes
import PacketDecoding

/// The key of an exchange: a hash with a secret of this process, so that nobody can produce a collision. It has eight
/// octets; its components have up to a hundred.
///
/// The entry that it finds is compared with the components, so an accidental collision finds no wrong entry.
struct MatchKey: Equatable, Sendable {
  let value: UInt64

  init(value: UInt64) { self.value = value }
  private init(_ hash: KeyedHash) { value = hash.finish() }

  static let none = MatchKey(value: 0)
}

extension MatchKey {
  /// A question, with its name hashed.
  static func question(_ message: MessageView) -> MatchKey {
    var hash = KeyedHash.empty
    if let question = message.question {
      hash.combine(UInt64(question.qtype.rawValue) << 16 | UInt64(question.qclass.rawValue))
      question.qname.hash(into: &hash)
    }
    return MatchKey(hash)
  }

  /// What a query and its answer always share: the socket that they pass, its side, and the message id.
  static func pair(_ message: borrowing DecodedMessage) -> MatchKey {
    var hash = KeyedHash.empty
    var isAtClient = false
    if message.hasSocket {
      hash.combine(message.socketCookie)
      // A multicast socket may send queries and receive those of others; these are different exchanges.
      isAtClient = message.isAtClient
    } else {
      // In files the addresses identify the socket, and the direction is often a guess.
      hash.combine(message.client, message.server, message.flow.transport)
    }
    hash.combine(UInt64(message.header.id) << 1 | (isAtClient ? 1 : 0))
    return MatchKey(hash)
  }

  /// What a query, its repetitions and its answer share if no address is translated.
  static func exact(_ message: borrowing DecodedMessage, _ pair: MatchKey, _ question: MatchKey) -> MatchKey {
    var hash = KeyedHash.empty
    hash.combine(question.value)
    hash.combine(pair.value)
    if message.hasSocket {
      hash.combine(message.client, message.server, message.flow.transport)
    }
    return MatchKey(hash)
  }

  /// The key under which a local server sees a local client's query.
  static func client(_ query: borrowing DecodedMessage, _ question: MatchKey) -> MatchKey {
    // Loopback addresses are the same in every network namespace; other packets pass from one to another.
    let flow = query.flow
    let namespace = flow.destination.address.isLoopback ? query.networkNamespace : 0
    var hash = KeyedHash.empty
    hash.combine(question.value)
    hash.combine(UInt64(namespace) << 16 | UInt64(query.header.id))
    hash.combine(flow.source, flow.destination, flow.transport)
    // Both ends of a unix socket have the cookie of its connection.
    if !flow.hasAddresses { hash.combine(query.socketCookie) }
    return MatchKey(hash)
  }

  /// A query at a TCP server, on any socket, or its answer; nil for others. Data that arrives with the end of the
  /// handshake, as in Fast Open (RFC 7413), reaches the listening socket, and the answer is sent from the connection's socket.
  static func served(_ message: borrowing DecodedMessage, _ question: MatchKey) -> MatchKey? {
    guard message.flow.transport == .tcp, !message.isAtClient else { return nil }
    var hash = KeyedHash.empty
    hash.combine(question.value)
    hash.combine(UInt64(message.networkNamespace) << 16 | UInt64(message.header.id))
    hash.combine(message.client, message.server, .tcp)
    return MatchKey(hash)
  }
}

extension MatchKey {
  static func process(_ process: ProcessIdentity) -> MatchKey {
    var hash = KeyedHash.empty
    hash.combine(process.startTime)
    hash.combine(UInt64(UInt32(bitPattern: process.pid)))
    return MatchKey(hash)
  }

  /// All processes that have had this pid.
  static func process(_ pid: Int32) -> MatchKey {
    var hash = KeyedHash.empty
    hash.combine(UInt64(UInt32(bitPattern: pid)))
    return MatchKey(hash)
  }

  /// An alias that a process has received.
  static func alias(_ name: NameView, _ process: ProcessIdentity) -> MatchKey {
    var hash = KeyedHash.empty
    hash.combine(process.startTime)
    hash.combine(UInt64(UInt32(bitPattern: process.pid)))
    name.hash(into: &hash)
    return MatchKey(hash)
  }

  /// A question that a process received or sent.
  static func chain(_ process: ProcessIdentity, _ question: MatchKey) -> MatchKey {
    var hash = KeyedHash.empty
    hash.combine(process.startTime)
    hash.combine(UInt64(UInt32(bitPattern: process.pid)))
    hash.combine(question.value)
    return MatchKey(hash)
  }
}

extension KeyedHash {
  /// Hashes two ends, in this order, and the protocol between them.
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
