import TraceModel
import DNSWire

extension ChainTable {
  /// What is known of an open exchange.
  struct Entry: Sendable {
    /// Of the resolver: the process that received or sent the query.
    var process: ProcessIdentity
    /// The thread that used the socket; 0 when it is not known.
    var thread: Int32
    var question: MatchKey
    /// What the resolver sent for this query that it received.
    var sent: [SentQuery] = []
    /// The queries received that this one, which the resolver sent, serves.
    var serves: [(id: ExchangeID, evidence: Evidence)] = []
    /// Names that lead to the answer: targets of aliases, and of delegations.
    var leads: [OwnedName] = []
    /// Of a client's exchange: the server's copy of it, and what the server did for it.
    var copy: ExchangeID?
    var chain = Chain()
  }

  struct SentQuery: Sendable {
    let id: ExchangeID
    var query: ForwardedQuery
    /// Those that the next server sent, if it is on this host.
    var onward: [ForwardedQuery] = []
    var isOpen = true
  }
}

extension TaskSnapshot {
  /// The thread that used the socket last; 0 when it only made or bound it.
  var usingThread: Int32 {
    switch source {
    case .receive, .send, .sending: tid
    case .unknown, .creator, .binder, .connector, .backfill: 0
    }
  }
}
