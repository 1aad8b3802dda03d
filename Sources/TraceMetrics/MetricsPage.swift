package import Bytes
import Correlation
import TraceModel
import TracePipeline

/// All metrics of one moment: a value that another thread may write.
package struct MetricsPage: Sendable {
  private let counts: MetricsCounts
  private let status: TraceStatus

  /// What every page begins with.
  package static let head = "# HELP querent_"

  package init(_ counts: MetricsCounts, _ status: TraceStatus) {
    self.counts = counts
    self.status = status
  }

  /// Appends every family, in the order of `MetricFamily.all`.
  package func write(to output: inout ByteWriter) {
    writeExchanges(to: &output)
    writeServed(to: &output)
    writeTrace(to: &output)
    writePackets(to: &output)
    writeMessages(to: &output)
    writeOutputs(to: &output)
    writePrograms(to: &output)
  }
}

// MARK: Exchanges

extension MetricsPage {
  private typealias Row = MetricsCounts.Row

  private func writeExchanges(to output: inout ByteWriter) {
    writeQueries(.queries, Row.client, to: &output)
    writeResponses(.responses, Row.client, to: &output)
    for (family, column) in [
      (MetricFamily.unanswered, Row.unanswered), (MetricFamily.retries, Row.retries),
    ] {
      output.begin(family)
      for (name, row) in rows where row.prefix(Row.responses).contains(where: { $0 > 0 }) {
        output.sample(family, name, value: row[row.startIndex + column])
      }
    }
    output.begin(.exchanges)
    for outcome in Outcome.allCases {
      output.sample(.exchanges, outcome.rawValue, value: counts.outcomes[outcome.place])
    }
    output.begin(.lookupDuration)
    for (name, row) in rows { output.histogram(.lookupDuration, name, row.dropFirst(Row.durations)) }
    output.begin(.serverDuration)
    for (index, name) in counts.servers.labels.enumerated() {
      output.histogram(.serverDuration, name, counts.servers.histogram(index))
    }
    output.begin(.attribution)
    for (name, count) in zip(AttributionMethod.labels, counts.methods) {
      output.sample(.attribution, name, value: count)
    }
  }

  private func writeServed(to output: inout ByteWriter) {
    writeQueries(.servedQueries, Row.server, to: &output)
    writeResponses(.servedResponses, Row.server, to: &output)
  }

  /// The rows of the programs that have one.
  private var rows: [(String, ArraySlice<UInt64>)] {
    counts.processes.names.enumerated().map { ($1, counts.row($0)) }.filter { !$0.1.isEmpty }
  }

  private func writeQueries(_ family: MetricFamily, _ role: Int, to output: inout ByteWriter) {
    output.begin(family)
    for (name, row) in rows {
      for (place, count) in row.dropFirst(role).prefix(Row.responses).enumerated() where count > 0 {
        let (transport, type) = place.quotientAndRemainder(dividingBy: TypeLabels.count)
        output.sample(
          family, name, TypeLabels.label(type), TransportLabels.labels[transport], value: count)
      }
    }
  }

  private func writeResponses(_ family: MetricFamily, _ role: Int, to output: inout ByteWriter) {
    output.begin(family)
    for (name, row) in rows {
      let counts = row.dropFirst(role + Row.responses).prefix(CodeLabels.count)
      for (code, count) in counts.enumerated() where count > 0 {
        output.sample(family, name, CodeLabels.label(code), value: count)
      }
    }
  }
}

// MARK: The trace

extension MetricsPage {
  private func writeTrace(to output: inout ByteWriter) {
    let unwritten = status.outputs.reduce(0) { $0 &+ $1.ledger.unwritten }
    output.begin(.lost)
    output.sample(.lost, "ring", value: status.ledger.ringFull)
    output.sample(.lost, "assembly", value: status.ledger.unassembled)
    output.sample(.lost, "output", value: unwritten)
    output.begin(.build)
    output.sample(.build, status.version, status.tier ?? "", status.tap ?? "", value: 1)
    output.begin(.writes)
    output.sample(.writes, "written", value: status.writes.written)
    output.sample(.writes, "skipped", value: status.writes.skipped)
    output.sample(.writes, "failed", value: status.writes.failed)
  }

  private func writePackets(to output: inout ByteWriter) {
    let ledger = status.ledger
    output.alone(.seen, ledger.seen)
    output.alone(.recognised, ledger.recognised)
    output.alone(.shipped, ledger.shipped)
    output.begin(.packetResults)
    for (result, count) in [
      ("message-completing", ledger.messageCompleting), ("repeated", ledger.repeated),
      ("malformed", ledger.malformedPackets), ("not-dns", ledger.foreignPackets),
      ("unassembled", ledger.unassembled), ("ring-full", ledger.ringFull),
    ] { output.sample(.packetResults, result, value: count) }
    output.alone(.continuing, ledger.continuing)
    output.alone(.shortened, ledger.shortened)
    output.alone(.noSocket, ledger.noSocket)
    output.alone(.noOwner, ledger.noOwner)
    output.alone(.unstoredOwners, ledger.unstoredOwners)
  }

  private func writeMessages(to output: inout ByteWriter) {
    let ledger = status.ledger
    output.alone(.received, ledger.messages)
    output.begin(.messageResults)
    for (result, count) in [
      ("published", ledger.published), ("deduplicated", ledger.deduplicated), ("malformed", ledger.malformed),
      ("not-dns", ledger.foreign),
    ] { output.sample(.messageResults, result, value: count) }
    output.alone(.endedEarly, ledger.endedEarly)
  }

  private func writeOutputs(to output: inout ByteWriter) {
    output.begin(.outputReceived)
    for one in status.outputs { output.sample(.outputReceived, one.name, value: one.ledger.received) }
    output.begin(.outputResults)
    for one in status.outputs {
      for (result, count) in [
        ("written", one.ledger.written), ("filtered", one.ledger.filtered),
        ("unwritten", one.ledger.unwritten),
      ] { output.sample(.outputResults, one.name, result, value: count) }
    }
    output.begin(.queued)
    for one in status.outputs { output.sample(.queued, one.name, value: one.queued) }
  }

  private func writePrograms(to output: inout ByteWriter) {
    guard let programs = status.programs else { return }
    output.begin(.runSeconds)
    for one in programs { output.sample(.runSeconds, one.name, nanoseconds: one.nanoseconds) }
    output.begin(.runs)
    for one in programs { output.sample(.runs, one.name, value: one.runs) }
  }
}

extension ByteWriter {
  /// Appends a family of one sample without labels.
  fileprivate mutating func alone(_ family: MetricFamily, _ value: UInt64) {
    begin(family)
    sample(family, value: value)
  }
}
