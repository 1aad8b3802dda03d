import History
import HostSystem
import Lab
import StrictJSON
import TestHistories
import Traffic

@testable import ExportBatches

/// A destination of a history: what it has received, and the queue that sends to it.
final class TestDestination {
  let history: TestHistory
  private let limits: ExportQueue.Limits
  private var queue: ExportQueue?
  /// The names of the exchanges that are confirmed.
  private(set) var names: [String] = []
  private(set) var tokens: [String] = []

  init(_ history: TestHistory, exchanges: Int = 100, octets: Int = 1 << 20) throws {
    self.history = history
    var limits = ExportQueue.Limits()
    (limits.exchanges, limits.octets) = (exchanges, octets)
    self.limits = limits
    try restart()
  }

  var state: String { history.folder.path("state") }

  /// As after a crash: what is not on the disk is gone.
  func restart() throws {
    queue = nil
    queue = try ExportQueue(
      history: history.directory.path, state: state, name: "test", .ndjson, limits: limits)
  }

  func next() throws -> ExportBatch? { try queue?.next() ?? nil }

  func confirm(_ batch: ExportBatch) throws {
    names += try batch.names
    tokens.append(batch.token)
    try queue?.confirm(batch)
  }

  /// Sends what waits; gives the number of batches.
  @discardableResult
  func receiveAll() throws -> Int {
    var count = 0
    while let batch = try next() {
      try confirm(batch)
      count += 1
    }
    return count
  }

  var backlog: ExportQueue.Backlog { queue?.backlog ?? .init() }
  var problem: ExportProblem? { queue?.problem }
}

extension ExportBatch {
  /// Those of the questions in its lines.
  var names: [String] {
    get throws {
      try body.split(separator: UInt8(ascii: "\n")).map { line in
        guard case .object(let record) = try StrictJSON.parse(line).value,
          case .object(let dns)? = record["dns"],
          case .object(let question)? = dns["question"], case .string(let name)? = question["name"]
        else { throw LabError("no question in \(String(decoding: line, as: UTF8.self))") }
        return name
      }
    }
  }
}

extension TestExchange {
  /// - Parameter day: after that of the other tests.
  init(_ name: String, day: Int64 = 0) {
    self.init()
    self.name = name
    time += day * Day.length
  }

  /// Numbered ones of a day.
  static func some(_ count: Int, _ name: String = "n", day: Int64 = 0) -> [TestExchange] {
    (0..<count).map { TestExchange("\(name)\($0).test", day: day) }
  }
}

extension [TestExchange] {
  var names: [String] { map(\.name) }
}
