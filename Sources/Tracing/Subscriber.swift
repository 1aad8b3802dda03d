package import TraceModel
package import Correlation
package import PacketDecoding

/// Receives what a trace finds, on the pipeline's thread, which it must not block: it encodes or copies what it keeps.
///
/// Each message that it receives ends in one count of its own ledger.
package protocol Subscriber: AnyObject {
  /// Called once, before anything else.
  func start()
  /// An exchange whose outcome is known, or with `Unit.messages` one message, at a moment of the trace's clock.
  func receive(_ exchange: borrowing Exchange, at now: Timestamp)
  /// No exchange that is older than `now` can still become known as answered in time.
  func advance(to now: Timestamp)
  /// Called once, after everything else.
  func finish()

  var ledger: SubscriberLedger { get }
  /// Whether it wants nothing more.
  var isDone: Bool { get }

  /// Whether it takes the packets too, by the two functions below, which are called once for each packet.
  var takesPackets: Bool { get }
  /// A packet whose `number` the exchanges that it belongs to will name.
  func admit(_ packet: borrowing PacketView)
  /// What the packet turned out to be, after the exchanges that it completes were received; also called for messages
  /// that gaps had kept back.
  func conclude(_ fate: borrowing PacketFate)
}

extension Subscriber {
  package func start() {}
  package func advance(to now: Timestamp) {}
  package func finish() {}
  package var isDone: Bool { false }
  package var takesPackets: Bool { false }
  package func admit(_ packet: borrowing PacketView) {}
  package func conclude(_ fate: borrowing PacketFate) {}
}

/// A subscriber that hands what it writes to a `RecordSink`, which may lose it later.
package protocol WritingSubscriber: Subscriber {
  var ledger: SubscriberLedger { get set }
}

/// What a packet is for the exchanges.
package struct PacketFate: ~Escapable {
  /// For each message that the packet completed, the numbers of all packets that it came in.
  package let completed: Span<PacketNumbers>
  /// What it was counted as in the pipeline's ledger; nil when messages completed without a packet.
  package let outcome: PacketOutcome?

  @_lifetime(copy completed)
  init(completed: Span<PacketNumbers>, outcome: PacketOutcome?) {
    self.completed = completed
    self.outcome = outcome
  }

  /// Whether the packet may hold a part of a message that later packets complete.
  package var mayContinue: Bool { outcome != .repeated && outcome != .foreign }
}

/// What became of the messages that one subscriber received.
package struct SubscriberLedger: Hashable, Sendable {
  package var received: UInt64 = 0
  package var written: UInt64 = 0
  /// Kept back by its filter, or beyond its count, or a lookup over a unix socket that its format cannot show.
  package var filtered: UInt64 = 0
  /// Lost: its queue or its reader had no room, or writing failed.
  package var unwritten: UInt64 = 0

  package init() {}

  /// Takes back messages that a sink took and never wrote.
  package mutating func lose(_ messages: UInt64) {
    written -= messages
    unwritten += messages
  }

  package static func += (sum: inout SubscriberLedger, other: SubscriberLedger) {
    sum.received += other.received
    sum.written += other.written
    sum.filtered += other.filtered
    sum.unwritten += other.unwritten
  }

  /// Messages that no count explains; 0 when the ledger closes.
  package var difference: Int64 { Int64(bitPattern: received &- written &- filtered &- unwritten) }
}

/// Which exchanges a subscriber wants, and how many.
package struct Selection: Sendable {
  /// Nil lets everything pass.
  private let filter: Filter?
  private var remaining: Int

  package init(_ filter: Filter = Filter(), count: Int? = nil) {
    self.filter = filter.isEmpty ? nil : filter
    remaining = count ?? .max
  }

  var isExhausted: Bool { remaining <= 0 }

  func admits(_ exchange: borrowing Exchange) -> Bool { remaining > 0 && filter?.matches(exchange) ?? true }

  mutating func countOne() { remaining -= 1 }
}
