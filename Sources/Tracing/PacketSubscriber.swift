import Bytes
package import CaptureFiles
package import RecordSinks
package import TraceModel
package import Correlation
package import Formats

/// Writes the packets of wanted exchanges as pcapng, each once and in the order in which they came.
package final class PacketSubscriber: WritingSubscriber {
  // In one value, so that each call asks once whether somebody else is changing it.
  private var state: State
  private let sink: any RecordSink

  fileprivate struct State: ~Copyable {
    var selection: Selection
    var writer: PcapngWriter
    let host: Host
    var output: RecordOutput
    var queue: PacketQueue
    /// Packets that are handed over together, and what has to be written before them; kept for their room.
    var packets = ByteWriter(room: 4096)
    var declarations = ByteWriter()
    /// Messages received whose packets the next octets hold.
    var owed: UInt64 = 0
    var ledger = SubscriberLedger()

    /// Octets of packets that are handed over together, so that files can end.
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
    // Streams wait for gaps to close for a while before that.
    let queue = PacketQueue(patience: timeout + 5_000_000_000)
    state = State(writer, host, RecordOutput(sink, rotation), queue, selection)
  }

  // Asked after each exchange: what the sink does is not inside of an access to the state.
  package var isDone: Bool { state.selection.isExhausted || sink.isClosed }
  package var takesPackets: Bool { true }

  package var ledger: SubscriberLedger {
    get { state.ledger }
    set { state.ledger = newValue }
  }

  package func start() { state.start() }
  package func admit(_ packet: borrowing PacketView) { state.queue.append(packet) }
  package func conclude(_ fate: borrowing PacketFate) { state.conclude(fate) }
  package func receive(_ exchange: borrowing Exchange, at now: Timestamp) { state.receive(exchange) }
  package func advance(to now: Timestamp) { state.advance(to: now) }
  package func finish() { state.finish() }
}

extension PacketSubscriber.State {
  mutating func start() { withWriter { writer, output in output.start { writer.start(&$0) } } }

  mutating func conclude(_ fate: borrowing PacketFate) {
    queue.conclude(fate)
    // Without a packet, the time is stated next.
    if fate.outcome != nil { write() }
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
    // Their packets are gone: nobody waits for ever.
    ledger.unwritten += owed
    owed = 0
    output.finish(foot: { _ in })
  }

  /// Writes the packets whose turn it is.
  private mutating func write() {
    while queue.findWanted() {
      if output.isRotated {
        let now = queue.now
        withWriter { writer, output in
          output.prepare(at: now, head: { writer.start(&$0) }, foot: { _ in })
        }
      }
      Self.encode(&queue, with: &writer, host.interfaces, declarations: &declarations, to: &packets)
      if !declarations.isEmpty { _ = output.write(declarations, messages: 0, mark: .declares) }
      if output.write(packets, messages: owed) {
        ledger.written += owed
      } else {
        ledger.unwritten += owed
      }
      owed = 0
    }
  }

  /// Encodes the packet that was found, and those that follow.
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
