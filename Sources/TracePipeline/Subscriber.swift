package import TraceModel
package import Correlation
package import PacketDecoding

/// Receives the exchanges of a trace, on the pipeline's thread, which it must not block: it encodes or copies what it keeps.
///
/// Each message that it receives is in one count of its own ledger.
package protocol Subscriber: AnyObject {
  /// Called once, before anything else.
  func start()
  /// Called with an exchange whose outcome is known, or with `Unit.messages` with one message, at the trace's time.
  func receive(_ exchange: borrowing Exchange, at now: Timestamp)
  /// Advances the time: no exchange that began before `now` can still be answered in time.
  func advance(to now: Timestamp)
  /// Called once, after everything else.
  func finish()

  var ledger: SubscriberLedger { get }
  /// Whether it wants no more exchanges.
  var isDone: Bool { get }
  /// Whether the other subscribers decide when the trace ends, if there are any.
  var followsOthers: Bool { get }

  /// Whether it takes packets too, through the two functions below, which are called once for each packet.
  var takesPackets: Bool { get }
  /// Takes a packet. The exchanges that contain it name its `number`.
  func admit(_ packet: borrowing PacketView)
  /// Takes the result for a packet, after the exchanges that it completes; also called for messages that waited for gaps
  /// to be filled.
  func conclude(_ result: borrowing PacketResult)
}

extension Subscriber {
  package func start() {}
  package func advance(to now: Timestamp) {}
  package func finish() {}
  package var isDone: Bool { false }
  package var followsOthers: Bool { false }
  package var takesPackets: Bool { false }
  package func admit(_ packet: borrowing PacketView) {}
  package func conclude(_ result: borrowing PacketResult) {}
}

/// A subscriber that writes to a `RecordSink`, which may lose records later.
package protocol WritingSubscriber: Subscriber {
  var ledger: SubscriberLedger { get set }
  /// Selects by another filter from now on.
  func select(_ filter: Filter)
  /// Ends the file, whose name another one has or will have, and begins that.
  func reopen()
}

/// The result for a packet: the messages in it, and its count.
package struct PacketResult: ~Escapable {
  /// For each message that the packet completed, the numbers of all its packets.
  package let completed: Span<PacketNumbers>
  /// Its count in the pipeline's ledger; nil if messages completed without a packet.
  package let outcome: PacketOutcome?

  @_lifetime(copy completed)
  package init(completed: Span<PacketNumbers>, outcome: PacketOutcome?) {
    self.completed = completed
    self.outcome = outcome
  }

  /// Whether the packet may hold a part of a message that later packets complete.
  package var mayContinue: Bool { outcome != .repeated && outcome != .foreign }
}

/// What one subscriber did with the messages that it received.
package struct SubscriberLedger: Hashable, Sendable {
  package var received: UInt64 = 0
  package var written: UInt64 = 0
  /// Excluded by its filter or its maximum count, or a lookup over a unix socket that its format cannot show.
  package var filtered: UInt64 = 0
  /// Lost: its queue or its reader was full, or writing failed.
  package var unwritten: UInt64 = 0

  package init() {}

  /// Moves messages that a sink took but did not write to the lost ones.
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

  /// Messages that no count explains; 0 if the ledger balances.
  package var difference: Int64 { Int64(bitPattern: received &- written &- filtered &- unwritten) }
}

/// Which exchanges a subscriber wants, and how many.
package struct Selection: Sendable {
  /// Nil matches everything.
  private var filter: Filter?
  private var remaining: Int

  package init(_ filter: Filter = Filter(), count: Int? = nil) {
    self.filter = filter.isEmpty ? nil : filter
    remaining = count ?? .max
  }

  var isExhausted: Bool { remaining <= 0 }

  package func admits(_ exchange: borrowing Exchange) -> Bool {
    remaining > 0 && filter?.matches(exchange) ?? true
  }

  /// Takes another filter; the number that remains stays.
  package mutating func replace(_ filter: Filter) { self.filter = filter.isEmpty ? nil : filter }

  mutating func countOne() { remaining -= 1 }
}
