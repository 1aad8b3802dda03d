package import TraceModel
package import DNSWire
import PacketDecoding

/// A query and its answer, or what there is of the two.
///
/// A class, since it is handed on from pairing to the last octet of its record: a reference is copied in place of five.
package final class Exchange: Sendable {
  package let query: DecodedMessage?
  package let answer: DecodedMessage?
  package let outcome: Outcome
  package let role: Role
  /// How often the same query was sent again before this ended.
  package let retries: Int
  /// The process at the socket where this was seen: the one that asked, or the server.
  package let party: Party
  /// The local server that answered a local client.
  package let answeredBy: Party?
  /// How many messages this accounts for in the ledger.
  package let messageCount: Int
  /// The numbers of all captures that it was made of, those of retries and of deduplicated copies too.
  package let packets: [UInt64]

  package init(
    query: DecodedMessage?, answer: DecodedMessage? = nil, outcome: Outcome, role: Role, retries: Int = 0,
    party: Party, answeredBy: Party? = nil, messageCount: Int, packets: [UInt64] = []
  ) {
    self.query = query
    self.answer = answer
    self.outcome = outcome
    self.role = role
    self.retries = retries
    self.party = party
    self.answeredBy = answeredBy
    self.messageCount = messageCount
    self.packets = packets
  }

  /// Which end of the exchange the process in `party` is.
  package enum Role: String, Sendable {
    /// It asked.
    case client
    /// It was asked by another host.
    case server
  }

  package var first: DecodedMessage? { query ?? answer }

  /// Nanoseconds from the first sending of the query to its answer; nil without both.
  package var latency: Int64? {
    guard let query, let answer else { return nil }
    return answer.time.nanoseconds(since: query.time)
  }

  /// Whether only the start of a message was captured.
  package var isCapturedInPart: Bool { query?.payload.isCut == true || answer?.payload.isCut == true }

  /// The message whose question it is about: the query, or the answer where only that has one; nil when none has.
  package var asking: StoredMessage? {
    if let query, query.message.index.hasQuestion { return query.message }
    if let answer, answer.message.index.hasQuestion { return answer.message }
    return nil
  }

  package var client: Endpoint? { first?.client }
  package var server: Endpoint? { first?.server }
}

extension Exchange {
  /// A message that is shown by itself.
  package convenience init(alone observation: DecodedMessage, role: Role) {
    let isResponse = observation.header.isResponse
    self.init(
      query: isResponse ? nil : observation, answer: isResponse ? observation : nil,
      outcome: isResponse ? .unsolicited : .pending, role: role, party: observation.party, messageCount: 1,
      packets: observation.payload.packets)
  }

  /// A message of this exchange that is shown by itself, but with the parties and the outcome of the whole.
  package func part(_ observation: DecodedMessage, retries: Int) -> Exchange {
    let isResponse = observation.header.isResponse
    return Exchange(
      query: isResponse ? nil : observation, answer: isResponse ? observation : nil, outcome: outcome,
      role: role, retries: retries, party: party, answeredBy: answeredBy, messageCount: 1,
      packets: observation.payload.packets)
  }
}

/// How an exchange ended.
package enum Outcome: String, CaseIterable, Sendable {
  case answered
  /// No answer within the timeout, or none that still found the socket open.
  case unanswered
  /// The answer came after the exchange had been shown as unanswered.
  case late
  /// A second answer to a query that was sent more than once.
  case repeated
  /// An answer to no query that was seen.
  case unsolicited
  /// Still waiting when querent ended, or when there was no room to wait longer.
  case pending

  package var isWithoutAnswer: Bool { self == .unanswered || self == .pending }
}

/// What leaves the correlation.
package enum Event: Sendable {
  case exchange(Exchange)
  /// One message on its own, its party settled (see `Unit.messages`).
  case message(DecodedMessage, role: Exchange.Role)

  /// The exchange, or the message as one.
  package var exchange: Exchange {
    switch self {
    case .exchange(let exchange): exchange
    case .message(let message, let role): Exchange(alone: message, role: role)
    }
  }

  /// Whether it is one message, so that nothing is known of how its exchange ends.
  package var isMessage: Bool {
    if case .message = self { true } else { false }
  }

  /// How many messages it accounts for in a ledger.
  package var messageCount: Int {
    switch self {
    case .exchange(let exchange): exchange.messageCount
    case .message: 1
    }
  }
}

/// What is shown.
package enum Unit: Sendable { case exchanges, messages }
