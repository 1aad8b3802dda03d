import TraceModel

/// The TCP streams that are open or remembered, one for each direction of a connection.
struct StreamTable: Sendable {
  private let limits: Limits
  private var table = QueueTable<Key, Stream>(queues: 3)
  /// The octets that the streams hold.
  private(set) var held = 0

  /// The memory of the table and its streams, in octets.
  var cost: Int { held + table.count * Self.entryCost }

  /// An entry with its key and its share of the table, whose arrays have spare capacity.
  private static let entryCost = MemoryLayout<Stream>.stride * 3 / 2 + 256

  /// Two sockets may see the same flow, in two namespaces or at both ends of loopback.
  private struct Key: Hashable, Sendable {
    var flow: Flow
    var socketCookie: UInt64
    var networkNamespace: UInt32
    var direction: Direction

    /// All varying fields in few words: this is the most expensive step for a small segment.
    func hash(into hasher: inout Hasher) {
      let (source, destination) = (flow.source, flow.destination)
      hasher.combine(source.address.low)
      hasher.combine(destination.address.low)
      hasher.combine(UInt32(source.port) << 16 | UInt32(destination.port))
      hasher.combine(socketCookie)
      if case .v6 = source.address.family {
        hasher.combine(source.address.high)
        hasher.combine(destination.address.high)
      }
    }
  }

  /// The order in which streams are dropped if there are too many; in the first two, the longest idle first.
  private enum Queue {
    /// Streams that are remembered only for their state: closed, or not DNS.
    static let settled = 0
    static let active = 1
    /// Streams with a gap, the oldest gap first.
    static let gapped = 2
    static let all = settled...gapped
  }

  init(limits: Limits) { self.limits = limits }

  var count: Int { table.count }

  /// Takes one segment, counts its packets and returns the count.
  mutating func accept<Receiver: PayloadReceiver & ~Copyable>(
    _ segment: borrowing Segment, header: TCPHeader, expected: UInt32?, flow: Flow, isDNSPort: Bool,
    into receiver: inout Receiver, ledger: inout Ledger
  ) -> PacketOutcome {
    let isPlain = !header.isSynchronizing && !header.isFinal && !header.isReset
    if segment.length == 0 && isPlain {
      return ledger.count(.repeated, packets: segment.packets)
    }
    let key = Key(
      flow: flow, socketCookie: segment.origin.socketCookie,
      networkNamespace: segment.origin.networkNamespace, direction: segment.origin.direction)
    let place: Int
    if let found = table.place(of: key) {
      place = found
      let isStale = isIdle(place, at: segment.origin.time)
      if isStale || table[place].isSucceeded(by: segment, header: header) {
        held -= table[place].cost
        table[place].close(into: &receiver, ledger: &ledger)
        table[place] = Stream(
          segment, header: header, expected: expected, flow: flow, isDNSPort: isDNSPort,
          limits: limits)
      }
    } else if segment.length == 0 && !header.isSynchronizing {
      return ledger.count(.repeated, packets: segment.packets)
    } else {
      place = table.insert(
        Stream(
          segment, header: header, expected: expected, flow: flow, isDNSPort: isDNSPort,
          limits: limits), for: key, in: Queue.active)
    }
    let costBefore = table[place].cost
    let gapBefore = table[place].gapSince
    let outcome = table[place].accept(
      segment, header: header, expected: expected, into: &receiver, ledger: &ledger)
    held += table[place].cost - costBefore
    requeue(place, gapMoved: table[place].gapSince != gapBefore)
    keepWithinBounds(ledger: &ledger)
    return outcome
  }

  /// Gives up the gaps that are too old at `now`, and removes the streams that were idle for too long.
  mutating func advance<Receiver: PayloadReceiver & ~Copyable>(
    to now: Timestamp, into receiver: inout Receiver, ledger: inout Ledger
  ) {
    while let place = table.oldest(in: Queue.gapped), table[place].isGapExpired(at: now) {
      let costBefore = table[place].cost
      table[place].closeGaps(into: &receiver, ledger: &ledger)
      held += table[place].cost - costBefore
      requeue(place, gapMoved: false)
    }
    forgetIdle(at: now, ledger: &ledger)
  }

  /// Ends all streams.
  mutating func finish<Receiver: PayloadReceiver & ~Copyable>(
    into receiver: inout Receiver, ledger: inout Ledger
  ) {
    for queue in Queue.all {
      while let place = table.oldest(in: queue) {
        held -= table[place].cost
        table[place].close(into: &receiver, ledger: &ledger)
        table.remove(place)
      }
    }
  }

  private mutating func forgetIdle(at now: Timestamp, ledger: inout Ledger) {
    for queue in [Queue.settled, Queue.active] {
      while let place = table.oldest(in: queue), isIdle(place, at: now) {
        drop(place, ledger: &ledger)
      }
    }
  }

  private func isIdle(_ place: Int, at now: Timestamp) -> Bool {
    now.nanoseconds(since: table[place].lastSeen) > limits.idleTime
  }

  private mutating func requeue(_ place: Int, gapMoved: Bool) {
    let isSettled = table[place].isClosed || table[place].isForeign
    let queue =
      isSettled ? Queue.settled : table[place].hasGap ? Queue.gapped : Queue.active
    if queue == Queue.gapped && table.queue(at: place) == queue && !gapMoved { return }
    table.move(place, to: queue)
  }

  private mutating func keepWithinBounds(ledger: inout Ledger) {
    while table.count > max(limits.maxStreams, 1), let place = oldest(Queue.all) {
      drop(place, ledger: &ledger)
    }
    // Settled streams hold only their entry; those with gaps hold the most and are the least likely to complete.
    while cost > limits.maxStreamBytes, table.count > 1,
      let place = oldest([Queue.settled, Queue.gapped, Queue.active])
    {
      drop(place, ledger: &ledger)
    }
  }

  private func oldest(_ queues: some Sequence<Int>) -> Int? {
    for queue in queues {
      if let place = table.oldest(in: queue) { return place }
    }
    return nil
  }

  private mutating func drop(_ place: Int, ledger: inout Ledger) {
    held -= table[place].cost
    table[place].drop(ledger: &ledger)
    table.remove(place)
  }
}
