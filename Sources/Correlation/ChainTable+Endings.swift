import TraceModel
import DNSWire
import PacketDecoding

// What a record says of the exchanges that are related to its own.
extension ChainTable {
  /// What is related to an exchange that ends, for its record; nil when nothing is.
  ///
  /// - Parameter answer: nil when it ends without one.
  mutating func end(
    _ slot: Int, answer: DecodedMessage?, in table: borrowing ExchangeTable
  ) -> Chain? {
    guard isRelated(slot) else { return nil }
    var chain = served(slot, answer, depth: 0, in: table)
    if table[slot].isAtClient {
      if let answer { join(slot, at: answer.time, in: table) }
      if let answer { memory.noteAliases(in: answer, toldTo: entries[slot].process) }
      chain.omitted += entries[slot].partedOmitted
      if !entries[slot].parted.isEmpty { chain.onBehalfOf += entries[slot].parted }
      for index in entries[slot].serves.indices {
        let served = entries[slot].serves[index]
        guard table.contains(served.id) else { continue }
        complete(slot, of: served.id.slot, answer, onward: chain.forwarded, in: table)
        name(served.id.slot, served.evidence, depth: 0, at: answer?.time, in: &chain, table)
      }
    } else {
      part(slot, in: table)
      unlist(slot)
    }
    return chain.isEmpty ? nil : chain
  }

  /// Ends the server's copy of a client's exchange: what the server did belongs to the record of the client's.
  mutating func end(
    _ slot: Int, copyOf client: ExchangeID, answer: borrowing DecodedMessage,
    in table: borrowing ExchangeTable
  ) {
    guard isRelated(slot), isRelated(client.slot), table.contains(client) else { return }
    let chain = work(slot, copy answer, depth: 0, in: table)
    entries[client.slot].chain = chain
    entries[client.slot].copy = nil
    part(slot, in: table)
    unlist(slot)
  }

  /// What the server did for a query: of a client's exchange as its copy has it.
  private func served(
    _ slot: Int, _ answer: DecodedMessage?, depth: Int, in table: borrowing ExchangeTable
  ) -> Chain {
    guard isRelated(slot) else { return Chain() }
    guard table[slot].isAtClient else { return work(slot, answer, depth: depth, in: table) }
    // The server has not answered yet.
    if let copy = entries[slot].copy, table.contains(copy) {
      return work(copy.slot, nil, depth: depth, in: table)
    }
    return entries[slot].chain
  }

  /// What a server did for a query that it received.
  private func work(
    _ slot: Int, _ answer: DecodedMessage?, depth: Int, in table: borrowing ExchangeTable
  ) -> Chain {
    guard isRelated(slot) else { return Chain() }
    var chain = Chain()
    chain.omitted = entries[slot].chain.omitted
    let thread = answer?.attribution.owner?.usingThread ?? 0
    for index in entries[slot].sent.indices {
      var query = entries[slot].sent[index].query
      // The thread is often known by its answer only.
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

  /// What the next server, on this host, has sent so far for a query that it has not answered yet.
  private func underWay(_ id: ExchangeID, depth: Int, in table: borrowing ExchangeTable) -> [ForwardedQuery] {
    guard depth < Self.mostDepth, table.contains(id) else { return [] }
    return served(id.slot, nil, depth: depth, in: table).forwarded
  }

  private func origin(of answer: borrowing DecodedMessage, _ slot: Int) -> AnswerOrigin? {
    if !entries[slot].sent.isEmpty { return .upstream }
    let isFound = answer.responseCode == .noError || answer.responseCode == .nameError
    // Some resolvers pass on, and keep, that an answer is authoritative.
    if isFound, memory.hasSent(entries[slot].question) { return .cache }
    if answer.header.isAuthoritative { return .local }
    return isFound && answer.header.recursionAvailable && memory.isResolver(.process(entries[slot].process))
      ? .cache : nil
  }

  /// Relates a query that is answered to those received since that wait for the same.
  private mutating func join(_ slot: Int, at now: Timestamp, in table: borrowing ExchangeTable) {
    let found = joining(slot, at: now, in: table)
    guard !found.isEmpty else { return }
    let query = ForwardedQuery(
      server: table.queries.server(slot), service: table.queries.service(slot),
      process: table.queries.attribution(slot).process, question: nil, evidence: .coalesced)
    for waiting in found {
      add(SentQuery(id: table[slot].id, query: query), to: waiting)
      entries[slot].serves.append((table[waiting].id, .coalesced))
    }
  }

  /// The queries received since a query was sent that wait for the same, and for which nothing else was sent.
  private func joining(_ slot: Int, at now: Timestamp, in table: borrowing ExchangeTable) -> [Int] {
    guard !entries[slot].serves.isEmpty || !entries[slot].parted.isEmpty else { return [] }
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

  /// Notes the end of a query that was sent, with those that it serves.
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
      guard entries[served].leads.count < ResolverMemory.mostLeads else { return }
      guard record.type == .cname || record.type == .ns else { continue }
      switch record.rdata {
      case .cname(let name), .ns(let name): entries[served].leads.append(OwnedName(name))
      default: continue
      }
    }
  }

  /// Adds the client of a query received, and the clients that this one serves itself; `now` is the time of an answer.
  func name(
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
    for served in entries[client.slot].serves where table.contains(served.id) {
      name(
        served.id.slot, served.evidence.and(evidence), depth: depth + 1, at: now, in: &chain, table)
    }
    guard let now else { return }
    for waiting in joining(client.slot, at: now, in: table) {
      name(waiting, .coalesced, depth: depth + 1, at: now, in: &chain, table)
    }
  }

  private static let mostDepth = 8
}

// MARK: Forgetting

extension ChainTable {
  /// Forgets an exchange.
  mutating func remove(_ slot: Int, in table: borrowing ExchangeTable) {
    part(slot, in: table)
    guard isRelated(slot) else { return }
    unlist(slot)
    cost -=
      Self.entryCost + Self.sentCost * entries[slot].sent.count
      + Self.partedCost * entries[slot].parted.count
    count -= 1
    entries[slot].clear(keepingCapacity: slot < Self.keptEntries)
    // What a flood took is given back.
    if count == 0, entries.count > Self.keptEntries { entries = [] }
  }

  private static let keptEntries = 1024

  /// Notes whom a slot stands for with what the resolver still has under way for it.
  mutating func part(_ slot: Int, in table: borrowing ExchangeTable) {
    guard isRelated(slot) else { return }
    for sent in entries[slot].sent where sent.isOpen && table.contains(sent.id) {
      let place = sent.id.slot
      guard isRelated(place), let index = entries[place].serves.firstIndex(where: { $0.id.slot == slot })
      else { continue }
      var chain = Chain()
      name(slot, entries[place].serves[index].evidence, depth: 0, at: nil, in: &chain, table)
      let room = max(0, Chain.most - entries[place].parted.count)
      entries[place].parted += chain.onBehalfOf.prefix(room)
      entries[place].partedOmitted += chain.omitted + max(0, chain.onBehalfOf.count - room)
      entries[place].serves.remove(at: index)
      cost += Self.partedCost * min(room, chain.onBehalfOf.count)
    }
  }

  mutating func unlist(_ slot: Int) {
    sameQuestion.remove(slot)
    sameProcess.remove(slot)
  }

  /// Everything that takes room.
  var held: Int { count + sameQuestion.count + sameProcess.count }
}

extension Evidence {
  /// Of a relation that stands on two.
  fileprivate func and(_ other: Evidence) -> Evidence {
    if self == .coalesced || other == .coalesced { return .coalesced }
    return self == .proven ? other : self
  }
}
