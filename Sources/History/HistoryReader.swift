import Correlation
import DNSWire
import Formats
package import HostSystem
import SQLite
import TraceModel

/// A history, open for reading: day after day.
package struct HistoryReader: Sendable {
  let directory: GuardedDirectory
  package let days: [Day]

  /// Throws if there is no library; a history without days is empty.
  package init(_ directory: GuardedDirectory) throws(HistoryProblem) {
    do throws(SQLiteError) {
      try Database.load()
    } catch {
      throw HistoryProblem(error)
    }
    self.directory = directory
    days = directory.names.compactMap(Day.init(fileName:)).sorted()
  }

  package var isEmpty: Bool { days.isEmpty }

  /// Gives each exchange that the query names to `body`, in the order in which they ended, until that returns false. The filter
  /// is not asked: that is for each subscriber.
  func read(
    _ query: HistoryQuery, trace: (borrowing DayReader) throws(SQLiteError) -> Void,
    _ body: (borrowing HistoryRow, Day) -> Bool
  ) throws(HistoryProblem) {
    var isGoing = true
    try forEachDay(of: query, while: { isGoing }) { (reader, names) throws(SQLiteError) in
      try trace(reader)
      let day = reader.day
      try reader.read(query, names) { row in
        guard query.told.isEmpty || row.exchange.isTold(anyOf: query.told) else { return true }
        isGoing = body(row, day)
        return isGoing
      }
    }
  }

  /// Lends the file of a day; nothing happens when it has gone meanwhile, or nothing is in it yet.
  func withDay(_ day: Day, _ body: (inout DayReader) throws(SQLiteError) -> Void) throws(HistoryProblem) {
    guard directory.size(of: day.fileName) > 0 else { return }
    do throws(SchemaError) {
      var reader = try DayReader(directory.path(day.fileName), day)
      do throws(SQLiteError) {
        try body(&reader)
      } catch {
        throw .failed(error)
      }
    } catch {
      // It was made a moment ago, and nothing is in it.
      guard error != .older(0) else { return }
      throw HistoryProblem(error)
    }
  }

  /// Lends the roll-up; nothing happens when there is none.
  func withRollUp(_ body: (borrowing Database) throws(SQLiteError) -> Void) throws(HistoryProblem) {
    guard directory.size(of: RollUp.fileName) > 0 else { return }
    do throws(SchemaError) {
      let database = try Database.reading(directory.path(RollUp.fileName), .rollUp)
      do throws(SQLiteError) {
        try body(database)
      } catch {
        throw .failed(error)
      }
    } catch {
      guard error != .older(0) else { return }
      throw HistoryProblem(error)
    }
  }

  /// The names in whose answers one of the addresses was.
  func names(told addresses: Set<IPAddress>) throws(HistoryProblem) -> [String] {
    var names: [String] = []
    try withRollUp { (database) throws(SQLiteError) in
      var select = try database.prepare(
        "SELECT DISTINCT text FROM told JOIN name ON name.id = told.name WHERE address = ?1")
      for address in addresses {
        select.bind(1, text: address.description)
        while try select.step() { names.append(select.text(0)) }
      }
    }
    return names
  }
}

extension StoredExchange {
  /// Whether an answer holds one of the addresses.
  func isTold(anyOf addresses: Set<IPAddress>) -> Bool {
    guard let answer else { return false }
    return answer.message.view.answers.contains { IPAddress($0).map(addresses.contains) ?? false }
  }
}

// MARK: Who traced

extension DayReader {
  /// The hosts of the traces of this day, by their ids.
  func hosts(_ clockOffsets: ClockOffsets) throws(SQLiteError) -> [Int64: Host] {
    var hosts: [Int64: Host] = [:]
    var select = try database.prepare("SELECT id, host, machine, boot, boot_time, tier FROM trace")
    while try select.step() {
      hosts[select.number(0)] = Host(
        name: select.optionalText(1), machineID: select.optionalText(2), bootID: select.optionalText(3),
        bootTime: Timestamp(nanoseconds: select.number(4)), tier: select.optionalText(5),
        clockOffsets: clockOffsets)
    }
    return hosts
  }
}
