package import PacketDecoding
package import TraceModel

/// Makes DNS messages of the lookups over unix sockets, so that the later stages treat them like others.
///
/// Each question gives a query at the client's socket and one at the server's, like DNS between two sockets of one host; so
/// does each answer. The messages have the contents of the lookup, in octets that were never sent.
package struct LocalLookupTable: ~Copyable, Sendable {
  /// Connections with an unanswered call or with a part of a message; by the cookie of the client's socket.
  private var connections: [UInt64: Connection] = [:]
  private var callCount: UInt16 = 0
  /// The octets that the connections hold.
  package private(set) var cost = 0

  private static let mostConnections = 1024
  private static let mostCost = 1 << 20
  /// systemd-resolved answers within two minutes, nscd within a few seconds; nanoseconds.
  private static let idleTimeout: Int64 = 150_000_000_000

  package init() {}

  /// Takes the octets that one call has sent, or the notice that the server has received.
  ///
  /// - Returns: the packet's count; a later packet may change that of one that was `continuing`.
  @discardableResult
  package mutating func push<Receiver: PayloadReceiver & ~Copyable>(
    _ packet: borrowing PacketView, into receiver: inout Receiver, ledger: inout Ledger
  ) -> PacketOutcome {
    let cookie = packet.header.socketCookie
    let isReceipt = packet.header.originalLength == 0
    let isCall = packet.header.direction == .egress
    let known = connections.removeValue(forKey: cookie)
    cost -= known?.cost ?? 0
    // On an unknown connection the call of a reply is unknown.
    guard known != nil || isCall && !isReceipt else {
      return ledger.count(isReceipt ? .repeated : .unassembled, packets: 1)
    }
    var connection = known ?? Connection(packet.header.recognition)
    connection.lastTime = packet.header.time
    var outcome = PacketOutcome.repeated
    if isReceipt {
      if connection.receive(packet, into: &receiver, ledger: &ledger) { outcome = .messageCompleting }
    } else if packet.header.originalLength != packet.octets.count {
      // Its middle is missing, so the rest of the connection cannot be decoded.
      outcome = .unassembled
    } else if isCall {
      outcome = connection.takeCalls(packet, &callCount, into: &receiver, ledger: &ledger)
    } else {
      outcome = connection.takeReplies(packet, into: &receiver, ledger: &ledger)
    }
    switch outcome {
    case .unassembled, .malformed: connection.drop(&ledger)
    case .messageCompleting, .continuing, .repeated, .foreign:
      if connection.isIdle { break }
      connections[cookie] = connection
      cost += connection.cost
    }
    ledger.count(outcome, packets: 1)
    keepWithinBounds(&ledger)
    return outcome
  }

  /// Removes connections that have been idle for too long.
  package mutating func advance(to now: Timestamp, ledger: inout Ledger) {
    guard !connections.isEmpty else { return }
    for (cookie, connection) in connections
    where now.nanoseconds(since: connection.lastTime) > Self.idleTimeout { remove(cookie, &ledger) }
  }

  package mutating func finish(ledger: inout Ledger) {
    for cookie in connections.keys { remove(cookie, &ledger) }
  }

  private mutating func keepWithinBounds(_ ledger: inout Ledger) {
    while connections.count > Self.mostConnections || cost > Self.mostCost,
      let oldest = connections.min(by: { $0.value.lastTime < $1.value.lastTime })
    {
      remove(oldest.key, &ledger)
    }
  }

  private mutating func remove(_ cookie: UInt64, _ ledger: inout Ledger) {
    guard var connection = connections.removeValue(forKey: cookie) else { return }
    cost -= connection.cost
    connection.drop(&ledger)
  }
}
