package import AsyncHTTPClient
package import ExportBatches
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Exports a history to one destination, until the server ends.
///
/// A batch is tried until the destination has it. What is not confirmed then stays in the history, so nothing is lost by an end at
/// any moment.
package final class Exporter: Service {
  private let destination: Destination
  private let queue: ExportQueue
  private let sender: Sender
  private let interval: Duration
  private let logger: Logger
  private let counts = ExportCounts()

  /// How long a request may still take when the server ends.
  private static let grace = Duration.seconds(5)

  /// - Parameter interval: how often the history is asked when nothing waits.
  package init(
    _ destination: Destination, _ queue: ExportQueue, _ credentials: Credentials, client: HTTPClient,
    interval: Duration, version: String, logger: Logger
  ) {
    self.destination = destination
    self.queue = queue
    self.interval = interval
    self.logger = logger
    sender = Sender(
      destination, credentials.entry(for: destination.host, user: destination.user), client,
      agent: "querent-server/\(version)")
  }

  package func run() async throws {
    var queue = queue
    var sender = sender
    var problem: ExportProblem?
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      guard let batch = await next(&queue, &problem) else {
        await pause(interval)
        continue
      }
      guard await deliver(batch, &sender) else { break }
      await confirm(batch, &queue)
      if !batch.hasMore { await pause(interval) }
    }
    // The other exporters and the page go on.
    try? await gracefulShutdown()
  }

  /// Waits, unless the server ends.
  private func pause(_ duration: Duration) async {
    await cancelWhenGracefulShutdown { try? await Task.sleep(for: duration) }
  }
}

// MARK: The history

extension Exporter {
  /// - Parameter last: what was reported before, which is not reported again.
  private func next(_ queue: inout ExportQueue, _ last: inout ExportProblem?) async -> ExportBatch? {
    let before = queue
    let result = await blocking { () -> (ExportQueue, Result<ExportBatch?, ExportProblem>) in
      var queue = before
      do throws(ExportProblem) {
        let batch = try queue.next()
        return (queue, .success(batch))
      } catch {
        return (queue, .failure(error))
      }
    }
    guard let (after, outcome) = result else { return nil }
    queue = after
    let backlog = after.backlog
    counts.update { $0.backlog = backlog }
    switch outcome {
    case .success(let batch):
      last = nil
      return batch
    case .failure(let problem):
      guard problem != last else { return nil }
      last = problem
      logger.error("nothing is exported to \(destination.url): \(problem.description); \(problem.advice)")
      return nil
    }
  }

  /// Notes on the disk that a batch is stored. If that fails, the next batch notes it; after a crash before that, the batch is
  /// sent again with the same token.
  private func confirm(_ batch: ExportBatch, _ queue: inout ExportQueue) async {
    let before = queue
    let result = await blocking { () -> (ExportQueue, ExportProblem?) in
      var queue = before
      do throws(ExportProblem) {
        try queue.confirm(batch)
        return (queue, nil)
      } catch {
        return (queue, error)
      }
    }
    guard let (after, problem) = result else { return }
    queue = after
    let backlog = after.backlog
    counts.update { $0.backlog = backlog }
    if let problem { logger.error("\(problem.description); \(problem.advice)") }
  }

  private func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value? {
    try? await NIOThreadPool.singleton.runIfActive(body)
  }
}

// MARK: Delivery

extension Exporter {
  /// Whether the destination has the batch; false when it refuses it, or when the server ends.
  private func deliver(_ batch: ExportBatch, _ sender: inout Sender) async -> Bool {
    guard let octets = batch.compressed else {
      logger.error("there is no memory to compress a batch of \(batch.body.count) octets")
      return false
    }
    let body = ByteBuffer(bytes: octets)
    var backoff = Backoff()
    var isFailing = false
    while true {
      switch await attempt(batch, body, &sender) {
      case .stored(let rejected):
        if isFailing { logger.notice("\(destination.url) accepts exchanges again") }
        if rejected > 0 {
          logger.error("\(destination.url) has refused \(rejected) of \(batch.count) exchanges")
        }
        counts.update {
          $0.exchanges += UInt64(max(0, batch.count - rejected))
          $0.rejected += UInt64(rejected)
          $0.batches += 1
          $0.octets += UInt64(octets.count)
        }
        return true
      case .again(let reason, let wanted):
        counts.update { $0.retries += 1 }
        if !isFailing {
          isFailing = true
          logger.warning("\(destination.url) can't be reached or is busy, and is tried again: \(reason)")
        }
        await pause(backoff.next(atLeast: wanted, random: .random(in: 0...1)))
      case .refused(let reason):
        counts.update { $0.isStopped = true }
        logger.error(
          """
          \(destination.url) refuses what is sent, so nothing more is sent there: \(reason); \
          mend the cause and restart querent-server: everything in the history is sent then
          """)
        return false
      case nil: return false
      }
      if Task.isShuttingDownGracefully || Task.isCancelled { return false }
    }
  }

  /// Nil when the server ends and the answer takes too long.
  private func attempt(_ batch: ExportBatch, _ body: ByteBuffer, _ sender: inout Sender) async -> Verdict? {
    let before = sender
    let (after, verdict) = await withTaskGroup(of: (Sender, Verdict)?.self) { group in
      group.addTask {
        var sender = before
        let verdict = await sender.send(batch, body: body)
        return (sender, verdict)
      }
      group.addTask {
        try? await gracefulShutdown()
        try? await Task.sleep(for: Self.grace)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first.map { ($0.0, Optional($0.1)) } ?? (before, nil)
    }
    sender = after
    return verdict
  }
}

// MARK: Metrics

extension Exporter {
  /// In Prometheus' text format.
  ///
  /// - Parameter now: nanoseconds since the epoch.
  package static func exposition(of exporters: [Exporter], now: Int64) -> String {
    guard !exporters.isEmpty else { return "" }
    var text = ""
    for family in ExportFamily.all {
      text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.type)\n"
      for exporter in exporters {
        text +=
          "\(family.name){destination=\"\(exporter.destination.name)\"} \(family.value(exporter.counts.values, now))\n"
      }
    }
    return text
  }
}
