import Correlation
import Formats
import HostSystem
import TestHistories
import Testing
import TraceModel
import Traffic
import TracePipeline

@testable import History

/// What a subscriber hands to its writer, and when.
struct HistorySubscriberTests {
  @Test func `what found no room in the queue follows as soon as there is some, not a second later`() throws {
    let history = try TestHistory()
    let writer = HistoryWriter { _ in }
    let subscriber = HistorySubscriber(to: writer, interfaces: InterfaceNames())
    var exchange = TestExchange()
    // More transactions than the queue holds, while no thread takes them.
    for _ in 0..<40 {
      exchange.time += 1_000_000_000
      let now = Timestamp(nanoseconds: exchange.time)
      subscriber.receive(try exchange.stored().view, at: now)
      subscriber.advance(to: now)
    }
    let waiting = writer.outstanding.queued
    #expect(waiting < subscriber.ledger.written)
    try writer.start(
      history.directory,
      TraceIdentity(host: Host(name: "here"), version: "test", started: Timestamp(nanoseconds: 0)),
      Retention(),
      overflowPolicy: .wait { false })
    subscriber.advance(to: Timestamp(nanoseconds: exchange.time + 1_000_000))
    #expect(writer.finish().messages == 0)
    let day = "\(Day(of: Timestamp(nanoseconds: exchange.time))).sqlite"
    #expect(try history.sqlite(day, "SELECT count(*) FROM exchange") == "40\n")
  }
}
