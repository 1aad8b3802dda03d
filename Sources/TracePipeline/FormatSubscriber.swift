import Bytes
package import RecordSinks
package import TraceModel
package import Correlation
package import Formats

/// Encodes each exchange as one record, and passes it to a sink.
package final class FormatSubscriber: WritingSubscriber {
  // One value, so that each call needs one exclusivity check.
  private var state: State
  private let sink: any RecordSink

  fileprivate struct State: ~Copyable {
    var selection: Selection
    var encoder: any Encoder
    var output: RecordOutput
    var recordCount: UInt64 = 0
    var record = ByteWriter(room: 4096)
    var ledger = SubscriberLedger()

    init(_ encoder: any Encoder, _ output: RecordOutput, _ selection: Selection) {
      self.encoder = encoder
      self.output = output
      self.selection = selection
    }
  }

  /// - Parameter rotation: when a file ends and the next one begins.
  package init(
    _ encoder: any Encoder, to sink: any RecordSink, selection: Selection = Selection(),
    rotation: Rotation? = nil
  ) {
    self.sink = sink
    state = State(encoder, RecordOutput(sink, rotation), selection)
  }

  // After each exchange, and outside any access to the state, because the sink may take time.
  package var isDone: Bool { state.selection.isExhausted || sink.isClosed }

  package var ledger: SubscriberLedger {
    get { state.ledger }
    set { state.ledger = newValue }
  }

  package func select(_ filter: Filter) { state.selection.replace(filter) }
  package func reopen() { state.reopen() }

  package func start() { state.start() }
  package func receive(_ exchange: borrowing Exchange, at now: Timestamp) { state.receive(exchange, at: now) }
  package func advance(to now: Timestamp) { state.advance(to: now) }
  package func finish() { state.finish() }
}

extension FormatSubscriber.State {
  mutating func receive(_ exchange: borrowing Exchange, at now: Timestamp) {
    let messages = UInt64(exchange.messageCount)
    ledger.received += messages
    guard selection.admits(exchange), encoder.takesLookups || !exchange.isLocalLookup else {
      ledger.filtered += messages
      return
    }
    if output.isRotated {
      withEncoder { encoder, output in
        output.prepare(at: now, head: { encoder.start(&$0) }, foot: { encoder.finish(&$0) })
      }
    }
    record.cut(to: 0)
    encoder.encode(exchange, sequence: recordCount + 1, to: &record)
    guard output.write(record, messages: messages) else {
      ledger.unwritten += messages
      return
    }
    recordCount += 1
    selection.countOne()
    ledger.written += messages
  }

  mutating func start() { withEncoder { encoder, output in output.start { encoder.start(&$0) } } }

  mutating func reopen() {
    withEncoder { encoder, output in
      output.reopen(head: { encoder.start(&$0) }, foot: { encoder.finish(&$0) })
    }
  }

  mutating func advance(to now: Timestamp) {
    withEncoder { encoder, output in output.advance(to: now) { encoder.finish(&$0) } }
  }

  mutating func finish() { withEncoder { encoder, output in output.finish { encoder.finish(&$0) } } }

  private mutating func withEncoder(_ body: (inout any Encoder, inout RecordOutput) -> Void) {
    body(&encoder, &output)
  }
}
