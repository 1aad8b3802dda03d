import TraceModel

// Which process received the questions that a query can serve.
extension ChainTable {
  /// A process that has received queries.
  struct Receiver {
    let identity: ProcessIdentity
    /// Whether it is the parent of the one that sends.
    let isParent: Bool
  }

  /// The process whose received queries a process can serve: itself, or its parent. Some servers fork for each
  /// TCP connection, when the query may have passed the socket already; nil if neither has waiting queries.
  func receiver(for task: TaskSnapshot, in table: borrowing ExchangeTable) -> Receiver? {
    if newest(of: task.identity.pid, where: { $0 == task.identity }) != nil {
      return Receiver(identity: task.identity, isParent: false)
    }
    guard task.parentPID > 0,
      let slot = newest(of: task.parentPID, where: { $0.startTime <= task.identity.startTime })
    else { return nil }
    // A child that has not executed another program since it was forked.
    guard table.queries.attribution(slot).owner?.execID == task.execID else { return nil }
    return Receiver(identity: entries[slot].process, isParent: true)
  }

  /// The query that a process with this pid received last.
  private func newest(of pid: Int32, where condition: (ProcessIdentity) -> Bool) -> Int? {
    var next = sameProcess[.process(pid)]
    var searched = 0
    while let slot = next, searched < Self.searchDepth {
      if entries[slot].process.pid == pid, condition(entries[slot].process) { return slot }
      next = sameProcess.older(than: slot)
      searched += 1
    }
    return nil
  }

  /// Whether a query received can be one of those that a process serves: a child serves the connections of its parent.
  func mayServe(_ slot: Int, _ receiver: Receiver, in table: borrowing ExchangeTable) -> Bool {
    entries[slot].process == receiver.identity
      && (!receiver.isParent || table.queries.flow(slot).transport == .tcp)
  }
}
