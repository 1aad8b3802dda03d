package import Correlation
package import Formats
import PacketDecoding
import SQLite
package import TraceModel
package import TracePipeline

/// Lends the exchanges of a history to subscribers, as `Pipeline` lends those that it finds.
package struct HistoryReplay: ~Copyable {
  private let subscribers: [any Subscriber]
  private let packetSubscribers: [any Subscriber]
  private let unit: Unit
  private let host: CurrentHost
  private var packets = RebuiltPackets()
  private var packetCount: UInt64 = 0
  /// Of one trace, read and not yet lent: packets are sorted by time among these.
  private var rows: [StoredExchange] = []
  private var traces = Traces()
  package private(set) var ledger = Ledger()

  /// Which trace the rows are of.
  private struct Traces {
    var day: Day?
    var id: Int64 = 0
    var hosts: [Int64: Host] = [:]
  }

  private static let most = 256

  /// - Parameters:
  ///   - unit: exchanges or messages.
  ///   - host: what it is told when another trace begins.
  package init(_ subscribers: [any Subscriber], unit: Unit, host: CurrentHost) {
    self.subscribers = subscribers
    packetSubscribers = subscribers.filter(\.takesPackets)
    self.unit = unit
    self.host = host
  }

  /// Lends what a query names, until the end, until no subscriber wants more, or until `isStopped` says so.
  package mutating func run(
    _ reader: HistoryReader, _ query: HistoryQuery, clockOffsets: ClockOffsets, isStopped: () -> Bool
  ) throws(HistoryProblem) {
    for subscriber in subscribers { subscriber.start() }
    defer { for subscriber in subscribers { subscriber.finish() } }
    var hosts: [Int64: Host] = [:]
    try reader.read(
      query, trace: { (day) throws(SQLiteError) in hosts = try day.hosts(clockOffsets) }
    ) { row, day in
      if traces.day != day || traces.id != row.trace {
        lend()
        if traces.day != day { traces.hosts = hosts }
        (traces.day, traces.id) = (day, row.trace)
        host.set(traces.hosts[row.trace] ?? Host(clockOffsets: clockOffsets))
      }
      if let interfaces = traces.hosts[row.trace]?.interfaces {
        row.nameInterfaces(in: interfaces)
      }
      rows.append(row.exchange)
      if rows.count >= Self.most { lend() }
      return !isStopped() && !subscribers.allSatisfy { $0.isDone }
    }
    lend()
  }

  private mutating func lend() {
    let numbers = packetSubscribers.isEmpty ? [] : admitPackets()
    for (place, row) in rows.enumerated() {
      guard !subscribers.allSatisfy({ $0.isDone }) else { break }
      if numbers.isEmpty { lend(row.view) } else { lend(row.numbered(numbers[place]).view) }
    }
    rows.removeAll(keepingCapacity: true)
  }

  private mutating func lend(_ exchange: borrowing Exchange) {
    guard unit == .messages else { return lendOne(exchange) }
    let isKnown = exchange.outcome == .late || exchange.outcome == .repeated
    if !isKnown, let query = exchange.query {
      lendOne(
        Exchange(
          query: query, answer: nil, outcome: .pending, role: exchange.role,
          attribution: exchange.attribution,
          isInTarget: exchange.isInTarget, messageCount: 1, packets: exchange.packets, isMessage: true))
    }
    if let answer = exchange.answer {
      lendOne(
        Exchange(
          query: nil, answer: answer, outcome: .unsolicited, role: exchange.role,
          attribution: exchange.attribution,
          // The packets of an exchange come together.
          isInTarget: exchange.isInTarget, messageCount: 1, packets: exchange.packets, isMessage: true))
    }
  }

  private mutating func lendOne(_ exchange: borrowing Exchange) {
    ledger.messages += UInt64(exchange.messageCount)
    ledger.published += UInt64(exchange.messageCount)
    let now = exchange.answer?.time ?? exchange.query?.time ?? Timestamp(nanoseconds: 0)
    for subscriber in subscribers { subscriber.receive(exchange, at: now) }
  }
}

// MARK: Packets

extension HistoryReplay {
  /// Hands over the packets of all rows, in the order of their times; gives their numbers.
  private mutating func admitPackets() -> [PacketNumbers] {
    var all: [(packet: Capture, row: Int)] = []
    for (place, row) in rows.enumerated() {
      // The query of a late answer was handed over with the exchange that it ended.
      let isKnown = row.outcome == .late || row.outcome == .repeated
      if !isKnown, let query = row.query {
        all += packets.packets(of: query, row.attribution).map { ($0, place) }
      }
      if let answer = row.answer { all += packets.packets(of: answer, row.attribution).map { ($0, place) } }
    }
    all.sort { $0.packet.header.time < $1.packet.header.time }
    var numbers = Array(repeating: PacketNumbers(), count: rows.count)
    for (packet, row) in all {
      packetCount += 1
      var packet = packet
      packet.header.number = packetCount
      let number = [PacketNumbers(packetCount)]
      numbers[row] += number[0]
      for subscriber in packetSubscribers {
        subscriber.admit(packet.view)
        subscriber.conclude(PacketResult(completed: number.span, outcome: .messageCompleting))
      }
    }
    return numbers
  }
}

extension StoredExchange {
  /// The same with numbers of packets.
  fileprivate func numbered(_ packets: PacketNumbers) -> StoredExchange {
    StoredExchange(
      query: query, answer: answer, outcome: outcome, role: role, retries: retries, attribution: attribution,
      answeredBy: answeredBy, isInTarget: isInTarget, chain: chain, messageCount: messageCount,
      packets: packets)
  }
}
