package import TraceModel

/// Where packets come from: the kernel, capture files, a recording.
package protocol TraceSource {
  /// Waits for the next packets; nil at the end.
  mutating func next() -> PacketBatch?

  /// Whether it has counted its packets, as the kernel does: then the pipeline takes all of them.
  var countsPackets: Bool { get }

  /// Ends the source early; packets that it has already read may follow.
  mutating func stop()

  /// Adds what was counted before the pipeline until now.
  func count(into ledger: inout Ledger)
}

/// Is given the counts of a trace while it runs, on the pipeline's thread, which it must not block.
package protocol TraceObserver: AnyObject {
  /// Whether it wants them now; asked after each batch.
  var isDue: Bool { get }
  func observe(_ ledger: Ledger)
}

/// A source that counts nothing: the pipeline counts its packets.
extension TraceSource {
  package var countsPackets: Bool { false }
  package func count(into ledger: inout Ledger) {}
}

extension Pipeline {
  /// Runs a source through a pipeline until the source ends or no subscriber wants more exchanges.
  ///
  /// - Parameters:
  ///   - observers: receive the counts while the trace runs.
  ///   - begin: called when the source has returned its first batch, which may be empty, before the subscribers start; if it
  ///     throws, nothing is published.
  package mutating func run<Source: TraceSource, Problem: Error>(
    _ source: inout Source, observers: [any TraceObserver] = [], begin: () throws(Problem) -> Void
  ) throws(Problem) {
    var hasBegun = false
    while let batch = source.next() {
      if !hasBegun {
        do throws(Problem) {
          try begin()
        } catch {
          source.stop()
          while source.next() != nil {}
          throw error
        }
        start()
        hasBegun = true
      }
      askWhetherDone()
      for index in 0..<batch.count where source.countsPackets || !isDone {
        let packet = batch[index]
        if !source.countsPackets { count(packet) }
        push(packet)
      }
      if let now = batch.now { advance(to: now) }
      for observer in observers where observer.isDue { observer.observe(counts(with: source)) }
      askWhetherDone()
      if isDone { source.stop() }
    }
    if hasBegun { finish() }
    source.count(into: &ledger)
  }

  /// The ledger up to now.
  private borrowing func counts(with source: some TraceSource) -> Ledger {
    var ledger = ledger
    source.count(into: &ledger)
    return ledger
  }

  private mutating func count(_ packet: borrowing PacketView) {
    ledger.seen += 1
    ledger.recognised += 1
    if packet.header.originalLength > packet.octets.count { ledger.shortened += 1 }
  }
}
