import HostSystem
import KernelProbe
import SystemPackage
import TraceModel
import TracePipeline

/// What systemd is told of a trace: that it is ready, that it lives, and its counts.
///
/// It lives as long as the pipeline calls it, on its thread: a pipeline that stands still is restarted by the watchdog.
final class ServiceStatus: TraceObserver {
  private let manager: ServiceManager
  /// Nanoseconds between two messages.
  private let interval: Int64
  /// On the boot clock.
  private var next: Int64 = 0
  private var tier = Tier.cgroup

  /// Nanoseconds after which the counts are sent again, where no watchdog wants it sooner.
  private static let refreshInterval: Int64 = 10_000_000_000

  init(_ manager: ServiceManager) {
    self.manager = manager
    interval = min(Self.refreshInterval, (manager.watchdog ?? .max) / 2)
  }

  /// Nil when systemd has not started this process, or waits for no message.
  static func current() -> ServiceStatus? {
    do throws(Errno) {
      return try ServiceManager().map(ServiceStatus.init)
    } catch {
      Terminal.write(
        "querent: can't connect to NOTIFY_SOCKET: \(error): the service manager learns nothing\n", to: 2)
      return nil
    }
  }

  /// The trace runs.
  func begin(_ tier: Tier) {
    self.tier = tier
    next = Clock.boot() + interval
    manager.send(["READY=1", status(Ledger())])
  }

  var isDue: Bool { Clock.boot() >= next }

  func observe(_ ledger: Ledger) {
    next = Clock.boot() + interval
    manager.send((manager.watchdog == nil ? [] : ["WATCHDOG=1"]) + [status(ledger)])
  }

  /// The trace has ended.
  func end() { manager.send(["STOPPING=1"]) }

  private func status(_ ledger: Ledger) -> String {
    "STATUS=Tracing (tier \(tier.rawValue)): \(ledger.messages) messages, \(ledger.lost) packets lost"
  }
}
