import TraceModel

/// Packets in the order in which they came, each until it is known whether an exchange that is wanted belongs to it.
///
/// A packet waits until the exchanges of all its messages have been decided on, and for those before it; one that carries
/// nothing does not wait at all. The wait is bounded in time and in octets.
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
  private var held: [Held] = []
  /// How many of `held` are gone.
  private var gone = 0
  /// The number of the first of `held`.
  private var base: UInt64 = 1
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
    if !fate.mayContinue, let last = held.indices.last, last >= gone { held[last].isPart = false }
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

  /// The next packet whose turn it is and that is wanted; those before it that nobody wants are let go of.
  mutating func next() -> Capture? {
    while gone < held.count, isDecided(held[gone]) {
      let entry = held[gone]
      octets -= entry.packet.bytes.count + Self.entryCost
      gone += 1
      if entry.isWanted { return entry.packet }
    }
    if gone > 1024, gone * 2 > held.count || gone == held.count {
      base += UInt64(gone)
      held.removeFirst(gone)
      gone = 0
    }
    return nil
  }

  private func isDecided(_ held: Held) -> Bool {
    held.isWanted || isFinished || octets > Self.mostOctets || held.undecided <= 0 && !held.isPart
      || now.nanoseconds(since: held.packet.header.time) > patience
  }

  private mutating func change(_ packets: [UInt64], _ body: (inout Held) -> Void) {
    for number in packets where number >= base + UInt64(gone) && number < base + UInt64(held.count) {
      body(&held[Int(number - base)])
    }
  }
}
