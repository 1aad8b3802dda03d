package import TraceModel
import Formats

/// When one file of a series ends and the next begins. It has no clock: the caller gives the time.
package struct Rotation: Sendable {
  /// What ends a file.
  package enum Limit: Sendable, Equatable {
    /// The record with which it reaches this number of octets is its last.
    case octets(Int)
    /// It holds the records of one period of this many nanoseconds since the epoch: with an hour, of one hour
    /// in UTC.
    case period(Int64)
  }

  private let limits: [Limit]
  private let names: SeriesName
  private var octets = 0
  private var opened: Timestamp?
  /// The number of the last file.
  private var number: Int

  /// - Parameter number: the highest number of an existing file, so that none is replaced.
  package init(_ limits: [Limit], names: SeriesName, after number: Int) {
    self.limits = limits
    self.names = names
    self.number = number
  }

  package var isOpen: Bool { opened != nil }

  /// Whether the open file must end before the next record.
  package func isDue(at now: Timestamp) -> Bool {
    guard let opened else { return false }
    return limits.contains { limit in
      switch limit {
      case .octets(let most): octets >= most
      // A clock that is set back ends no file.
      case .period(let period): now > opened && now.nanoseconds / period != opened.nanoseconds / period
      }
    }
  }

  /// Begins a file, and returns its name.
  package mutating func open(at now: Timestamp) -> String {
    opened = now
    octets = 0
    number += 1
    return names.name(at: now, number: number)
  }

  package mutating func wrote(_ octets: Int) { self.octets += octets }

  package mutating func close() { opened = nil }
}

/// The names of a series: `dns.json` makes `dns-20261122T100333Z-00001.json`.
package struct SeriesName: Sendable {
  /// As given to `--output`.
  package let path: String
  private let start: String
  private let end: String

  package init(_ path: String) {
    self.path = path
    let slash = path.lastIndex(of: "/")
    let file = slash.map { path[path.index(after: $0)...] } ?? path[...]
    // A leading dot does not start an extension.
    let dot = file.dropFirst().lastIndex(of: ".") ?? file.endIndex
    start = file[..<dot] + "-"
    end = String(file[dot...])
  }

  /// - Parameters:
  ///   - time: of the first record.
  ///   - number: increases from file to file.
  package func name(at time: Timestamp, number: Int) -> String {
    start + CompactTime.text(time) + "-" + Self.digits(number) + end
  }

  private static func digits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  /// The same name with the next number; nil for all other names.
  package func next(_ name: String) -> String? {
    guard let number = number(name), number < Int.max, let dash = name.dropLast(end.count).lastIndex(of: "-")
    else {
      return nil
    }
    return String(name[...dash]) + Self.digits(number + 1) + end
  }

  /// The number in a name of this series; nil for all other names.
  package func number(_ name: String) -> Int? {
    guard name.hasPrefix(start), name.hasSuffix(end), name.utf8.count > start.utf8.count + end.utf8.count
    else {
      return nil
    }
    let parts = name.dropFirst(start.count).dropLast(end.count)
      .split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, CompactTime.matches(parts[0]), parts[1].utf8.count >= 5,
      parts[1].utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Int(parts[1])
  }
}
