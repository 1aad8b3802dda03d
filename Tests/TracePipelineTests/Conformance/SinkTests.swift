import HostSystem
import Lab
import Testing

/// Every sink runs `SinkConformance` under every condition that applies to it.
@Suite(.enabled(if: Requirements.isRoot, "needs root, for a small file system"))
struct SinkTests {
  private static let all = SinkCase.all.flatMap { sink in sink.conditions.map { (sink, $0) } }

  private static func run(
    _ sink: SinkCase, _ condition: SinkCondition, _ policy: OverflowPolicy = .refuse
  ) throws -> SinkConformance.Outcome {
    let folder = try Folder()
    return try PrivateThread.run {
      if condition == .full { try PrivateThread.mountFileSystem(at: folder.path(""), octets: 64 << 10) }
      return try SinkConformance.run(sink, condition, folder.path(""), policy)
    }
  }

  @Test(arguments: all)
  func `every sink passes the whole suite:`(_ sink: SinkCase, _ condition: SinkCondition) throws {
    let outcome = try Self.run(sink, condition)
    #expect(SinkConformance.broken(sink, condition, outcome) == [], "\(outcome.description)")
  }

  @Test(arguments: SinkCase.all)
  func `a caller that waits for space loses nothing, for any limit of the queue:`(_ sink: SinkCase) throws {
    let outcome = try Self.run(sink, .reads, .wait(until: { false }))
    #expect(SinkConformance.broken(sink, .reads, outcome) == [], "\(outcome.description)")
  }

  @Test(arguments: all.filter { $0.1 != SinkCondition.reads })
  func `a caller that stops waiting is not blocked, and the ledger balances:`(
    _ sink: SinkCase, _ condition: SinkCondition
  ) throws {
    let outcome = try Self.run(sink, condition, .wait(until: { true }))
    #expect(SinkConformance.broken(sink, condition, outcome) == [], "\(outcome.description)")
  }

  @Test(arguments: SinkCase.all.filter { $0.canReopen })
  func `a reopened sink continues where the previous one ended:`(_ sink: SinkCase) throws {
    let folder = try Folder()
    let path = folder.path("")
    let outcomes = try PrivateThread.run {
      try [0, 6000].map { try SinkConformance.run(sink, .reads, path, .refuse, from: $0) }
    }
    #expect(SinkConformance.broken(sink, .reads, outcomes[0]) == [], "\(outcomes[0].description)")
    let all = outcomes[1].delivered
    // A collector keeps all frames that it received; a file contains both runs.
    #expect(all == Array((sink.mayReconnect ? 6000 : 0)..<12000))
    #expect(outcomes[1].lost == 0 && outcomes[1].error == nil)
  }
}

extension SinkConformance.Outcome {
  var description: String {
    "offered \(offered), accepted \(accepted), delivered \(delivered.count), whole \(isWhole), lost \(lost), "
      + "error \(error.map { "\($0)" } ?? "none"), closed \(isClosed), after the end \(acceptsAfterEnd), "
      + "\(seconds) s"
  }
}
