package import RecordSinks
package import TraceModel
package import Correlation
package import Formats

/// Encodes exchanges, one record each, and hands them to a sink.
package final class FormatSubscriber: WritingSubscriber {
  private var selection: Selection
  private var encoder: any Encoder
  private var output: RecordOutput
  private var recordCount: UInt64 = 0
  private var record: [UInt8] = []
  package var ledger = SubscriberLedger()

  /// - Parameter rotation: where one file follows the other.
  package init(
    _ encoder: any Encoder, to sink: any RecordSink, selection: Selection = Selection(),
    rotation: Rotation? = nil
  ) {
    self.encoder = encoder
    self.selection = selection
    output = RecordOutput(sink, rotation)
  }

  package var isDone: Bool { selection.isExhausted || output.isClosed }

  package func start() { output.start(head: head) }

  package func receive(_ exchange: borrowing Exchange, at now: Timestamp) {
    let messages = UInt64(exchange.messageCount)
    ledger.received += messages
    guard selection.admits(exchange) else {
      ledger.filtered += messages
      return
    }
    output.prepare(at: now, head: head, foot: foot)
    record.removeAll(keepingCapacity: true)
    encoder.encode(exchange, sequence: recordCount + 1, to: &record)
    guard output.write(record, messages: messages) else {
      ledger.unwritten += messages
      return
    }
    recordCount += 1
    selection.countOne()
    ledger.written += messages
  }

  package func advance(to now: Timestamp) { output.advance(to: now, foot: foot) }

  package func finish() { output.finish(foot: foot) }

  private func head() -> [UInt8] {
    var octets: [UInt8] = []
    encoder.start(&octets)
    return octets
  }

  private func foot() -> [UInt8] {
    var octets: [UInt8] = []
    encoder.finish(&octets)
    return octets
  }
}
