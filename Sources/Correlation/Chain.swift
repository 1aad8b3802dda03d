package import TraceModel
package import DNSWire
package import PacketDecoding

/// How an exchange is related to others, where a resolver on this host is at one of its ends.
///
/// A program asks a resolver, and the resolver asks a server: each of the two exchanges names the other.
package struct Chain: Sendable {
  /// The queries that the resolver sent to answer this one, in the order in which it sent them. Where the next server is on
  /// this host too, each is followed by those that this server sent.
  package var forwarded: [ForwardedQuery] = []
  /// The programs for which this query was sent, nearest first.
  package var onBehalfOf: [ServedClient] = []
  /// Where the resolver had its answer from; nil when that is not known.
  package var answeredFrom: AnswerOrigin?
  /// Related exchanges beyond the limit, which are not listed.
  package var omitted = 0

  package init() {}

  package var isEmpty: Bool { forwarded.isEmpty && onBehalfOf.isEmpty && answeredFrom == nil }

  /// How many each list may hold.
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

/// How it is known that two exchanges belong together.
package enum Evidence: String, CaseIterable, Sendable {
  /// The thread that received the very question sent it on before it was answered, and nobody else waited for it.
  case proven
  /// The same process sent it while the client waited, and nobody else waited for it.
  case inferred
  /// Several clients waited for this question, and all of them are named.
  case coalesced
}

/// Where a resolver had an answer from.
package enum AnswerOrigin: String, CaseIterable, Sendable {
  /// It asked another server.
  case upstream
  /// It asked no other server, though it does so for other questions.
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
  /// What it asked, if that is not the client's own question.
  package let question: Question?
  package var evidence: Evidence
  /// Nanoseconds until the answer; nil without one.
  package var latency: Int64?
  package var responseCode: ResponseCode?

  /// A question that is kept.
  package struct Question: Sendable {
    package let name: OwnedName
    package let type: RecordType
  }
}

/// A client whose query made a resolver on this host send one.
package struct ServedClient: Sendable {
  /// Nil when the client is on another host, or not known.
  package let process: ObservedProcess?
  /// Nil if it asked over a unix socket.
  package let client: Endpoint?
  package let evidence: Evidence
  /// How many resolvers stand between: 0 for the client of the one that sent the query.
  package var depth = 0
}

extension Chain {
  /// The programs at the start: clients of `onBehalfOf` that asked for nobody else.
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
