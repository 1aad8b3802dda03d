/// How long to wait before the next attempt: twice as long as before, up to a minute, less a random part, so that the hosts of a
/// fleet do not return at the same moment.
package struct Backoff: Sendable {
  private var attempts = 0

  package static let first = Duration.seconds(1)
  package static let longest = Duration.seconds(60)

  package init() {}

  /// - Parameters:
  ///   - wanted: what the destination has asked for.
  ///   - random: from 0 to 1.
  package mutating func next(atLeast wanted: Duration? = nil, random: Double) -> Duration {
    let whole = min(Self.longest, Self.first * (1 << min(attempts, 6)))
    attempts += 1
    let jittered = Self.jittered(whole, random: random)
    guard let wanted else { return jittered }
    return max(min(wanted, .seconds(3600)), jittered)
  }

  /// Less a random part, at most half.
  static func jittered(_ whole: Duration, random: Double) -> Duration {
    whole * (0.5 + 0.5 * min(1, max(0, random)))
  }

  package mutating func reset() { attempts = 0 }
}
