import TraceModel

/// Names one exchange of a history, permanently: the day of its file and its number in it. Exchanges are numbered in the order in
/// which they ended.
package struct ExchangeID: Hashable, Comparable, Sendable {
  package let day: Day
  package let number: Int64

  package init(_ day: Day, _ number: Int64) {
    self.day = day
    self.number = number
  }

  package static func < (left: ExchangeID, right: ExchangeID) -> Bool {
    (left.day, left.number) < (right.day, right.number)
  }
}

extension ExchangeID: CustomStringConvertible {
  /// `2026-11-29.17`
  package var description: String { "\(day).\(number)" }

  /// Reads `description`.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let day = Day(parts[0]), let number = Int64(parts[1]), number > 0,
      "\(number)" == parts[1]
    else { return nil }
    self.init(day, number)
  }
}
