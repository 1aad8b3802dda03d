import DequeModule
import TraceModel

/// Packets in the order in which they came, each until it is known whether an exchange that is wanted belongs to it.
///
/// A packet waits until the exchanges of all its messages have been decided on, and for those before it; one that holds
/// no message waits for those before it only. The wait is bounded in time and in octets.
struct PacketQueue {
  private struct Held {
    var packet: Capture
    /// Messages in it whose exchanges go on.
    var undecided = 0
    /// It may hold a part of a message that other packets complete.
    var isPart = true
    var isWanted = false
  }

  /// Nanoseconds after which no exchange will name a packet any more.
  private let patience: Int64
  private var held: Deque<Held> = []
  /// The number of the first of `held`.
  private var first: UInt64 = 1
  private var octets = 0
  /// The latest time of a packet or of `advance`.
  private(set) var now = Timestamp(nanoseconds: .min)
  private var isFinished = false

  private static let mostOctets = 64 << 20
  /// Octets that a packet takes besides its own.
  private static let entryCost = 512

  init(patience: Int64) { self.patience = patience }

  /// - Parameter packet: its number is one more than that of the one before.
  mutating func append(_ packet: Capture) {
    now = max(now, packet.header.time)
    octets += packet.bytes.count + Self.entryCost
    held.append(Held(packet: packet))
  }

  mutating func conclude(_ fate: PacketFate) {
    for packets in fate.completed {
      change(packets) { held in
        held.undecided += 1
        held.isPart = false
      }
    }
    if !fate.mayContinue, let last = held.indices.last { held[last].isPart = false }
  }

  /// Says that an exchange to which these packets belong is decided on.
  mutating func decide(_ packets: [UInt64], isWanted: Bool) {
    change(packets) { held in
      held.undecided -= 1
      if isWanted { held.isWanted = true }
    }
  }

  mutating func advance(to now: Timestamp) { self.now = max(self.now, now) }

  mutating func finish() { isFinished = true }

  /// Removes the packets that are decided on, up to the first that is wanted, and gives that one.
  mutating func next() -> Capture? {
    while !held.isEmpty, isDecided(held[0]) {
      let entry = held.removeFirst()
      first += 1
      octets -= entry.packet.bytes.count + Self.entryCost
      if entry.isWanted { return entry.packet }
    }
    return nil
  }

  private func isDecided(_ held: Held) -> Bool {
    held.isWanted || isFinished || octets > Self.mostOctets || held.undecided <= 0 && !held.isPart
      || now.nanoseconds(since: held.packet.header.time) > patience
  }

  private mutating func change(_ packets: [UInt64], _ body: (inout Held) -> Void) {
    for number in packets where number >= first && number < first + UInt64(held.count) {
      body(&held[Int(number - first)])
    }
  }
}
