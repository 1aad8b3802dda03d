import Correlation
package import Formats
import SQLite
import TraceModel

/// Follows a history while it is written: what was added since it was asked last, or a sample of that.
package struct HistoryTail: Sendable {
  /// The exchange that was seen last; nil before the first one.
  package private(set) var last: ExchangeID?

  /// What was added.
  package struct Addition: Sendable {
    /// In the order in which they ended; as many as were wanted at most, evenly spread over those that were added.
    package var entries: [ExchangePage.Entry] = []
    /// Those that the query names, with those that are not among `entries`.
    package var count = 0
  }

  /// Begins at the end of a history.
  package init(_ reader: HistoryReader) throws(HistoryProblem) {
    last = try reader.newest
  }

  package mutating func read(
    _ reader: HistoryReader, _ query: HistoryQuery, most: Int, clockOffsets: ClockOffsets = ClockOffsets()
  ) throws(HistoryProblem) -> Addition {
    var addition = Addition()
    var sample = SparseSample<ExchangePage.Entry>(room: most)
    let isEverything = query.isEverything
    let told = query.told.isEmpty ? nil : try reader.names(told: query.told)
    var newest = last
    for day in reader.days where day >= last?.day ?? day {
      try reader.withDay(day) { (reader) throws(SQLiteError) in
        let first = last?.day == day ? (last?.number ?? 0) + 1 : 1
        let end = try reader.database.number("SELECT max(last) FROM block") ?? 0
        guard end >= first else { return }
        newest = ExchangeID(day, end)
        guard let names = try reader.collectNames(query, told: told) else { return }
        let hosts = try reader.hosts(clockOffsets)
        // Ids follow each other without gaps, so without conditions only those that are shown are read.
        let ids =
          isEverything ? sample.add(first...end) : try reader.candidates(query, names, first...end)
        if isEverything { addition.count += Int(clamping: end - first + 1) }
        for id in ids {
          guard let row = try reader.row(id) else { continue }
          if !isEverything {
            guard query.matches(row.exchange) else { continue }
            addition.count += 1
          }
          let entry = ExchangePage.Entry(
            id: ExchangeID(day, id), exchange: row.exchange,
            host: row.host(among: hosts, clockOffsets))
          if isEverything { addition.entries.append(entry) } else { sample.add(entry) }
        }
      }
    }
    last = newest
    if !isEverything { addition.entries = sample.elements }
    return addition
  }
}

extension HistoryReader {
  /// The exchange that was written last.
  package var newest: ExchangeID? {
    get throws(HistoryProblem) {
      var newest: ExchangeID?
      for day in days.reversed() where newest == nil {
        try withDay(day) { (reader) throws(SQLiteError) in
          newest = try reader.database.number("SELECT max(last) FROM block").map { ExchangeID(day, $0) }
        }
      }
      return newest
    }
  }
}

extension DayReader {
  fileprivate func candidates(
    _ query: HistoryQuery, _ names: WantedNames, _ range: ClosedRange<Int64>
  ) throws(SQLiteError) -> [Int64] {
    _ = try spans(query, names)
    var select = try database.prepare(
      "SELECT id FROM exchange WHERE id BETWEEN ?1 AND ?2" + query.conditions(names))
    select.bind(1, range.lowerBound)
    select.bind(2, range.upperBound)
    var ids: [Int64] = []
    while try select.step() { ids.append(select.number(0)) }
    return ids
  }
}

/// A bounded number of elements, evenly spread over all that were added.
struct SparseSample<Element> {
  private(set) var elements: [Element] = []
  private let room: Int
  /// Of so many, one is kept.
  private var stride = 1
  private var count = 0

  init(room: Int) { self.room = max(1, room) }

  mutating func add(_ element: Element) {
    defer { count += 1 }
    guard count.isMultiple(of: stride) else { return }
    if elements.count == room {
      elements = elements.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
      stride *= 2
      guard count.isMultiple(of: stride) else { return }
    }
    elements.append(element)
  }

  /// Which of the numbers in a range to take, so that there is room for them.
  func add(_ range: ClosedRange<Int64>) -> [Int64] {
    let count = range.upperBound - range.lowerBound + 1
    let most = Int64(room)
    guard count > most else { return Array(range) }
    return (0..<most).map { range.lowerBound + $0 * count / most }
  }
}
