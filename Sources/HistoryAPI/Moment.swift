import History
import TraceModel

/// Moments as the API reads them: RFC 3339, in UTC.
enum Moment {
  /// Reads a moment as RFC 3339 has it, with any number of digits in the fraction; nil for all else.
  static func time(_ text: String) -> Timestamp? {
    guard text.utf8.count <= 40, text.hasSuffix("Z") else { return nil }
    let parts = text.dropLast().split(separator: "T", omittingEmptySubsequences: false)
    guard parts.count == 2, let day = Day(parts[0]), (0..<253_402_300_800).contains(seconds(day)) else {
      return nil
    }
    let clock = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    let fields = clock[0].split(separator: ":", omittingEmptySubsequences: false)
    guard clock.count <= 2, fields.count == 3, fields.allSatisfy({ $0.utf8.count == 2 && isDigits($0) }),
      let hour = Int64(fields[0]), let minute = Int64(fields[1]), let second = Int64(fields[2]),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var nanoseconds: Int64 = 0
    if clock.count == 2 {
      guard !clock[1].isEmpty, isDigits(clock[1]) else { return nil }
      let digits = clock[1].prefix(9)
      guard let number = Int64(digits + String(repeating: "0", count: 9 - digits.utf8.count)) else {
        return nil
      }
      nanoseconds = number
    }
    let whole = seconds(day) + hour * 3600 + minute * 60 + second
    let (product, isTooMuch) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    return isTooMuch ? nil : Timestamp(nanoseconds: product).advanced(byNanoseconds: nanoseconds)
  }

  /// Nanoseconds of `90s`, `30m`, `2h`, `7d`; nil for all else.
  static func duration(_ text: String) -> Int64? {
    let units: [(String, Int64)] = [
      ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
      ("d", 86_400_000_000_000),
    ]
    for (unit, length) in units where text.hasSuffix(unit) {
      let digits = text.dropLast(unit.count)
      guard isDigits(digits), digits.utf8.count <= 9, let number = Int64(digits), number > 0 else { continue }
      let (product, isTooMuch) = number.multipliedReportingOverflow(by: length)
      return isTooMuch ? nil : product
    }
    return nil
  }

  private static func seconds(_ day: Day) -> Int64 { day.number * 86_400 }

  private static func isDigits(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { 0x30...0x39 ~= $0 }
  }
}
