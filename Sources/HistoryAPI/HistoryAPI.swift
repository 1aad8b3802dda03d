import Bytes
import Correlation
import Formats
import History
import HostSystem
import SoftwareVersion
import Statistics
import TraceModel

/// Answers requests from a history. It reads nothing else but the file of a trace's metrics, and it writes nothing.
///
/// Every function blocks the thread that calls it, for `patience` at most.
public struct HistoryAPI: Sendable {
  private let path: String
  let metricsFile: String?
  let version: String
  let offsets = ClockOffsets(Clock.offsets())

  /// How long a request may search, in nanoseconds; then it answers with what it has found, and says so.
  static let patience: Int64 = 3_000_000_000

  /// The version of querent and of its server.
  public static let softwareVersion = SoftwareVersion.current

  /// - Parameters:
  ///   - path: the directory of the history.
  ///   - metricsFile: what the trace writes with `--metrics`.
  public init(history path: String, metricsFile: String?, version: String) {
    self.path = path
    self.metricsFile = metricsFile
    self.version = version
  }

  /// Answers all routes but `live` and `export`.
  ///
  /// - Parameter query: what follows the question mark, percent-encoded.
  public func reply(to route: Route, query text: String) -> APIReply {
    do throws(APIProblem) {
      let query = try query(text, for: route)
      switch route {
      case .exchanges: return try exchanges(query)
      case .exchange(let id): return try exchange(id)
      case .series: return try series(query)
      case .overview: return try overview(query)
      case .health: return try health(query)
      case .live, .export:
        throw APIProblem(500, "This route has an answer without an end", "Ask for it as a stream")
      }
    } catch {
      return APIReply(problem: error)
    }
  }

  /// Why no history can be read at the moment; nil when one can.
  public var problem: APIProblem? {
    do throws(APIProblem) {
      _ = try open()
      return nil
    } catch {
      return error
    }
  }

  func open() throws(APIProblem) -> HistoryReader {
    let directory: GuardedDirectory
    do throws(GuardedDirectory.Refusal) {
      directory = try GuardedDirectory(path)
    } catch {
      throw APIProblem(
        503, "There is no history to read",
        "A trace with --history writes one; the server must be allowed to read its directory")
    }
    do throws(HistoryProblem) { return try HistoryReader(directory) } catch { throw APIProblem(error) }
  }

  /// What `body` gives; what goes wrong with the history is the caller's answer.
  func reading<Value>(
    _ body: (HistoryReader) throws(HistoryProblem) -> Value
  ) throws(APIProblem) -> Value {
    let reader = try open()
    do throws(HistoryProblem) { return try body(reader) } catch { throw APIProblem(error) }
  }

  func query(_ text: String, for route: Route) throws(APIProblem) -> APIQuery {
    try APIQuery(text, names: route.parameters, now: Clock.wall()) { name in
      do throws(APIProblem) {
        return try reading { (reader) throws(HistoryProblem) in try reader.uid(of: name) }
      } catch {
        return nil
      }
    }
  }

  /// Says when a request has searched long enough.
  struct Deadline {
    private let end = Clock.boot() + HistoryAPI.patience

    var isOver: Bool { Clock.boot() >= end }
  }
}

// MARK: Exchanges

extension HistoryAPI {
  private func exchanges(_ query: APIQuery) throws(APIProblem) -> APIReply {
    let most = try query.number("limit", 1...500, otherwise: 100)
    var bound: ExchangeID?
    if let text = try query.one("before") {
      guard let id = ExchangeID(text) else {
        throw .parameter("before", "Give what an earlier answer has as next")
      }
      bound = id
    }
    let deadline = Deadline()
    let page = try reading { (reader) throws(HistoryProblem) in
      try reader.page(query.history, before: bound, most: most, clockOffsets: offsets) { deadline.isOver }
    }
    return APIReply(
      JSONOutput.document { json in
        json.array("exchanges", of: page.entries) { $0.entry($1) }
        json.known("next", page.next?.description)
        json.flag("partial", page.isPartial)
      })
  }

  private func exchange(_ text: String) throws(APIProblem) -> APIReply {
    let missing = APIProblem(
      404, "There is no such exchange",
      "It may have been deleted with its day (--history-keep, --history-size)")
    guard let id = ExchangeID(text) else { throw missing }
    let found = try reading { (reader) throws(HistoryProblem) in
      try reader.exchange(id, clockOffsets: offsets)
    }
    guard let found else { throw missing }
    return APIReply(
      JSONOutput.document { json in
        json.members(of: found)
        json.object("wire") { json in
          if let query = found.exchange.query { json.message("query", query) }
          if let answer = found.exchange.answer { json.message("answer", answer) }
        }
      })
  }
}

extension JSONOutput {
  mutating func entry(_ entry: ExchangePage.Entry) { object { $0.members(of: entry) } }

  mutating func members(of entry: ExchangePage.Entry) {
    text("id", entry.id.description)
    var format = JSONFormat(host: entry.host)
    var record = ByteWriter(room: 2048)
    format.encode(entry.exchange.view, sequence: UInt64(clamping: entry.id.number), to: &record)
    self.record("record", record)
  }
}

// MARK: Metrics

extension HistoryAPI {
  /// What a trace has written with `--metrics`; nil when there is no such file.
  public static func metrics(_ path: String) -> [UInt8]? { MetricsFile.octets(path) }
}
