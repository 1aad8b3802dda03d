import Bytes
package import CaptureFiles
package import RecordSinks
package import TraceModel
package import Correlation
package import Formats

/// Writes the packets of the exchanges shown as pcapng, each once and in their order.
package final class PacketSubscriber: WritingSubscriber {
  // One value, so that each call needs one exclusivity check.
  private var state: State
  private let sink: any RecordSink

  fileprivate struct State: ~Copyable {
    var selection: Selection
    var writer: PcapngWriter
    let host: Host
    var output: RecordOutput
    var queue: PacketQueue
    /// Packets that are passed together, and the declarations that must precede them; reused.
    var packets = ByteWriter(room: 4096)
    var declarations = ByteWriter()
    /// The number of messages received whose packets are in the next octets.
    var owed: UInt64 = 0
    var ledger = SubscriberLedger()

    /// The octets of packets that are passed together; bounded, so that files can end.
    static let mostOctets = 64 << 10

    init(
      _ writer: PcapngWriter, _ host: Host, _ output: RecordOutput, _ queue: PacketQueue,
      _ selection: Selection
    ) {
      self.writer = writer
      self.host = host
      self.output = output
      self.queue = queue
      self.selection = selection
    }
  }

  /// - Parameter timeout: nanoseconds after which a query counts as unanswered.
  package init(
    _ writer: PcapngWriter, host: Host, to sink: any RecordSink, timeout: Int64,
    selection: Selection = Selection(), rotation: Rotation? = nil
  ) {
    self.sink = sink
    // Before that, streams wait for gaps to be filled.
    let queue = PacketQueue(timeout: timeout + 5_000_000_000)
    state = State(writer, host, RecordOutput(sink, rotation), queue, selection)
  }

  // After each exchange, and outside any access to the state, because the sink may take time.
  package var isDone: Bool { state.selection.isExhausted || sink.isClosed }
  package var takesPackets: Bool { true }

  package var ledger: SubscriberLedger {
    get { state.ledger }
    set { state.ledger = newValue }
  }

  package func select(_ filter: Filter) { state.selection.replace(filter) }
  package func reopen() { state.reopen() }

  package func start() { state.start() }
  package func admit(_ packet: borrowing PacketView) { state.queue.append(packet) }
  package func conclude(_ result: borrowing PacketResult) { state.conclude(result) }
  package func receive(_ exchange: borrowing Exchange, at now: Timestamp) { state.receive(exchange) }
  package func advance(to now: Timestamp) { state.advance(to: now) }
  package func finish() { state.finish() }
}

extension PacketSubscriber.State {
  mutating func start() { withWriter { writer, output in output.start { writer.start(&$0) } } }

  mutating func reopen() {
    withWriter { writer, output in output.reopen(head: { writer.start(&$0) }, foot: { _ in }) }
  }

  mutating func conclude(_ result: borrowing PacketResult) {
    queue.conclude(result)
    // If there is no packet, `advance` sets the time.
    if result.outcome != nil { write() }
  }

  mutating func receive(_ exchange: borrowing Exchange) {
    let messages = UInt64(exchange.messageCount)
    ledger.received += messages
    // A lookup over a unix socket has no packets.
    let isWanted = selection.admits(exchange) && !exchange.isLocalLookup
    queue.decide(exchange.packets, isWanted: isWanted)
    queue.decide(exchange.answerPackets, isWanted: isWanted)
    guard isWanted else {
      ledger.filtered += messages
      return
    }
    selection.countOne()
    owed += messages
  }

  mutating func advance(to now: Timestamp) {
    output.advance(to: now, foot: { _ in })
    queue.advance(to: now)
    write()
  }

  mutating func finish() {
    queue.finish()
    write()
    // Their packets have been removed, so there is nothing to wait for.
    ledger.unwritten += owed
    owed = 0
    output.finish(foot: { _ in })
  }

  /// Writes the decided packets.
  private mutating func write() {
    while queue.findWanted() {
      if output.isRotated {
        let now = queue.now
        withWriter { writer, output in
          output.prepare(at: now, head: { writer.start(&$0) }, foot: { _ in })
        }
      }
      Self.encode(&queue, with: &writer, host.interfaces, declarations: &declarations, to: &packets)
      if !declarations.isEmpty { _ = output.write(declarations, messages: 0, mark: .declaration) }
      if output.write(packets, messages: owed) {
        ledger.written += owed
      } else {
        ledger.unwritten += owed
      }
      owed = 0
    }
  }

  /// Encodes the packet that was found, and those after it.
  private static func encode(
    _ queue: inout PacketQueue, with writer: inout PcapngWriter, _ interfaces: InterfaceNames,
    declarations: inout ByteWriter, to packets: inout ByteWriter
  ) {
    packets.cut(to: 0)
    declarations.cut(to: 0)
    repeat {
      writer.write(queue.wanted, interfaces: interfaces, declarations: &declarations, to: &packets)
      queue.removeFirst()
    } while packets.count < mostOctets && queue.findWanted()
  }

  private mutating func withWriter(_ body: (inout PcapngWriter, inout RecordOutput) -> Void) {
    body(&writer, &output)
  }
}
