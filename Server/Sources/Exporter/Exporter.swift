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
  private let pauses: Pauses
  private let logger: Logger
  private let counts = ExportCounts()
  private let wait = Wait()

  package struct Pauses: Sendable {
    /// How often the history is asked when nothing waits.
    package var interval = Duration.seconds(5)
    /// How long after a refusal it is tried again, at the latest.
    package var refusal = Duration.seconds(300)

    package init() {}
  }

  /// How long a request may still take when the server ends.
  private static let grace = Duration.seconds(5)

  package init(
    _ destination: Destination, _ queue: ExportQueue, _ credentials: Credentials, client: HTTPClient,
    pauses: Pauses, version: String, logger: Logger
  ) {
    self.destination = destination
    self.queue = queue
    self.pauses = pauses
    self.logger = logger
    sender = Sender(
      destination, credentials.entry(for: destination.host, user: destination.user), client,
      agent: "querent-server/\(version)")
  }

  package func run() async throws {
    var progress = Progress(queue: queue, sender: sender)
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      // Nothing of a batch is kept meanwhile.
      if let duration = await step(&progress) { await pause(duration) }
    }
    // The other exporters and the page go on.
    try? await gracefulShutdown()
  }

  private struct Progress {
    var queue: ExportQueue
    var sender: Sender
    var backoff = Backoff()
    var reports = Reports()
  }

  /// Sends a batch, if one waits; gives how long to wait then.
  private func step(_ progress: inout Progress) async -> Duration? {
    guard let batch = await next(&progress.queue, &progress.reports) else { return pauses.interval }
    guard let verdict = await attempt(batch, &progress.sender) else { return nil }
    report(verdict, batch, &progress.reports)
    switch verdict {
    case .stored:
      progress.backoff.reset()
      await confirm(batch, &progress.queue)
      return batch.hasMore ? nil : pauses.interval
    case .again(_, let wanted): return progress.backoff.next(atLeast: wanted, random: .random(in: 0...1))
    case .refused: return Backoff.jittered(pauses.refusal, random: .random(in: 0...1))
    }
  }

  /// Ends the wait for the next attempt.
  package func tryAgain() { wait.end() }

  /// Waits, unless the server ends.
  private func pause(_ duration: Duration) async {
    await cancelWhenGracefulShutdown { await self.wait.wait(for: duration) }
  }
}

// MARK: The history

extension Exporter {
  private func next(_ queue: inout ExportQueue, _ reports: inout Reports) async -> ExportBatch? {
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
    let removed = backlog.removed - before.backlog.removed
    if removed > 0 {
      logger.error(
        """
        \(removed) exchanges were deleted from the history before \(destination.url) had them; a longer --history-keep or a larger \
        --history-size keeps more
        """)
    }
    switch outcome {
    case .success(let batch):
      report(after.problem, "not everything is exported", &reports)
      return batch
    case .failure(let problem):
      report(problem, "nothing is exported", &reports)
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
  /// Nil when the server ends and the answer takes too long.
  private func attempt(_ batch: ExportBatch, _ sender: inout Sender) async -> Verdict? {
    guard let octets = batch.compressed else {
      return .again("there is no memory to compress a batch of \(batch.body.count) octets", after: nil)
    }
    let body = ByteBuffer(bytes: octets)
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
    if case .stored? = verdict { counts.update { $0.octets += UInt64(octets.count) } }
    return verdict
  }
}

// MARK: Reports

extension Exporter {
  /// What was reported last: it is not reported again before something else is.
  private struct Reports {
    var problem: ExportProblem?
    /// Whether the last attempt failed.
    var isFailing = false
    var refusal: String?
  }

  private func report(_ problem: ExportProblem?, _ what: String, _ reports: inout Reports) {
    if let problem, problem != reports.problem {
      logger.error("\(what) to \(destination.url): \(problem.description); \(problem.advice)")
    }
    reports.problem = problem
  }

  private func report(_ verdict: Verdict, _ batch: ExportBatch, _ reports: inout Reports) {
    switch verdict {
    case .stored(let rejected):
      if reports.isFailing { logger.notice("\(destination.url) accepts exchanges again") }
      if rejected > 0 {
        logger.error("\(destination.url) has refused \(rejected) of \(batch.count) exchanges")
      }
      (reports.isFailing, reports.refusal) = (false, nil)
      counts.update {
        $0.exchanges += UInt64(max(0, batch.count - rejected))
        $0.rejected += UInt64(rejected)
        $0.batches += 1
        $0.isStopped = false
      }
    case .again(let reason, _):
      if !reports.isFailing {
        logger.warning("\(destination.url) can't be reached or is busy, and is tried again: \(reason)")
      }
      reports.isFailing = true
      counts.update {
        $0.retries += 1
        $0.isStopped = false
      }
    case .refused(let reason):
      if reason != reports.refusal {
        logger.error(
          """
          \(destination.url) refuses what is sent: \(reason); mend the cause: it is tried again every few minutes, and at once after \
          SIGHUP; what waits is in the history
          """)
      }
      (reports.isFailing, reports.refusal) = (true, reason)
      counts.update {
        $0.retries += 1
        $0.isStopped = true
      }
    }
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
