import ExportBatches
import Synchronization

/// What an exporter counts, for /metrics.
final class ExportCounts: Sendable {
  struct Values: Sendable {
    var exchanges: UInt64 = 0
    var rejected: UInt64 = 0
    var batches: UInt64 = 0
    /// As they were sent, compressed, without those of failed attempts.
    var octets: UInt64 = 0
    var retries: UInt64 = 0
    var isStopped = false
    var backlog = ExportQueue.Backlog()
  }

  private let state = Mutex(Values())

  func update(_ body: (inout Values) -> Void) { state.withLock { body(&$0) } }

  var values: Values { state.withLock { $0 } }
}

/// One family of Prometheus' text format.
struct ExportFamily: Sendable {
  let name: String
  let help: String
  let type: String
  /// - Parameter now: nanoseconds since the epoch.
  let value: @Sendable (ExportCounts.Values, _ now: Int64) -> String

  static let all = [
    ExportFamily(
      name: "querent_export_exchanges_total", help: "Exchanges that a destination has stored.",
      type: "counter"
    ) { values, _ in "\(values.exchanges)" },
    ExportFamily(
      name: "querent_export_rejected_exchanges_total",
      help: "Exchanges that a destination has refused for good.",
      type: "counter"
    ) { values, _ in "\(values.rejected)" },
    ExportFamily(
      name: "querent_export_batches_total", help: "Batches that a destination has stored.", type: "counter"
    ) { values, _ in "\(values.batches)" },
    ExportFamily(
      name: "querent_export_bytes_total", help: "Octets of these batches, compressed.", type: "counter"
    ) { values, _ in "\(values.octets)" },
    ExportFamily(
      name: "querent_export_retries_total", help: "Attempts that failed and are repeated.", type: "counter"
    ) { values, _ in "\(values.retries)" },
    ExportFamily(
      name: "querent_export_removed_exchanges_total",
      help: "Exchanges that were deleted from the history before they were sent, since the first export.",
      type: "counter"
    ) { values, _ in "\(values.backlog.removed)" },
    ExportFamily(
      name: "querent_export_waiting_exchanges", help: "Exchanges in the history that are not sent.",
      type: "gauge"
    ) { values, _ in "\(values.backlog.count)" },
    ExportFamily(
      name: "querent_export_lag_seconds", help: "Age of the oldest exchange that is not sent.", type: "gauge"
    ) { values, now in
      values.backlog.oldest.map { "\(max(0, now - $0) / 1_000_000_000)" } ?? "0"
    },
    ExportFamily(
      name: "querent_export_stopped",
      help: "1 if the destination refuses what is sent, so that somebody has to change something.",
      type: "gauge"
    ) { values, _ in values.isStopped ? "1" : "0" },
  ]
}
