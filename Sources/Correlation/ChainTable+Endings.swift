import TraceModel
import DNSWire
import PacketDecoding

extension ChainTable {
  /// What is related to an exchange that ends, for its record; nil when nothing is.
  ///
  /// - Parameter answer: nil when it ends without one.
  mutating func end(
    _ slot: Int, answer: DecodedMessage?, in table: borrowing ExchangeTable
  ) -> Chain? {
    guard isRelated(slot) else { return nil }
    var chain = served(slot, answer, in: table)
    if table[slot].isAtClient {
      if answer != nil { join(slot, in: table) }
      for served in entries[slot]?.serves ?? [] where table.contains(served.id) {
        complete(slot, of: served.id.slot, answer, onward: chain.forwarded, in: table)
        name(served.id.slot, served.evidence, depth: 0, in: &chain, table)
      }
    } else {
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
    let chain = work(slot, copy answer)
    entries[client.slot]?.chain = chain
    entries[client.slot]?.copy = nil
    unlist(slot)
  }

  /// Forgets an exchange.
  mutating func remove(_ slot: Int) {
    guard isRelated(slot), let entry = entries[slot] else { return }
    unlist(slot)
    cost -= Self.entryCost + Self.sentCost * entry.sent.count
    count -= 1
    entries[slot] = nil
    // What a flood took is given back.
    if count == 0, entries.count > Self.keptEntries { entries = [] }
  }

  private static let keptEntries = 1024

  /// Everything that takes room.
  var held: Int { count + sameQuestion.count + sameProcess.count }

  private mutating func unlist(_ slot: Int) {
    sameQuestion.remove(slot)
    sameProcess.remove(slot)
  }

  /// What the server did for a query: of a client's exchange as its copy has it.
  private func served(
    _ slot: Int, _ answer: DecodedMessage?, in table: borrowing ExchangeTable
  ) -> Chain {
    guard let entry = entries[slot] else { return Chain() }
    guard table[slot].isAtClient else { return work(slot, answer) }
    // The client gave up before the server answered.
    if let copy = entry.copy, table.contains(copy) { return work(copy.slot, nil) }
    return entry.chain
  }

  /// What a server did for a query that it received.
  private func work(_ slot: Int, _ answer: DecodedMessage?) -> Chain {
    guard isRelated(slot), let entry = entries[slot] else { return Chain() }
    var chain = Chain()
    chain.omitted = entry.chain.omitted
    let thread = answer?.attribution.owner?.usingThread ?? 0
    for sent in entry.sent {
      for (index, query) in ([sent.query] + sent.onward).enumerated() {
        guard chain.forwarded.count < Chain.most else {
          chain.omitted += 1
          continue
        }
        chain.forwarded.append(query)
        // The thread is often known by its answer only.
        if index == 0, thread != 0, sent.query.process?.task.usingThread == thread,
          query.evidence == .inferred,
          query.question == nil
        {
          chain.forwarded[chain.forwarded.count - 1].evidence = .proven
        }
      }
    }
    if let answer { chain.answeredFrom = origin(of: answer, entry) }
    return chain
  }

  private func origin(of answer: borrowing DecodedMessage, _ entry: Entry) -> AnswerOrigin? {
    if !entry.sent.isEmpty { return .upstream }
    if answer.header.isAuthoritative { return .local }
    let isFound = answer.responseCode == .noError || answer.responseCode == .nameError
    return isFound && answer.header.recursionAvailable && resolvers.contains(entry.process) ? .cache : nil
  }

  /// Relates a query that is answered to those received since that wait for the same.
  private mutating func join(_ slot: Int, in table: borrowing ExchangeTable) {
    guard let entry = entries[slot], !entry.serves.isEmpty else { return }
    var next = sameQuestion[entry.question]
    var searched = 0
    while let waiting = next, searched < Chain.most {
      next = sameQuestion.older(than: waiting)
      searched += 1
      guard let other = entries[waiting], other.process == entry.process, other.sent.isEmpty,
        table.queries.asksSame(waiting, as: slot)
      else { continue }
      let query = ForwardedQuery(
        server: table.queries.server(slot), service: table.queries.service(slot),
        process: table.queries.attribution(slot).process, question: nil, evidence: .coalesced)
      add(SentQuery(id: table[slot].id, query: query), to: waiting)
      entries[slot]?.serves.append((table[waiting].id, .coalesced))
    }
  }

  /// Notes the end of a query that was sent, with those that it serves.
  private mutating func complete(
    _ slot: Int, of served: Int, _ answer: DecodedMessage?, onward: [ForwardedQuery],
    in table: borrowing ExchangeTable
  ) {
    let id = table[slot].id
    guard isRelated(served), let index = entries[served]?.sent.firstIndex(where: { $0.id == id }) else {
      return
    }
    entries[served]?.sent[index].isOpen = false
    entries[served]?.sent[index].onward = onward
    guard let answer else { return }
    entries[served]?.sent[index].query.latency = answer.time.nanoseconds(since: table.queries.time(slot))
    entries[served]?.sent[index].query.responseCode = answer.responseCode
    let message = answer.message
    var records = message.records.makeCursor()
    while let record = records.next() {
      guard let count = entries[served]?.leads.count, count < Self.mostLeads else { return }
      switch record.rdata {
      case .cname(let name), .ns(let name): entries[served]?.leads.append(OwnedName(name))
      default: continue
      }
    }
  }

  /// Adds the client of a query received, and the clients that this one serves itself.
  private func name(
    _ slot: Int, _ evidence: Evidence, depth: Int, in chain: inout Chain, _ table: borrowing ExchangeTable
  ) {
    guard chain.onBehalfOf.count < Chain.most, depth < Self.mostDepth else {
      chain.omitted += 1
      return
    }
    let client = table[slot].duplicateOf.flatMap { table.contains($0) ? $0.slot : nil }
    chain.onBehalfOf.append(
      ServedClient(
        process: client.flatMap { table.queries.attribution($0).process }, client: table.queries.client(slot),
        evidence: evidence, depth: depth))
    guard let client, isRelated(client) else { return }
    for served in entries[client]?.serves ?? [] where table.contains(served.id) {
      name(served.id.slot, served.evidence.and(evidence), depth: depth + 1, in: &chain, table)
    }
  }

  private static let mostDepth = 8
}

extension Evidence {
  /// Of a relation that stands on two.
  fileprivate func and(_ other: Evidence) -> Evidence {
    if self == .coalesced || other == .coalesced { return .coalesced }
    return self == .proven ? other : self
  }
}
