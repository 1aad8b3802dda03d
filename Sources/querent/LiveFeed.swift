import Correlation
import HostSystem
import KernelProbe
import Synchronization
import Top
import TracePipeline

/// Counts what the kernel sees.
final class LiveFeed: TopFeed {
  private let session: Session
  private let subscriber: TopSubscriber
  private let ledger = RunningLedger()
  private let outcome = TraceOutcome()
  private let thread = Mutex<Thread?>(nil)
  private let name: String
  /// Whether "ready" is printed, where there is no screen.
  private let isAnnounced: Bool

  init(_ session: Session, _ settings: TopSettings, isAnnounced: Bool) {
    self.session = session
    self.isAnnounced = isAnnounced
    name = "live, tier \(session.probe.report.tier.rawValue)"
    subscriber = TopSubscriber(
      .live, suffixes: settings.suffixes, host: session.host, names: settings.names,
      filter: settings.filter)
  }

  func start(ended: @escaping @Sendable () -> Void) throws(Failure) {
    let started = try Thread.started { [session, subscriber, ledger, outcome, isAnnounced] in
      do throws(Failure) {
        let report = try session.run([], and: ("top", subscriber, ledger)) {
          if isAnnounced { session.announce() }
        }
        ledger.observe(report.ledger)
        outcome.set(.success(report))
      } catch {
        outcome.set(.failure(error))
      }
      ended()
    }
    thread.withLock { $0 = started }
  }

  func model(_ request: TopRequest) -> TopModel {
    var source = TopSource()
    source.name = name
    source.noteLost(ledger.value, subscriber.ledger)
    source.noteResident()
    return subscriber.model(request, source)
  }

  func set(_ filter: Filter) { subscriber.set(filter) }
  func clear() { subscriber.clear() }

  func open(_ focus: TopFocus?) {
    if let focus { subscriber.open(focus) } else { subscriber.close() }
  }

  func finish() throws(Failure) -> TraceReport {
    session.stop.request()
    thread.withLock { $0 }?.join()
    return try outcome.get()
  }
}
