import TraceModel
import TracePipeline

/// The final report of a trace: the ledgers, and the errors of the outputs.
struct TraceReport {
  let ledger: Ledger
  let outputs: [(name: String, ledger: SubscriberLedger)]
  /// Errors of the outputs; already reported.
  let failures: [Failure]
  /// What went wrong with the metrics.
  private let metricsTrouble: String?

  /// Finishes the outputs, then the metrics.
  ///
  /// - Parameter view: a subscriber that writes nothing.
  init(
    _ ledger: Ledger, _ outputs: [any TraceOutput], _ metrics: MetricsOutput? = nil,
    and view: (name: String, ledger: SubscriberLedger)? = nil
  ) {
    self.ledger = ledger
    let failures = outputs.compactMap { $0.finish() }
    self.failures = failures + [metrics?.finish(ledger)].compactMap { $0 }
    self.outputs = outputs.map { ($0.name, $0.subscriber.ledger) } + (view.map { [$0] } ?? [])
    metricsTrouble = metrics?.trouble
  }

  /// Whether every packet and every message is accounted for, by the pipeline and by each output.
  var balances: Bool { ledger.balances && outputs.allSatisfy { $0.ledger.difference == 0 } }

  /// Packets and messages that were lost before an output, or that an output could not write.
  var lost: UInt64 { ledger.lost + outputs.reduce(0) { $0 + $1.ledger.unwritten } }

  /// The exit code, unless another error decides it.
  var code: Exit { failures.contains { $0.code == .unwritten } ? .unwritten : .success }

  /// The text for standard error.
  var text: String {
    // A history has no packets.
    var lines = ledger.seen == 0 && ledger.messages > 0 ? [messages] : [packets, messages]
    if outputs.count > 1 { lines += outputs.map(line) }
    if let metricsTrouble { lines.append("metrics   \(metricsTrouble)") }
    if !notes.isEmpty { lines.append("of these  " + notes.joined(separator: ", ")) }
    lines.append("balance   \(balance)")
    return lines.map { "  \($0)\n" }.joined()
  }

  private var packets: String {
    "packets   \(ledger.seen) seen, \(ledger.recognised) recognised = \(ledger.messageCompleting) message-completing"
      + Self.parts([
        (ledger.continuing, "continuing"), (ledger.repeated, "repeated"),
        (ledger.malformedPackets, "malformed"), (ledger.foreignPackets, "not DNS"),
        (ledger.unassembled, "unassembled"), (ledger.ringFull, "lost (ring full)"),
      ])
  }

  private var messages: String {
    let only = outputs.count == 1 ? outputs.first?.ledger : nil
    return "messages  \(ledger.messages) = "
      + (only.map { "\($0.written) shown" } ?? "\(ledger.published) in exchanges")
      + Self.parts([
        (ledger.deduplicated, "deduplicated (the server's copy)"), (only?.filtered ?? 0, "filtered"),
        (ledger.malformed, "malformed"), (ledger.foreign, "not DNS"),
        (only?.unwritten ?? 0, "lost (not written)"),
      ])
  }

  private func line(_ output: (name: String, ledger: SubscriberLedger)) -> String {
    "output    \(output.name): \(output.ledger.received) = \(output.ledger.written) shown"
      + Self.parts([
        (output.ledger.filtered, "filtered"), (output.ledger.unwritten, "lost (not written)"),
      ])
  }

  private var notes: [String] {
    [
      (ledger.noOwner, "without an owner"), (ledger.noSocket, "without a socket"),
      (ledger.unstoredOwners, "owners not stored (no memory)"),
      (ledger.shortened, "shortened"), (ledger.endedEarly, "exchanges ended early (table full)"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
  }

  private var balance: String {
    guard balances else {
      let messages = outputs.reduce(ledger.messageDifference) { $0 + $1.ledger.difference }
      return "ERROR: \(ledger.packetDifference) packets and \(messages) messages are not accounted for"
    }
    return (lost == 0 ? "nothing lost" : "\(lost) lost") + ", every packet and message accounted for"
  }

  private static func parts(_ counts: [(UInt64, String)]) -> String {
    counts.filter { $0.0 > 0 }.map { " + \($0.0) \($0.1)" }.joined()
  }
}
