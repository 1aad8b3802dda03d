package import TraceModel
import DNSWire
import PacketDecoding

/// Pairs queries with answers, and a local server's copy with its client's.
///
/// A pair is found by the socket, the message id and the question, never by addresses alone: under
/// address translation the two directions do not show the same ones.
package struct Correlator {
  private let unit: Unit
  private let timeout: Int64
  private let limit: Int
  private let mostOctets: Int
  /// How long an ended exchange is remembered, so that a late answer is known as one; nanoseconds.
  private let memory: Int64 = 30_000_000_000
  private let mostRemembered: Int

  private var table = ExchangeTable()
  /// Octets of the bound that fragments and streams take.
  package var heldElsewhere = 0

  /// - Parameters:
  ///   - timeout: nanoseconds after which a query counts as unanswered.
  ///   - limit: exchanges that may be open or remembered at once.
  ///   - mostOctets: what they may take. Beyond either bound the oldest ends, as `pending` if it still waits.
  ///   - mostRemembered: the newest of those that ended without an answer; each takes about a kilobyte.
  package init(
    unit: Unit = .exchanges, timeout: Int64 = 5_000_000_000, limit: Int = 65_536,
    mostOctets: Int = 15 << 20, mostRemembered: Int = 4096
  ) {
    self.unit = unit
    self.timeout = max(0, timeout)
    self.limit = max(1, limit)
    self.mostOctets = mostOctets
    self.mostRemembered = mostRemembered
  }

  /// Takes one message; what became complete by it, or by the time that it tells, goes to `emit`.
  package mutating func push(
    _ observation: DecodedMessage, ledger: inout Ledger, _ emit: (Event) -> Void
  ) {
    // So that an outcome depends on the messages alone and not on how often somebody looked at a clock.
    advance(to: observation.time, emit)
    if observation.header.isResponse {
      answer(observation, ledger: &ledger, emit)
    } else {
      query(observation, ledger: &ledger, emit)
    }
  }

  /// Ends what has waited too long.
  package mutating func advance(to now: Timestamp, _ emit: (Event) -> Void) {
    while let id = table.nextDue(by: now) {
      guard let open = table[id] else { continue }
      switch open.state {
      case .waiting:
        open.state = .timedOut
        table.remember(id, until: now.advanced(byNanoseconds: memory))
        if table.rememberedCount > mostRemembered { _ = table.removeOldest() }
        if open.duplicateOf == nil { end(open, .unanswered, emit) }
      case .timedOut, .answered:
        table.remove(id)
      }
    }
  }

  /// Shows what is still waiting and forgets everything.
  package mutating func finish(_ emit: (Event) -> Void) {
    for id in table.identifiers {
      guard let open = table[id], open.state == .waiting, open.duplicateOf == nil else { continue }
      end(open, .pending, emit)
    }
    table = ExchangeTable()
  }

  /// Exchanges, and what finds them again: everything that takes room.
  var held: Int { table.held }
}

// MARK: Queries

extension Correlator {
  private mutating func query(
    _ observation: DecodedMessage, ledger: inout Ledger, _ emit: (Event) -> Void
  ) {
    let message = observation.message
    let question = MatchKey.question(message.view.question)
    let pair = MatchKey.pair(observation)
    let exact = MatchKey.exact(observation, pair, question)
    if let first = table.exact(exact, observation) {
      if observation.isForwardedCopy(of: first.query.flow, on: first.interfaceIndex) {
        ledger.deduplicated += 1
        first.packets += observation.payload.packets
        return
      }
      if first.state == .waiting {
        again(observation, first, ledger: &ledger, emit)
        return
      }
    }
    let client = observation.isAtClient ? nil : table.localClient(of: observation, question)
    let open = OpenExchange(observation, duplicateOf: client, exact: exact, pair: pair, question: question)
    if let client {
      client.packets += observation.payload.packets
      ledger.deduplicated += 1
    } else {
      show(observation, emit)
    }
    table.insert(open, deadline: observation.time.advanced(byNanoseconds: timeout))
    keepWithinBounds(ledger: &ledger, emit)
  }

  /// Ends the oldest exchanges while there are too many: what was asked is shown, though nobody will know the answer.
  private mutating func keepWithinBounds(ledger: inout Ledger, _ emit: (Event) -> Void) {
    while table.count > limit || table.cost > mostOctets - heldElsewhere, table.count > 1,
      let oldest = table.removeOldest()
    {
      guard oldest.state == .waiting, oldest.duplicateOf == nil else { continue }
      ledger.endedEarly += 1
      end(oldest, .pending, emit)
    }
  }

  /// The same query once more, while the first one waits.
  private func again(
    _ observation: DecodedMessage, _ first: OpenExchange, ledger: inout Ledger, _ emit: (Event) -> Void
  ) {
    first.retries += 1
    if let client = first.duplicateOf {
      ledger.deduplicated += 1
      table[client]?.packets += observation.payload.packets
    } else {
      first.messageCount += 1
      first.packets += observation.payload.packets
      show(observation, emit)
    }
  }

  private func show(_ query: DecodedMessage, _ emit: (Event) -> Void) {
    if unit == .messages { emit(.message(query, role: query.role)) }
  }
}

// MARK: Answers

extension Correlator {
  private mutating func answer(
    _ observation: DecodedMessage, ledger: inout Ledger, _ emit: (Event) -> Void
  ) {
    guard let open = match(observation) else {
      switch unit {
      case .messages: emit(.message(observation, role: observation.role))
      case .exchanges: emit(.exchange(Exchange(alone: observation, role: observation.role)))
      }
      return
    }
    if let client = open.duplicateOf {
      ledger.deduplicated += 1
      let party = Self.better(observation.party, open.party)
      table[client]?.answeredBy = party
      table[client]?.packets += observation.payload.packets
      settle(open)
      return
    }
    if let first = open.answer, observation.isForwardedCopy(of: first.flow, on: first.payload.interfaceIndex)
    {
      ledger.deduplicated += 1
      return
    }
    switch unit {
    case .messages:
      let party = Self.party(of: observation, answering: open)
      emit(.message(observation.attributed(to: party), role: open.query.role))
    case .exchanges: emit(.exchange(Self.exchange(of: open, answered: observation)))
    }
    if open.mayBeForwarded { open.answer = observation }
    settle(open)
  }

  /// Forgets an exchange, unless another answer or another copy of this one may follow.
  private mutating func settle(_ open: OpenExchange) {
    if open.retries == 0, !open.mayBeForwarded {
      table.remove(open.id)
    } else {
      open.state = .answered
    }
  }

  /// The exchange that `answer` belongs to: same socket and id, the question where it repeats one, and
  /// the addresses unless they are translated on the way. At a server's TCP connection the addresses alone will do.
  private func match(_ answer: DecodedMessage) -> OpenExchange? {
    let message = answer.message
    let asksAgain = message.index.hasQuestion
    let question = MatchKey.question(message.view.question)
    let pair = MatchKey.pair(answer)
    if asksAgain, let open = table.exact(.exact(answer, pair, question), answer) { return open }
    let expected = answer.flow.reversed
    var translated: OpenExchange?
    let found = table.first(pair, answer) { open in
      guard asksAgain ? Self.repeats(open, message) : Self.names(open, message) else { return false }
      if open.query.flow == expected { return true }
      if answer.hasSocket, open.query.flow.transport == expected.transport, translated == nil {
        translated = open
      }
      return false
    }
    return found ?? translated ?? table.served(answer, question)
  }

  /// Whether an answer without a question may be to `open`: it has no records either, as a server that
  /// refuses sends (RFC 1035 §4.1.1), or one of them is of the name that was asked (RFC 6762 §6).
  private static func names(_ open: OpenExchange, _ answer: StoredMessage) -> Bool {
    let query = open.query.message
    let answers = answer.view.answers
    guard !answers.isEmpty, let question = query.view.question else { return true }
    return answers.contains { $0.name == question.qname }
  }

  /// Whether an answer repeats the question of `open`.
  private static func repeats(_ open: OpenExchange, _ answer: StoredMessage) -> Bool {
    let query = open.query.message
    guard let asked = query.view.question, let repeated = answer.view.question else { return false }
    return asked == repeated
  }
}

// MARK: Endings and parties

extension Correlator {
  private func end(_ open: OpenExchange, _ outcome: Outcome, _ emit: (Event) -> Void) {
    guard unit == .exchanges else { return }
    emit(
      .exchange(
        Exchange(
          query: open.query, outcome: outcome, role: open.query.role, retries: open.retries,
          party: open.party, answeredBy: open.answeredBy, messageCount: open.messageCount,
          packets: open.packets)))
  }

  private static func exchange(of open: OpenExchange, answered answer: DecodedMessage) -> Exchange {
    // A query that has been shown, when it timed out or was answered first, has been counted too.
    let (outcome, isCounted): (Outcome, Bool) =
      switch open.state {
      case .waiting: (.answered, false)
      case .timedOut: (.late, true)
      case .answered: (.repeated, true)
      }
    return Exchange(
      query: open.query, answer: answer, outcome: outcome, role: open.query.role, retries: open.retries,
      party: party(of: open, answered: answer),
      // On an interface the local server's own sending is seen, and there is no second copy to tell.
      answeredBy: answer.isSent && open.query.isSent ? answer.party : open.answeredBy,
      messageCount: isCounted ? 1 : open.messageCount + 1,
      packets: open.packets + answer.payload.packets)
  }

  /// Who an exchange belongs to: at the client the one who asked, at the server the one who answers.
  private static func party(of open: OpenExchange, answered answer: DecodedMessage) -> Party {
    if open.query.isAtClient {
      guard case .none(let reason) = open.party.method else { return open.party }
      // On an interface the answer is seen as the local server sends it, not as who asked receives it.
      if answer.isSent { return open.party }
      // Of several processes only the one that is known to have sent on the socket can have asked.
      if reason == .sharedSocket, answer.party.method != .owner { return open.party }
      return paired(answer.party)
    }
    return better(paired(answer.party), open.party)
  }

  /// Who received or sent an answer.
  private static func party(of answer: DecodedMessage, answering open: OpenExchange) -> Party {
    guard open.query.isAtClient else { return answer.party }
    if open.party.owner != nil { return paired(open.party) }
    return answer.isSent ? open.party : answer.party
  }

  private static func paired(_ party: Party) -> Party {
    guard party.owner != nil else { return party }
    return Party(owner: party.owner, details: party.details, method: .paired)
  }

  private static func better(_ first: Party, _ second: Party) -> Party {
    first.owner != nil ? first : second
  }
}
