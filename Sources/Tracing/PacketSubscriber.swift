import Bytes
package import CaptureFiles
package import RecordSinks
package import TraceModel
package import Correlation
package import Formats

/// Writes the packets of wanted exchanges as pcapng, each once and in the order in which they came.
package final class PacketSubscriber: WritingSubscriber {
  private var selection: Selection
  private var writer: PcapngWriter
  private let host: Host
  private var output: RecordOutput
  private var queue: PacketQueue
  /// Messages received whose packets the next octets hold.
  private var owed: UInt64 = 0
  package var ledger = SubscriberLedger()

  /// Octets of packets that are handed over together, so that files can end.
  private static let mostOctets = 64 << 10

  /// - Parameter timeout: nanoseconds after which a query counts as unanswered.
  package init(
    _ writer: PcapngWriter, host: Host, to sink: any RecordSink, timeout: Int64,
    selection: Selection = Selection(), rotation: Rotation? = nil
  ) {
    self.writer = writer
    self.host = host
    self.selection = selection
    output = RecordOutput(sink, rotation)
    // Streams wait for gaps to close for a while before that.
    queue = PacketQueue(patience: timeout + 5_000_000_000)
  }

  package var isDone: Bool { selection.isExhausted || output.isClosed }
  package var takesPackets: Bool { true }

  package func start() { output.start(head: head) }

  package func admit(_ packet: borrowing PacketView) { queue.append(packet.copy) }

  package func conclude(_ fate: PacketFate) { queue.conclude(fate) }

  package func receive(_ exchange: borrowing Exchange, at now: Timestamp) {
    let messages = UInt64(exchange.messageCount)
    ledger.received += messages
    // A lookup over a unix socket has no packets.
    let isWanted = selection.admits(exchange) && !exchange.isLocalLookup
    queue.decide(exchange.packets, isWanted: isWanted)
    guard isWanted else {
      ledger.filtered += messages
      return
    }
    selection.countOne()
    owed += messages
  }

  package func settle() { write() }

  package func advance(to now: Timestamp) {
    output.advance(to: now, foot: { _ in })
    queue.advance(to: now)
    write()
  }

  package func finish() {
    queue.finish()
    write()
    // Their packets are gone: nobody waits for ever.
    ledger.unwritten += owed
    owed = 0
    output.finish(foot: { _ in })
  }

  /// Writes the packets whose turn it is.
  private func write() {
    var packet = queue.next()
    while let first = packet {
      output.prepare(at: queue.now, head: head, foot: { _ in })
      var declarations: [UInt8] = []
      var octets: [UInt8] = []
      writer.write(first.view, interfaces: host.interfaces, declarations: &declarations, to: &octets)
      packet = queue.next()
      while octets.count < Self.mostOctets, let next = packet {
        writer.write(next.view, interfaces: host.interfaces, declarations: &declarations, to: &octets)
        packet = queue.next()
      }
      if !declarations.isEmpty { _ = output.write(declarations.span, messages: 0, mark: .declares) }
      if output.write(octets.span, messages: owed) {
        ledger.written += owed
      } else {
        ledger.unwritten += owed
      }
      owed = 0
    }
  }

  private func head(_ output: inout ByteWriter) {
    var octets: [UInt8] = []
    writer.start(&octets)
    output.append(octets: octets)
  }
}
