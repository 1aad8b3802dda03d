import TraceModel
import DNSWire
import PacketDecoding

// The related exchanges in the record of an exchange.
extension ChainTable {
  /// The chain of an exchange that ends, for its record; nil if it has none.
  ///
  /// - Parameter answer: nil if it ends without one.
  mutating func end(
    _ slot: Int, answer: DecodedMessage?, in table: borrowing ExchangeTable
  ) -> Chain? {
    guard isRelated(slot) else { return nil }
    var chain = served(slot, answer, depth: 0, in: table)
    if table[slot].isAtClient {
      if let answer { join(slot, at: answer.time, in: table) }
      if let answer { memory.noteAliases(in: answer, toldTo: entries[slot].process) }
      chain.omitted += entries[slot].answeredClientsOmitted
      if !entries[slot].answeredClients.isEmpty { chain.onBehalfOf += entries[slot].answeredClients }
      for index in entries[slot].servedQueries.indices {
        let served = entries[slot].servedQueries[index]
        guard table.contains(served.id) else { continue }
        complete(slot, of: served.id.slot, answer, onward: chain.forwarded, in: table)
        addClients(served.id.slot, served.evidence, depth: 0, at: answer?.time, in: &chain, table)
      }
    } else {
      keepClients(of: slot, in: table)
      unlist(slot)
    }
    return chain.isEmpty ? nil : chain
  }

  /// Ends the server's copy of a client's exchange: the server's queries are listed in the record of the client's exchange.
  mutating func end(
    _ slot: Int, copyOf client: ExchangeID, answer: borrowing DecodedMessage,
    in table: borrowing ExchangeTable
  ) {
    guard isRelated(slot), isRelated(client.slot), table.contains(client) else { return }
    let chain = chainOfServer(slot, copy answer, depth: 0, in: table)
    entries[client.slot].chain = chain
    entries[client.slot].copy = nil
    keepClients(of: slot, in: table)
    unlist(slot)
  }

  /// The queries that the server sent for a query; for a client's exchange, those of the server's copy.
  private func served(
    _ slot: Int, _ answer: DecodedMessage?, depth: Int, in table: borrowing ExchangeTable
  ) -> Chain {
    guard isRelated(slot) else { return Chain() }
    guard table[slot].isAtClient else { return chainOfServer(slot, answer, depth: depth, in: table) }
    // The server has not answered yet.
    if let copy = entries[slot].copy, table.contains(copy) {
      return chainOfServer(copy.slot, nil, depth: depth, in: table)
    }
    return entries[slot].chain
  }

  /// The queries that a server sent for a query that it received.
  private func chainOfServer(
    _ slot: Int, _ answer: DecodedMessage?, depth: Int, in table: borrowing ExchangeTable
  ) -> Chain {
    guard isRelated(slot) else { return Chain() }
    var chain = Chain()
    chain.omitted = entries[slot].chain.omitted
    let thread = answer?.attribution.owner?.usingThread ?? 0
    for index in entries[slot].sent.indices {
      var query = entries[slot].sent[index].query
      // The thread is often known only from the answer.
      if thread != 0, query.process?.task.usingThread == thread, query.evidence == .inferred,
        query.question == nil
      {
        query.evidence = .proven
      }
      chain.forward(query)
      let onward =
        entries[slot].sent[index].isOpen
        ? underWay(entries[slot].sent[index].id, depth: depth + 1, in: table)
        : entries[slot].sent[index].onward
      for query in onward { chain.forward(query) }
    }
    if let answer { chain.answeredFrom = origin(of: answer, slot) }
    return chain
  }

  /// The queries that the next server, on this host, has sent so far for a query that it has not answered yet.
  private func underWay(_ id: ExchangeID, depth: Int, in table: borrowing ExchangeTable) -> [ForwardedQuery] {
    guard depth < Self.mostDepth, table.contains(id) else { return [] }
    return served(id.slot, nil, depth: depth, in: table).forwarded
  }

  private func origin(of answer: borrowing DecodedMessage, _ slot: Int) -> AnswerOrigin? {
    if !entries[slot].sent.isEmpty { return .upstream }
    let isFound = answer.responseCode == .noError || answer.responseCode == .nameError
    // Some resolvers copy the AA flag of an upstream answer, and cache it.
    if isFound, memory.hasSent(entries[slot].question) { return .cache }
    if answer.header.isAuthoritative { return .local }
    return isFound && answer.header.recursionAvailable && memory.isResolver(.process(entries[slot].process))
      ? .cache : nil
  }

  /// Relates an answered query to the queries for the same question that were received after it was sent.
  private mutating func join(_ slot: Int, at now: Timestamp, in table: borrowing ExchangeTable) {
    let found = joining(slot, at: now, in: table)
    guard !found.isEmpty else { return }
    let query = ForwardedQuery(
      server: table.queries.server(slot), service: table.queries.service(slot),
      process: table.queries.attribution(slot).process, question: nil, evidence: .coalesced)
    for waiting in found {
      add(SentQuery(id: table[slot].id, query: query), to: waiting)
      entries[slot].servedQueries.append((table[waiting].id, .coalesced))
    }
  }

  /// The queries for the same question that were received after a query was sent, and for which no other query was sent.
  private func joining(_ slot: Int, at now: Timestamp, in table: borrowing ExchangeTable) -> [Int] {
    guard !entries[slot].servedQueries.isEmpty || !entries[slot].answeredClients.isEmpty else { return [] }
    var found: [Int] = []
    let process = entries[slot].process
    var next = sameQuestion[entries[slot].question]
    var searched = 0
    while let waiting = next, searched < Self.mostWaiting {
      next = sameQuestion.older(than: waiting)
      searched += 1
      guard isWaiting(waiting, for: process, at: now), entries[waiting].sent.isEmpty,
        table.queries.asksSame(waiting, as: slot)
      else { continue }
      found.append(waiting)
    }
    return found
  }

  /// Records the end of a query that was sent, in a query for which it was sent.
  private mutating func complete(
    _ slot: Int, of served: Int, _ answer: DecodedMessage?, onward: [ForwardedQuery],
    in table: borrowing ExchangeTable
  ) {
    let id = table[slot].id
    guard isRelated(served), let index = entries[served].sent.firstIndex(where: { $0.id == id }) else {
      return
    }
    entries[served].sent[index].isOpen = false
    entries[served].sent[index].onward = onward
    guard let answer else { return }
    entries[served].sent[index].query.latency = answer.time.nanoseconds(since: table.queries.time(slot))
    entries[served].sent[index].query.responseCode = answer.responseCode
    let message = answer.message
    var records = message.records.makeCursor()
    while let record = records.next() {
      guard entries[served].leadingNames.count < ResolverMemory.mostLeads else { return }
      guard record.type == .cname || record.type == .ns else { continue }
      switch record.rdata {
      case .cname(let name), .ns(let name): entries[served].leadingNames.append(OwnedName(name))
      default: continue
      }
    }
  }

  /// Adds the client of a received query, and the clients for which that client sent it; `now` is the time of an answer.
  func addClients(
    _ slot: Int, _ evidence: Evidence, depth: Int, at now: Timestamp?, in chain: inout Chain,
    _ table: borrowing ExchangeTable
  ) {
    guard chain.onBehalfOf.count < Chain.most, depth < Self.mostDepth else {
      chain.omitted += 1
      return
    }
    chain.onBehalfOf.append(
      ServedClient(
        process: entries[slot].client, client: table.queries.client(slot), evidence: evidence, depth: depth))
    guard let client = table[slot].duplicateOf, table.contains(client), isRelated(client.slot) else { return }
    for served in entries[client.slot].servedQueries where table.contains(served.id) {
      addClients(
        served.id.slot, served.evidence.and(evidence), depth: depth + 1, at: now, in: &chain, table)
    }
    guard let now else { return }
    for waiting in joining(client.slot, at: now, in: table) {
      addClients(waiting, .coalesced, depth: depth + 1, at: now, in: &chain, table)
    }
  }

  private static let mostDepth = 8
}

// MARK: Forgetting

extension ChainTable {
  /// Forgets an exchange.
  mutating func remove(_ slot: Int, in table: borrowing ExchangeTable) {
    keepClients(of: slot, in: table)
    guard isRelated(slot) else { return }
    unlist(slot)
    cost -=
      Self.entryCost + Self.sentCost * entries[slot].sent.count
      + Self.answeredClientCost * entries[slot].answeredClients.count
    count -= 1
    entries[slot].clear(keepingCapacity: slot < Self.keptEntries)
    // Frees the memory that a flood has allocated.
    if count == 0, entries.count > Self.keptEntries { entries = [] }
  }

  private static let keptEntries = 1024

  /// Copies the clients of a slot to the queries that the resolver still has open for it.
  mutating func keepClients(of slot: Int, in table: borrowing ExchangeTable) {
    guard isRelated(slot) else { return }
    for sent in entries[slot].sent where sent.isOpen && table.contains(sent.id) {
      let place = sent.id.slot
      guard isRelated(place),
        let index = entries[place].servedQueries.firstIndex(where: { $0.id.slot == slot })
      else { continue }
      var chain = Chain()
      addClients(slot, entries[place].servedQueries[index].evidence, depth: 0, at: nil, in: &chain, table)
      let room = max(0, Chain.most - entries[place].answeredClients.count)
      entries[place].answeredClients += chain.onBehalfOf.prefix(room)
      entries[place].answeredClientsOmitted += chain.omitted + max(0, chain.onBehalfOf.count - room)
      entries[place].servedQueries.remove(at: index)
      cost += Self.answeredClientCost * min(room, chain.onBehalfOf.count)
    }
  }

  mutating func unlist(_ slot: Int) {
    sameQuestion.remove(slot)
    sameProcess.remove(slot)
  }

  /// The number of entries in all tables.
  var held: Int { count + sameQuestion.count + sameProcess.count }
}

extension Evidence {
  /// The evidence of a relation that consists of two.
  fileprivate func and(_ other: Evidence) -> Evidence {
    if self == .coalesced || other == .coalesced { return .coalesced }
    return self == .proven ? other : self
  }
}
