package import TraceModel
package import DNSWire
import PacketDecoding

/// A query and its answer, or one of them, borrowed while a subscriber reads it.
package struct Exchange: ~Escapable {
  package let query: DecodedMessage?
  package let answer: DecodedMessage?
  package let outcome: Outcome
  package let role: Role
  /// How often the query was sent again before this ended.
  package let retries: Int
  /// The process at the socket where this was seen: the client or the server.
  package let attribution: Attribution
  /// The local server that answered a local client.
  package let answeredBy: Attribution?
  /// Whether one of its ends is a socket of the traced cgroup.
  package let isInTarget: Bool
  /// How it is related to other exchanges, if a resolver on this host is one of its ends.
  package let chain: Chain?
  /// With `Unit.lookups`, the lookup that this exchange decided, with all its exchanges.
  package let lookup: Lookup?
  /// How many messages it counts as in the ledger.
  package let messageCount: Int
  /// The numbers of its packets, including those of retries and of deduplicated copies.
  package let packets: PacketNumbers
  /// Those of the answer that are not among `packets`: separate, because joining them would allocate.
  package let answerPackets: PacketNumbers
  /// Whether it is a single message, so that its outcome is unknown.
  package let isMessage: Bool

  @_lifetime(copy query, copy answer)
  package init(
    query: DecodedMessage?, answer: DecodedMessage?, outcome: Outcome, role: Role, retries: Int = 0,
    attribution: Attribution, answeredBy: Attribution? = nil, isInTarget: Bool = false,
    chain: Chain? = nil, lookup: Lookup? = nil, messageCount: Int,
    packets: PacketNumbers = PacketNumbers(), answerPackets: PacketNumbers = PacketNumbers(),
    isMessage: Bool = false
  ) {
    self.query = query
    self.answer = answer
    self.outcome = outcome
    self.role = role
    self.retries = retries
    self.attribution = attribution
    self.answeredBy = answeredBy
    self.isInTarget = isInTarget
    self.chain = chain
    self.lookup = lookup
    self.messageCount = messageCount
    self.packets = packets
    self.answerPackets = answerPackets
    self.isMessage = isMessage
  }

  /// Which end of the exchange the process in `attribution` is.
  package enum Role: String, Sendable {
    /// It sent the query.
    case client
    /// Another host sent the query to it.
    case server
  }
}

extension Exchange {
  /// A single message: an answer to a query that was not seen, or with `Unit.messages` any message.
  @_lifetime(copy message)
  package init(alone message: DecodedMessage, role: Role, attribution: Attribution, isMessage: Bool = false) {
    let isResponse = message.header.isResponse
    self.init(
      query: isResponse ? nil : message, answer: isResponse ? message : nil,
      outcome: isResponse ? .unsolicited : .pending, role: role, attribution: attribution,
      isInTarget: message.isInTarget, messageCount: 1,
      packets: message.packets, isMessage: isMessage)
  }

  /// The exchange that decided a lookup, with the whole lookup.
  @_lifetime(copy exchange)
  init(_ exchange: Exchange, of lookup: Lookup) {
    self.init(
      query: exchange.query, answer: exchange.answer, outcome: exchange.outcome, role: exchange.role,
      retries: exchange.retries, attribution: exchange.attribution, answeredBy: exchange.answeredBy,
      isInTarget: exchange.isInTarget, chain: exchange.chain, lookup: lookup,
      messageCount: lookup.messageCount, packets: lookup.packets)
  }

  /// One message of this exchange, with the attributions and the outcome of the exchange.
  @_lifetime(copy message)
  package func part(_ message: DecodedMessage, retries: Int) -> Exchange {
    let isResponse = message.header.isResponse
    return Exchange(
      query: isResponse ? nil : message, answer: isResponse ? message : nil, outcome: outcome,
      role: role, retries: retries, attribution: attribution, answeredBy: answeredBy,
      isInTarget: isInTarget, chain: chain, messageCount: 1,
      packets: message.packets)
  }
}

// MARK: Properties

extension Exchange {
  package var first: DecodedMessage? {
    @_lifetime(copy self)
    get {
      if let query { return query }
      return answer
    }
  }

  /// The answer, or a query without one.
  package var last: DecodedMessage? {
    @_lifetime(copy self)
    get {
      if let answer { return answer }
      return query
    }
  }

  package var question: QuestionView? {
    @_lifetime(copy self)
    get {
      if let question = query?.question { return question }
      return answer?.question
    }
  }

  /// Nanoseconds from the first transmission of the query to its answer, or of a whole lookup; nil without both.
  package var latency: Int64? {
    if let lookup { return lookup.duration }
    guard let query, let answer else { return nil }
    return answer.time.nanoseconds(since: query.time)
  }

  /// Whether only the start of a message was captured.
  package var isCapturedInPart: Bool { query?.isCut == true || answer?.isCut == true }

  /// Nil if the ends have no addresses.
  package var client: Endpoint? { isLocalLookup ? nil : first?.client }
  package var server: Endpoint? { isLocalLookup ? nil : first?.server }

  /// Whether it is a lookup over a unix socket: its messages were never sent as DNS.
  package var isLocalLookup: Bool { first?.service.isLocalLookup ?? false }
}

/// How an exchange ended.
package enum Outcome: String, CaseIterable, Sendable {
  case answered
  /// No answer within the timeout, or only after the socket was closed.
  case unanswered
  /// The answer came after the exchange had been shown as unanswered.
  case late
  /// A second answer to a query that was sent more than once.
  case repeated
  /// An answer to a query that was not seen.
  case unsolicited
  /// Unanswered so far when querent ended, or when too many exchanges were open.
  case pending

  package var isWithoutAnswer: Bool { self == .unanswered || self == .pending }

  /// The place in `allCases`. Histories store it, so it never changes, and a new outcome comes last.
  package var place: Int {
    switch self {
    case .answered: 0
    case .unanswered: 1
    case .late: 2
    case .repeated: 3
    case .unsolicited: 4
    case .pending: 5
    }
  }
}

/// The unit of a record.
package enum Unit: Sendable { case exchanges, lookups, messages }

/// Receives exchanges when their outcome is known.
package protocol ExchangeReceiver: ~Copyable {
  mutating func receive(_ exchange: borrowing Exchange, ledger: inout Ledger)
}
