package import TraceModel
package import TracePipeline

/// What is known of a trace at one moment besides its exchanges.
package struct TraceStatus: Sendable {
  package var version: String
  /// Nil when files are read, as the tap.
  package var tier: String?
  package var tap: String?
  package var ledger = Ledger()
  package var outputs: [Output] = []
  /// Nil where the kernel does not count for this process.
  package var programs: [Program]?
  package var writes = Writes()

  package init(version: String, tier: String? = nil, tap: String? = nil) {
    self.version = version
    self.tier = tier
    self.tap = tap
  }

  /// One output, by the name that it has in the final report.
  package struct Output: Sendable {
    package let name: String
    /// Of what was received, without the messages that are queued.
    package var ledger: SubscriberLedger
    /// Messages that were taken and may still be lost.
    package var queued: UInt64

    package init(_ name: String, _ ledger: SubscriberLedger, queued: UInt64 = 0) {
      self.name = name
      self.ledger = ledger
      self.queued = queued
    }

    /// The outputs, with those of one name added up: a series of Prometheus exists once.
    package static func merged(_ outputs: [Output]) -> [Output] {
      outputs.reduce(into: []) { merged, output in
        guard let same = merged.firstIndex(where: { $0.name == output.name }) else {
          return merged.append(output)
        }
        merged[same].ledger += output.ledger
        merged[same].queued += output.queued
      }
    }
  }

  /// How long a kernel program has run.
  package struct Program: Sendable {
    package let name: String
    package let nanoseconds: UInt64
    package let runs: UInt64

    package init(_ name: String, nanoseconds: UInt64, runs: UInt64) {
      self.name = name
      self.nanoseconds = nanoseconds
      self.runs = runs
    }
  }

  /// What became of the attempts to write the metrics.
  package struct Writes: Sendable {
    package var written: UInt64
    package var skipped: UInt64
    package var failed: UInt64

    package init(written: UInt64 = 0, skipped: UInt64 = 0, failed: UInt64 = 0) {
      self.written = written
      self.skipped = skipped
      self.failed = failed
    }
  }
}
