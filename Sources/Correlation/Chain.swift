package import TraceModel
package import DNSWire
package import PacketDecoding

/// How an exchange is related to others, if a resolver on this host is one of its ends.
///
/// A program asks a resolver, and the resolver asks a server: each of the two exchanges names the other.
package struct Chain: Sendable {
  /// The queries that the resolver sent to answer this one, in the order in which it sent them. If the next server is on
  /// this host too, each is followed by the queries that this server sent.
  package var forwarded: [ForwardedQuery] = []
  /// The programs for which this query was sent, nearest first.
  package var onBehalfOf: [ServedClient] = []
  /// Where the resolver got its answer from; nil if unknown.
  package var answeredFrom: AnswerOrigin?
  /// Related exchanges beyond the limit, which are not listed.
  package var omitted = 0

  package init() {}

  package var isEmpty: Bool { forwarded.isEmpty && onBehalfOf.isEmpty && answeredFrom == nil }

  /// The maximum length of each list.
  static let most = 64

  /// Lists a query that the resolver sent, or counts it beyond the limit.
  mutating func forward(_ query: ForwardedQuery) {
    if forwarded.count < Self.most {
      forwarded.append(query)
    } else {
      omitted += 1
    }
  }
}

/// How it is known that two exchanges are related.
package enum Evidence: String, CaseIterable, Sendable {
  /// The thread that received the question sent the same question before it answered, and no other client waited for it.
  case proven
  /// The same process sent it while the client waited, and no other client waited for it.
  case inferred
  /// Several clients waited for this question; all of them are listed.
  case coalesced
}

/// Where a resolver got an answer from.
package enum AnswerOrigin: String, CaseIterable, Sendable {
  /// It asked another server.
  case upstream
  /// It asked no other server, although it does for other questions.
  case cache
  /// Its own data: the answer is authoritative.
  case local
}

/// A query that a resolver on this host sent.
package struct ForwardedQuery: Sendable {
  /// Nil for a lookup over a unix socket.
  package let server: Endpoint?
  package let service: NameService
  package let process: ObservedProcess?
  /// The question that it sent, if it is not the client's question.
  package let question: Question?
  package var evidence: Evidence
  /// Nanoseconds until the answer; nil without one.
  package var latency: Int64?
  package var responseCode: ResponseCode?

  /// A question, copied.
  package struct Question: Sendable {
    package let name: OwnedName
    package let type: RecordType
  }
}

/// A client whose query caused a resolver on this host to send one.
package struct ServedClient: Sendable {
  /// Nil if the client is on another host or unknown.
  package let process: ObservedProcess?
  /// Nil if it used a unix socket.
  package let client: Endpoint?
  package let evidence: Evidence
  /// The number of resolvers between: 0 for the client of the resolver that sent the query.
  package var depth = 0
}

extension Chain {
  /// The programs that started the chain: clients in `onBehalfOf` that are not resolvers for another client.
  package var origins: (first: ServedClient, count: Int)? {
    var origins: (first: ServedClient, count: Int)?
    for (index, client) in onBehalfOf.enumerated() {
      let isLast = index + 1 == onBehalfOf.count
      guard isLast || onBehalfOf[index + 1].depth <= client.depth else { continue }
      origins = (origins?.first ?? client, (origins?.count ?? 0) + 1)
    }
    return origins
  }
}

extension TaskSnapshot {
  /// The thread that last used the socket; 0 if it only created or bound it.
  var usingThread: Int32 {
    switch source {
    case .receive, .send, .sending: tid
    case .unknown, .creator, .binder, .connector, .backfill: 0
    }
  }
}
