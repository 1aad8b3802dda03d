package import TraceModel
package import DNSWire
package import PacketDecoding

/// Pairs queries with answers, and a local server's copy with its client's.
///
/// A pair is found by the socket, the message id and the question, never by addresses alone: with
/// address translation the two directions have different ones.
package struct Correlator: ~Copyable {
  private let unit: Unit
  private let timeout: Int64
  private let limit: Int
  private let mostOctets: Int
  /// How long an ended exchange is remembered, so that a late answer can be identified; nanoseconds.
  private let memory: Int64 = 30_000_000_000
  private let mostRemembered: Int

  private var table = ExchangeTable()
  private var chains: ChainTable
  private var lookups: LookupTable
  /// Parses stored queries again.
  private var reader = MessageReader()
  /// Octets of the bound that fragments and streams use.
  package var heldElsewhere = 0

  /// - Parameters:
  ///   - timeout: nanoseconds after which a query counts as unanswered.
  ///   - limit: exchanges that may be open or remembered at once.
  ///   - mostOctets: their maximum memory. Beyond either bound the oldest ends, as `pending` if it still waits.
  ///   - mostRemembered: the number of exchanges that ended without an answer and are remembered; each takes about 512 octets.
  ///   - searchDomains: the search list of the host, by which `Unit.lookups` relates two names.
  package init(
    unit: Unit = .exchanges, timeout: Int64 = 5_000_000_000, limit: Int = 65_536,
    mostOctets: Int = 13 << 20, mostRemembered: Int = 4096, searchDomains: [OwnedName] = []
  ) {
    lookups = LookupTable(searchDomains: searchDomains)
    self.unit = unit
    self.timeout = max(0, timeout)
    chains = ChainTable(timeout: self.timeout)
    self.limit = max(1, limit)
    self.mostOctets = mostOctets
    self.mostRemembered = mostRemembered
  }

  /// Adds the message that `reader` read last; passes to `receiver` the exchanges that it, or the time that it states,
  /// completes.
  package mutating func push<Receiver: ExchangeReceiver & ~Copyable>(
    _ payload: borrowing DNSPayload, _ index: MessageIndex, _ reader: borrowing MessageReader,
    into receiver: inout Receiver, ledger: inout Ledger
  ) {
    let message = DecodedMessage(reader.view(of: payload.octets, index), payload.contexts)
    // So that an outcome depends on the messages alone and not on how often the time advances.
    advance(to: message.time, into: &receiver, ledger: &ledger)
    if index.header.isResponse {
      answer(message, into: &receiver, ledger: &ledger)
    } else {
      query(message, into: &receiver, ledger: &ledger)
    }
  }

  /// Ends exchanges whose timeout has passed.
  package mutating func advance<Receiver: ExchangeReceiver & ~Copyable>(
    to now: Timestamp, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    while let id = table.nextDue(by: now) {
      guard table.contains(id) else { continue }
      guard table[id.slot].state == .waiting else {
        remove(id.slot)
        continue
      }
      if table[id.slot].duplicateOf == nil { end(id.slot, .unanswered, into: &receiver, ledger: &ledger) }
      table[id.slot].state = .timedOut
      table.remember(id, until: now.advanced(byNanoseconds: memory))
      if table.rememberedCount > mostRemembered, let oldest = table.nextOldest() { remove(oldest) }
    }
    guard unit == .lookups else { return }
    while let lookup = lookups.nextEnded(by: now) {
      Self.publish(lookup, into: &receiver, ledger: &ledger)
    }
  }

  /// Publishes the exchanges that still wait, and clears the tables.
  package mutating func finish<Receiver: ExchangeReceiver & ~Copyable>(
    into receiver: inout Receiver, ledger: inout Ledger
  ) {
    for id in table.identifiers {
      guard table[id.slot].state == .waiting, table[id.slot].duplicateOf == nil else { continue }
      end(id.slot, .pending, into: &receiver, ledger: &ledger)
    }
    while let lookup = lookups.next() { Self.publish(lookup, into: &receiver, ledger: &ledger) }
    table = ExchangeTable()
    chains = ChainTable(timeout: timeout)
  }

  /// The number of exchanges and of the entries that refer to them.
  var held: Int { table.held + chains.held + lookups.held }
}

// MARK: Queries

extension Correlator {
  private mutating func query<Receiver: ExchangeReceiver & ~Copyable>(
    _ message: borrowing DecodedMessage, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    let question = MatchKey.question(message.message)
    let pair = MatchKey.pair(message)
    let exact = MatchKey.exact(message, pair, question)
    if let first = table.exact(exact, message) {
      if message.isForwardedCopy(of: table.queries.flow(first), on: table.queries.interfaceIndex(first)) {
        ledger.deduplicated += 1
        table[first].packets += message.packets
        return
      }
      if table[first].state == .waiting {
        return again(message, first, into: &receiver, ledger: &ledger)
      }
    }
    let client = message.isAtClient ? nil : table.localClient(of: message, question)
    let keys = ExchangeKeys(message, exact: exact, pair: pair, question: question)
    let open = OpenExchange(message, duplicateOf: client.map { table[$0].id }, keys: keys)
    if let client {
      table[client].packets += message.packets
      if message.isInTarget { table[client].isInTarget = true }
      ledger.deduplicated += 1
    } else {
      show(message, into: &receiver, ledger: &ledger)
    }
    let id = table.insert(open, message, deadline: message.time.advanced(byNanoseconds: timeout))
    if unit != .messages { chains.relate(id, message, question, in: table) }
    if unit == .lookups, client == nil { lookups.begin(id, message) }
    keepWithinBounds(into: &receiver, ledger: &ledger)
  }

  /// Ends the oldest exchanges while there are too many: the query is shown, although its answer may still come.
  private mutating func keepWithinBounds<Receiver: ExchangeReceiver & ~Copyable>(
    into receiver: inout Receiver, ledger: inout Ledger
  ) {
    while table.count > limit || table.cost + chains.cost > mostOctets - heldElsewhere, table.count > 1,
      let oldest = table.nextOldest()
    {
      if table[oldest].state == .waiting, table[oldest].duplicateOf == nil {
        ledger.endedEarly += 1
        end(oldest, .pending, into: &receiver, ledger: &ledger)
      }
      remove(oldest)
    }
  }

  /// A repetition of a query that still waits.
  private mutating func again<Receiver: ExchangeReceiver & ~Copyable>(
    _ message: borrowing DecodedMessage, _ first: Int, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    table[first].retries += 1
    chains.receiveAgain(first, at: message.time)
    if let client = table[first].duplicateOf {
      ledger.deduplicated += 1
      let packets = message.packets
      table.update(client) { $0.packets += packets }
    } else {
      table[first].messageCount += 1
      table[first].packets += message.packets
      show(message, into: &receiver, ledger: &ledger)
    }
  }

  private func show<Receiver: ExchangeReceiver & ~Copyable>(
    _ query: borrowing DecodedMessage, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    guard unit == .messages else { return }
    receiver.receive(
      Exchange(alone: copy query, role: query.role, attribution: query.attribution, isMessage: true),
      ledger: &ledger)
  }
}

// MARK: Answers

extension Correlator {
  private mutating func answer<Receiver: ExchangeReceiver & ~Copyable>(
    _ message: borrowing DecodedMessage, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    guard let slot = match(message) else {
      return receiver.receive(
        Exchange(
          alone: copy message, role: message.role, attribution: message.attribution,
          isMessage: unit == .messages),
        ledger: &ledger)
    }
    if let client = table[slot].duplicateOf {
      ledger.deduplicated += 1
      let attribution = message.attribution.betterOr(table.queries.attribution(slot))
      let packets = message.packets
      table.update(client) { open in
        open.answeredBy = attribution
        open.packets += packets
      }
      chains.end(slot, copyOf: client, answer: message, in: table)
      return settle(slot)
    }
    if let first = table[slot].answer, message.isForwardedCopy(of: first.flow, on: first.interface) {
      ledger.deduplicated += 1
      return
    }
    if table[slot].mayBeForwarded { table[slot].answer = (message.flow, message.interfaceIndex) }
    switch unit {
    case .messages:
      let attribution = table.attribution(of: message, answering: slot)
      receiver.receive(
        Exchange(alone: copy message, role: table[slot].role, attribution: attribution, isMessage: true),
        ledger: &ledger)
    case .exchanges:
      reader.readAgain(slot, of: table.queries)
      let chain = chains.end(slot, answer: copy message, in: table)
      receiver.receive(Exchange(slot, of: table, reader, chain, answeredBy: message), ledger: &ledger)
    case .lookups:
      reader.readAgain(slot, of: table.queries)
      let chain = chains.end(slot, answer: copy message, in: table)
      let exchange = StoredExchange(copying: Exchange(slot, of: table, reader, chain, answeredBy: message))
      if let lookup = lookups.end(table[slot].id, exchange) {
        Self.publish(lookup, into: &receiver, ledger: &ledger)
      }
    }
    settle(slot)
  }

  private mutating func remove(_ slot: Int) {
    chains.remove(slot, in: table)
    table.remove(slot)
  }

  /// Removes an exchange, unless another answer or a copy of this one may follow.
  private mutating func settle(_ slot: Int) {
    if table[slot].retries == 0, !table[slot].mayBeForwarded {
      remove(slot)
    } else {
      table[slot].state = .answered
    }
  }

  /// The exchange that `answer` belongs to: same socket and id, the same question if the answer repeats it, and
  /// the same addresses unless they are translated. At a server's TCP connection the addresses are sufficient.
  private func match(_ answer: borrowing DecodedMessage) -> Int? {
    let question = MatchKey.question(answer.message)
    let pair = MatchKey.pair(answer)
    let hasQuestion = answer.message.index.hasQuestion
    if hasQuestion, let open = table.exact(.exact(answer, pair, question), answer) { return open }
    let expected = answer.flow.reversed
    let message = answer.message
    let hasSocket = answer.hasSocket
    var translated: Int?
    let found = table.first(pair, answer) { slot in
      guard
        hasQuestion ? table.queries.asksSame(slot, as: message) : table.queries.mayBeAnswered(slot, message)
      else { return false }
      let flow = table.queries.flow(slot)
      if flow == expected { return true }
      if hasSocket, flow.transport == expected.transport, translated == nil { translated = slot }
      return false
    }
    return found ?? translated ?? table.served(answer, question)
  }
}

// MARK: Endings

extension Correlator {
  private mutating func end<Receiver: ExchangeReceiver & ~Copyable>(
    _ slot: Int, _ outcome: Outcome, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    guard unit != .messages else { return }
    reader.readAgain(slot, of: table.queries)
    let chain = chains.end(slot, answer: nil, in: table)
    guard unit == .lookups else {
      return receiver.receive(Exchange(slot, of: table, reader, chain, outcome), ledger: &ledger)
    }
    let exchange = StoredExchange(copying: Exchange(slot, of: table, reader, chain, outcome))
    if let lookup = lookups.end(table[slot].id, exchange) {
      Self.publish(lookup, into: &receiver, ledger: &ledger)
    }
  }

  private static func publish<Receiver: ExchangeReceiver & ~Copyable>(
    _ lookup: Lookup, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    let deciding = lookup.exchanges[lookup.deciding]
    receiver.receive(Exchange(deciding.view, of: lookup), ledger: &ledger)
  }
}
