import Correlation
package import Formats
package import History
package import HostSystem
package import Lab
package import TraceModel
package import TracePipeline
package import Traffic

/// A history in a directory of its own.
package final class TestHistory {
  package let folder: Folder
  package let directory: GuardedDirectory
  package var retention = Retention()
  package let interfaces = InterfaceNames()

  package init() throws {
    folder = try Folder()
    directory = try GuardedDirectory(creating: folder.path("history"), readableBy: "")
  }

  /// Stores exchanges, in one transaction for each group; gives the subscriber's ledger.
  ///
  /// - Parameter started: when the trace has started, in nanoseconds since the epoch.
  @discardableResult
  package func store(
    _ groups: [[TestExchange]], host: Host = Host(name: "here"), started: Int64 = 0
  ) throws -> SubscriberLedger {
    let writer = HistoryWriter { _ in }
    let subscriber = HistorySubscriber(to: writer, interfaces: interfaces)
    try writer.start(
      directory, TraceIdentity(host: host, version: "test", started: Timestamp(nanoseconds: started)),
      retention,
      overflowPolicy: .wait { false })
    var now = Timestamp(nanoseconds: 0)
    for group in groups {
      for exchange in group {
        now = Timestamp(nanoseconds: exchange.time + 1_000_000)
        // In a statement of its own: the compiler destroys what a call that throws has not made.
        let stored = try exchange.stored()
        subscriber.receive(stored.view, at: now)
      }
      subscriber.advance(to: now)
      // The next group is another second's.
      subscriber.advance(to: now.advanced(byNanoseconds: 2_000_000_000))
    }
    subscriber.finish()
    subscriber.ledger.lose(writer.finish().messages)
    return subscriber.ledger
  }

  /// What the sqlite3 client prints.
  package func sqlite(_ file: String, _ text: String, isReading: Bool = true) throws -> String {
    let client = try Running(["sqlite3"] + (isReading ? ["-readonly"] : []) + [directory.path(file), text])
    guard client.wait() == 0 else { throw LabError(client.errorText) }
    return client.text
  }
}
