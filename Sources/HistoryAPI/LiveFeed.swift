import Formats
import History
import HostSystem
import ProcFS
import TraceModel

/// What is added to a history, as server-sent events: ask for `next` once per second.
public struct LiveFeed: Sendable {
  private let api: HistoryAPI
  private let query: HistoryQuery
  private var tail: HistoryTail

  /// Exchanges of one event; more are sampled.
  static let most = 100

  /// - Parameter query: what follows the question mark.
  public init(_ api: HistoryAPI, query text: String) throws(APIProblem) {
    self.api = api
    query = try api.query(text, for: .live).history
    tail = try api.reading { (reader) throws(HistoryProblem) in try HistoryTail(reader) }
  }

  /// The next event: `exchanges`, also when nothing was added, so that a reader hears that the server runs; or `problem`.
  public mutating func next() -> [UInt8] {
    do throws(APIProblem) {
      return try read()
    } catch {
      return Self.event("problem", APIReply(problem: error).body)
    }
  }

  private mutating func read() throws(APIProblem) -> [UInt8] {
    let addition = try api.reading { (reader) throws(HistoryProblem) in
      try tail.read(reader, query, most: Self.most, clockOffsets: api.offsets)
    }
    return Self.event(
      "exchanges",
      JSONOutput.document { json in
        json.number("count", addition.count)
        json.array("exchanges", of: addition.entries) { $0.entry($1) }
        json.time("now", Timestamp(nanoseconds: Clock.wall()))
        let written = api.metricsFile.flatMap(ProcFS.modified)
        json.time("metrics_written", written.map(Timestamp.init(nanoseconds:)))
      })
  }

  /// - Parameter data: one line, with its end.
  private static func event(_ name: String, _ data: [UInt8]) -> [UInt8] {
    Array("event: \(name)\ndata: ".utf8) + data + [UInt8(ascii: "\n")]
  }
}
