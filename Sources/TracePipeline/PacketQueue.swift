import TraceModel

/// Packets in their order, each until it is known whether an exchange that is shown contains it.
///
/// A packet waits until the exchanges of all its messages, and the packets before it, are decided; a packet without
/// a message waits for the packets before it only. The wait is bounded in time and in octets.
struct PacketQueue {
  /// What decides when a packet is written: a trivial value, separate from the packet's other properties.
  private struct Decision {
    let time: Timestamp
    /// The packet's octets.
    let octets: Int
    /// The number of its messages whose exchanges are open.
    var undecided = 0
    /// It may hold a part of a message that other packets complete.
    var isPart = true
    var isWanted = false
  }

  /// `most` successive packets, or fewer at the end; freed together.
  private struct Chunk {
    var decisions: [Decision] = []
    var packets: PacketBatch

    static let most = 256

    mutating func append(_ packet: borrowing PacketView) {
      packets.append(packet)
      decisions.append(Decision(time: packet.header.time, octets: packet.octets.count))
    }
  }

  /// Nanoseconds after which no exchange can name a packet.
  private let timeout: Int64
  /// The chunk with the first waiting packet, and its index in the chunk.
  private var front = Chunk(packets: PacketBatch())
  private var head = 0
  /// The chunks after it; all but the last are full.
  private var others: [Chunk] = []
  /// The number of waiting packets, and their octets.
  private var count = 0
  private var octets = 0
  /// The number of the first waiting packet.
  private var first: UInt64 = 1
  /// The latest time of a packet or of `advance`.
  private(set) var now = Timestamp(nanoseconds: .min)
  private var isFinished = false

  private static let mostOctets = 64 << 20
  /// The memory of a packet besides its own octets.
  private static let entryCost = 512

  init(timeout: Int64) { self.timeout = timeout }

  /// Copies a packet.
  ///
  /// - Parameter packet: its number is that of the previous packet plus one.
  mutating func append(_ packet: borrowing PacketView) {
    let time = packet.header.time
    if time > now { now = time }
    if others.isEmpty, front.decisions.count < Chunk.most {
      front.append(packet)
    } else {
      if others.last?.decisions.count ?? Chunk.most == Chunk.most {
        others.append(Chunk(packets: PacketBatch(like: front.packets)))
      }
      others[others.count - 1].append(packet)
    }
    count += 1
    octets += packet.octets.count
  }

  mutating func conclude(_ result: borrowing PacketResult) {
    for index in result.completed.indices {
      change(result.completed[index]) { decision in
        decision.undecided += 1
        decision.isPart = false
      }
    }
    if !result.mayContinue, count > 0 { change(first + UInt64(count - 1)) { $0.isPart = false } }
  }

  /// Decides one exchange that contains these packets.
  mutating func decide(_ packets: PacketNumbers, isWanted: Bool) {
    change(packets) { decision in
      decision.undecided -= 1
      if isWanted { decision.isWanted = true }
    }
  }

  mutating func advance(to now: Timestamp) { self.now = max(self.now, now) }

  mutating func finish() { isFinished = true }

  /// Removes the decided packets up to the first that is to be written; false if there is none.
  mutating func findWanted() -> Bool {
    while count > 0 {
      let next = front.decisions[head]
      if next.isWanted { return true }
      guard isDecided(next) else { return false }
      removeFirst()
    }
    return false
  }

  /// The packet that `findWanted` has found.
  var wanted: PacketView {
    @_lifetime(borrow self)
    borrowing get { front.packets[head] }
  }

  mutating func removeFirst() {
    octets -= front.decisions[head].octets
    count -= 1
    first += 1
    head += 1
    if head == Chunk.most {
      front = others.isEmpty ? Chunk(packets: PacketBatch(like: front.packets)) : others.removeFirst()
      head = 0
    }
  }

  private func isDecided(_ next: Decision) -> Bool {
    isFinished || next.undecided <= 0 && !next.isPart
      || octets + count * Self.entryCost > Self.mostOctets
      || now.nanoseconds(since: next.time) > timeout
  }

  @inline(__always)
  private mutating func change(_ packets: PacketNumbers, _ body: (inout Decision) -> Void) {
    change(packets.first, body)
    for number in packets.others { change(number, body) }
  }

  @inline(__always)
  private mutating func change(_ number: UInt64, _ body: (inout Decision) -> Void) {
    guard number >= first, number < first + UInt64(count) else { return }
    let index = head + Int(number - first)
    if index < Chunk.most {
      body(&front.decisions[index])
    } else {
      body(&others[index / Chunk.most - 1].decisions[index % Chunk.most])
    }
  }
}
