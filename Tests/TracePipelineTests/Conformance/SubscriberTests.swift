import Lab
import Testing

/// Every subscriber that writes runs `SubscriberConformance` with every sink it can write to.
@Suite(.enabled(if: Requirements.isRoot, "needs root, for a small file system"))
struct SubscriberTests {
  private static let sinks = SinkCase.all.flatMap { sink in sink.conditions.map { (sink, $0) } }

  @Test(arguments: SubscriberCase.all)
  func `every subscriber passes the whole suite with every sink:`(_ subscriber: SubscriberCase) throws {
    for (sink, condition) in Self.sinks where subscriber.suits(sink) {
      let folder = try Folder()
      let outcome = try PrivateThread.run {
        if condition == .full { try PrivateThread.mountFileSystem(at: folder.path(""), octets: 16 << 10) }
        return try SubscriberConformance.run(subscriber, sink, condition, folder.path(""))
      }
      #expect(
        SubscriberConformance.broken(condition, outcome) == [],
        "\(sink.name), \(condition.rawValue): \(outcome.ledger), \(outcome.files.map(\.count))")
    }
  }
}
