import CaptureFiles
import Captures
import Formats
import Packets

/// Writes the packets of what is shown, each once and in the order in which they came.
///
/// A packet waits until the exchanges of all its messages have been decided on, and for those before it; one
/// that carries nothing does not wait at all. The wait is bounded in time and in room.
struct PacketSelection {
  enum Verdict { case wanted(messages: UInt64), unwanted }

  private struct Held {
    var capture: Capture
    /// Messages in it whose exchanges go on.
    var undecided = 0
    /// It may hold a part of a message that other packets complete.
    var isPart = true
    var isWanted = false
  }

  private var format: PcapngFormat
  /// Nanoseconds after which nobody will ask for a packet any more.
  private let patience: Int64
  private var waiting: [Held] = []
  /// How many of `waiting` are gone.
  private var gone = 0
  /// The number of the first of `waiting`.
  private var base: UInt64 = 1
  private var octets = 0
  private var now = Timestamp(nanoseconds: .min)
  /// Messages shown that the next octets stand for.
  private var owed: UInt64 = 0
  private var isFinished = false

  private static let mostOctets = 64 << 20
  private static let bookkeeping = 512
  /// Octets after which one release is over, so that files can end.
  private static let release = 64 << 10

  init(_ format: PcapngFormat, timeout: Int64) {
    self.format = format
    // Streams wait for gaps to close for a while before that.
    patience = timeout + 5_000_000_000
  }

  mutating func admit(_ capture: inout Capture) {
    capture.number = base + UInt64(waiting.count)
    now = max(now, capture.time)
    octets += capture.bytes.count + Self.bookkeeping
    waiting.append(Held(capture: capture))
  }

  /// Says what became of the packet that was admitted last: the ledger before and after, and the messages
  /// that it completed.
  mutating func conclude(_ before: Ledger, _ after: Ledger, _ payloads: [Payload]) {
    for payload in payloads {
      change(payload.packets) { held in
        held.undecided += 1
        held.isPart = false
      }
    }
    let isEmpty = after.repeated != before.repeated || after.foreignPackets != before.foreignPackets
    if isEmpty, after.continuing == before.continuing, let last = waiting.indices.last, last >= gone {
      waiting[last].isPart = false
    }
  }

  mutating func settle(_ packets: [UInt64], _ verdict: Verdict) {
    var isWanted = false
    if case .wanted(let messages) = verdict {
      owed += messages
      isWanted = true
    }
    change(packets) { held in
      held.undecided -= 1
      if isWanted { held.isWanted = true }
    }
  }

  mutating func advance(to now: Timestamp) { self.now = max(self.now, now) }

  mutating func finish() { isFinished = true }

  /// Begins a file.
  mutating func begin(_ output: inout [UInt8]) { format.start(&output) }

  /// Whether a packet's turn has come; those before it that nobody wants are let go of.
  mutating func hasReady() -> Bool {
    while gone < waiting.count, isOver(waiting[gone]) {
      if waiting[gone].isWanted { return true }
      pass()
    }
    forget()
    return false
  }

  private mutating func pass() {
    octets -= waiting[gone].capture.bytes.count + Self.bookkeeping
    gone += 1
  }

  private mutating func forget() {
    guard gone > 1024, gone * 2 > waiting.count || gone == waiting.count else { return }
    base += UInt64(gone)
    waiting.removeFirst(gone)
    gone = 0
  }

  private func isOver(_ held: Held) -> Bool {
    held.isWanted || isFinished || octets > Self.mostOctets || held.undecided <= 0 && !held.isPart
      || now.nanoseconds(since: held.capture.time) > patience
  }

  /// The packets whose turn it is, as many as one release holds, what has to stand before them, and how many messages
  /// they stand for.
  mutating func release() -> (declarations: [UInt8], octets: [UInt8], messages: UInt64) {
    var declarations: [UInt8] = []
    var output: [UInt8] = []
    while output.count < Self.release, hasReady() {
      format.write(waiting[gone].capture, declarations: &declarations, to: &output)
      pass()
    }
    defer { owed = 0 }
    return (declarations, output, owed)
  }

  /// Messages shown whose packets are not there, at the end.
  mutating func takeOwed() -> UInt64 {
    guard isFinished else { return 0 }
    defer { owed = 0 }
    return owed
  }

  private mutating func change(_ packets: [UInt64], _ body: (inout Held) -> Void) {
    for number in packets where number >= base + UInt64(gone) && number < base + UInt64(waiting.count) {
      body(&waiting[Int(number - base)])
    }
  }
}

/// Stands for pcapng among the encoders; its records are packets, which `PacketSelection` chooses.
struct PcapngFormat: Encoder {
  private var writer: PcapngWriter
  private let host: Host

  init(host: Host, processes: PcapngWriter.Processes) {
    self.host = host
    writer = PcapngWriter(
      application: "querent \(Querent.version)", bootTime: host.bootTime, processes: processes)
  }

  mutating func start(_ output: inout [UInt8]) { writer.start(&output) }

  /// An exchange has no octets of its own here.
  func encode(_ shown: Shown, to output: inout [UInt8]) {}

  mutating func write(_ capture: Capture, declarations: inout [UInt8], to output: inout [UInt8]) {
    writer.write(capture, interfaceName: host.interfaceName, declarations: &declarations, to: &output)
  }
}
