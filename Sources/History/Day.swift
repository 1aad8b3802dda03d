import Formats
package import TraceModel

/// A day in UTC, by its number since 1970-01-01: the name of its file begins with it.
package struct Day: Hashable, Comparable, Sendable {
  package let number: Int64

  package init(number: Int64) { self.number = number }

  package init(of time: Timestamp) {
    let (days, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: Self.length)
    number = rest < 0 ? days - 1 : days
  }

  package var start: Timestamp {
    let (product, isTooMuch) = number.multipliedReportingOverflow(by: Self.length)
    return Timestamp(nanoseconds: isTooMuch ? (number < 0 ? .min : .max) : product)
  }

  /// Nanoseconds.
  package static let length: Int64 = 86_400_000_000_000

  package static func < (left: Day, right: Day) -> Bool { left.number < right.number }

  /// Nil where there is no such day. The algorithm is Howard Hinnant's `days_from_civil`: eras of 400 years from the first
  /// of March.
  package init?(year: Int64, month: Int64, day: Int64) {
    guard 1...12 ~= month, 1...31 ~= day, 0...9999 ~= year else { return nil }
    let shifted = month <= 2 ? year + 399 : year + 400
    let era = shifted / 400 - 1
    let yearOfEra = shifted % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    self.init(number: era * 146_097 + dayOfEra - 719_468)
    // The 31st of a shorter month is another day.
    guard description.hasSuffix(day < 10 ? "0\(day)" : "\(day)") else { return nil }
  }
}

extension Day: CustomStringConvertible {
  /// `2026-11-29`.
  package var description: String { CompactTime.date(start) }

  /// Reads `description`.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2],
      parts.allSatisfy({ $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
      let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  static let suffix = ".sqlite"

  var fileName: String { description + Self.suffix }

  /// The day of a file; nil for all other names.
  init?(fileName: String) {
    guard fileName.hasSuffix(Self.suffix) else { return nil }
    self.init(fileName.dropLast(Self.suffix.count))
  }
}
