import TraceModel
import Correlation
import Formats
import TracePipeline
import Traffic

/// Packets of a client that queries a server on another host, over IPv4 and UDP.
enum TestPacket {
  static func query(_ id: UInt8, at milliseconds: Int64) -> Capture {
    packet(id, flags: [1, 0], milliseconds, .egress)
  }

  static func answer(_ id: UInt8, at milliseconds: Int64) -> Capture {
    packet(id, flags: [0x81, 0x80], milliseconds, .ingress)
  }

  /// A packet on the DNS port without a message.
  static func malformed(at milliseconds: Int64) -> Capture {
    var packet = query(9, at: milliseconds)
    packet.bytes[28 + 4] = 0xff
    return packet
  }

  private static func packet(
    _ id: UInt8, flags: [UInt8], _ milliseconds: Int64, _ direction: Direction
  ) -> Capture {
    let name = [1, UInt8(ascii: "a") + id % 26, 4] + Array("test".utf8) + [0]
    let message = [0, id] + flags + [0, 1, 0, 0, 0, 0, 0, 0] + name + [0, 1, 0, 1]
    return Capture(
      bytes: Ends.four.udp(message), time: Timestamp(nanoseconds: milliseconds * 1_000_000),
      direction: direction, socketCookie: 7, recognition: .port)
  }
}

/// Stores the exchanges that it receives.
final class Recorder: Subscriber {
  private(set) var outcomes: [Outcome] = []
  private(set) var calls: [String] = []
  /// For each packet: the packets of the messages that it completed, and whether another one may continue it.
  private(set) var results: [(completed: [[UInt64]], mayContinue: Bool)] = []
  private(set) var numbers: [UInt64] = []
  private(set) var ledger = SubscriberLedger()
  let takesPackets: Bool
  let followsOthers: Bool

  init(takesPackets: Bool = false, followsOthers: Bool = false) {
    self.takesPackets = takesPackets
    self.followsOthers = followsOthers
  }

  func start() { calls.append("start") }

  func receive(_ exchange: borrowing Exchange, at now: Timestamp) {
    calls.append("receive")
    outcomes.append(exchange.outcome)
    numbers += (exchange.packets + exchange.answerPackets).array
    ledger.received += UInt64(exchange.messageCount)
    ledger.written += UInt64(exchange.messageCount)
  }

  func admit(_ packet: borrowing PacketView) { calls.append("admit \(packet.header.number)") }
  func conclude(_ result: borrowing PacketResult) {
    calls.append("conclude")
    var completed: [[UInt64]] = []
    for index in result.completed.indices { completed.append(result.completed[index].array) }
    results.append((completed, result.mayContinue))
  }
  func finish() { calls.append("finish") }
}

/// Stores how many messages there were whenever it was given the counts.
final class Observer: TraceObserver {
  let isDue: Bool
  private(set) var messages: [UInt64] = []

  init(isDue: Bool) { self.isDue = isDue }

  func observe(_ ledger: Ledger) { messages.append(ledger.messages) }
}

/// Packets that a test has built.
struct ListSource: TraceSource {
  var batches: [PacketBatch]
  private(set) var isStopped = false

  init(_ batches: [PacketBatch]) { self.batches = batches }

  mutating func next() -> PacketBatch? { isStopped || batches.isEmpty ? nil : batches.removeFirst() }
  mutating func stop() { isStopped = true }
}
