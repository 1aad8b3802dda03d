import ArgumentParser
import History
import HostSystem
import TraceModel

/// Options that name a span of time.
struct TimeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "From this moment on: 2026-11-29, 2026-11-29T08:30, 08:30, yesterday, today; local time, with Z UTC.",
      valueName: "moment"))
  var since: MomentArgument?

  @Option(help: ArgumentHelp("Up to this moment.", valueName: "moment"))
  var until: MomentArgument?

  @Option(help: ArgumentHelp("The last so much time: 30m, 2h, 7d.", valueName: "time"))
  var last: DurationArgument?

  func validate() throws {
    if last != nil, since != nil { throw ValidationError("--last and --since exclude each other.") }
  }

  /// - Parameter now: nanoseconds since the epoch.
  func range(now: Int64) throws(Failure) -> (since: Timestamp?, until: Timestamp?) {
    let now = Timestamp(nanoseconds: now)
    let offset = { (seconds: Int64) in Clock.offset(at: seconds) }
    let since = last.map { now.advanced(byNanoseconds: -$0.nanoseconds) } ?? since?.moment(now, offset)
    let until = until?.moment(now, offset)
    if let since, let until, until < since {
      throw Failure("--until is before the start", advice: "exchange the two moments", code: .usage)
    }
    return (since, until)
  }
}

/// A moment on the command line.
struct MomentArgument: ExpressibleByArgument, Equatable {
  private enum Date: Equatable { case on(Day), daysAgo(Int64) }

  private let date: Date
  /// Seconds since midnight.
  private let second: Int64
  private let isUTC: Bool

  init?(argument: String) {
    var text = argument[...]
    isUTC = text.hasSuffix("Z")
    if isUTC { text.removeLast() }
    switch text {
    case "today", "yesterday":
      date = .daysAgo(text == "today" ? 0 : 1)
      second = 0
      return
    default: break
    }
    let parts = text.split(separator: text.contains("T") ? "T" : " ", omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2 else { return nil }
    if let day = Day(first) {
      guard let second = parts.count == 2 ? Self.second(parts[1]) : 0 else { return nil }
      (date, self.second) = (.on(day), second)
    } else {
      guard parts.count == 1, let second = Self.second(first) else { return nil }
      (date, self.second) = (.daysAgo(0), second)
    }
  }

  /// `08:30` or `08:30:15`.
  private static func second(_ text: Substring) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, parts.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
    let numbers = parts.compactMap { UInt8($0) }
    guard numbers.count == parts.count, numbers[0] < 24, numbers.dropFirst().allSatisfy({ $0 < 60 }) else {
      return nil
    }
    return Int64(numbers[0]) * 3600 + Int64(numbers[1]) * 60 + Int64(numbers.count == 3 ? numbers[2] : 0)
  }

  /// - Parameter offset: of the local clock from UTC, in seconds, at a moment in seconds since the epoch.
  func moment(_ now: Timestamp, _ offset: (Int64) -> Int64) -> Timestamp {
    let offset = isUTC ? { _ in 0 } : offset
    let day: Day
    switch date {
    case .on(let named): day = named
    case .daysAgo(let days):
      let seconds = offset(now.nanoseconds / 1_000_000_000)
      day = Day(number: Day(of: now.advanced(byNanoseconds: seconds * 1_000_000_000)).number - days)
    }
    let clock = day.start.nanoseconds / 1_000_000_000 + second
    // The clock's own offset at that moment: found from that of the clock's reading, and once more from the result.
    let seconds = clock - offset(clock - offset(clock))
    let (product, isTooMuch) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return Timestamp(nanoseconds: isTooMuch ? .max : product)
  }
}
