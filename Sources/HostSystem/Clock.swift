import Glibc

/// The host's clocks, in nanoseconds.
package enum Clock {
  /// Since boot, suspended time included (CLOCK_BOOTTIME): the clock of the kernel programs' time stamps.
  package static func boot() -> Int64 { read(CLOCK_BOOTTIME) }

  /// Since the Unix epoch.
  package static func wall() -> Int64 { read(CLOCK_REALTIME) }

  /// The wall clock's time at which the boot clock was zero.
  ///
  /// The best of a few attempts: the one with the least time between the two readings.
  package static func bootTime() -> Int64 {
    var best = Int64.max
    var result: Int64 = 0
    for _ in 0..<5 {
      let before = boot()
      let wall = wall()
      let after = boot()
      if after - before < best {
        best = after - before
        result = wall - (before + (after - before) / 2)
      }
    }
    return result
  }

  /// The local time zone's offset from UTC in seconds, east positive, at a time in seconds since the epoch.
  package static func offset(at seconds: Int64) -> Int64 {
    var time = time_t(seconds)
    // SAFETY: both are this call's own.
    var parts = unsafe tm()
    guard unsafe localtime_r(&time, &parts) != nil else { return 0 }
    return unsafe Int64(parts.tm_gmtoff)
  }

  /// All offsets of the local time zone from 1970 to 2105, each with the second at which it starts.
  package static func offsets() -> [(from: Int64, seconds: Int64)] {
    // No zone changes its clock twice within a week.
    let step: Int64 = 7 * 86_400
    var offsets = [(from: Int64(0), seconds: offset(at: 0))]
    for start in stride(from: Int64(0), to: 1 << 32, by: Int(step)) {
      let before = offsets[offsets.count - 1].seconds
      guard offset(at: start + step) != before else { continue }
      var (low, high) = (start, start + step)
      while high - low > 1 {
        let middle = (low + high) / 2
        if offset(at: middle) == before { low = middle } else { high = middle }
      }
      offsets.append((from: high, seconds: offset(at: high)))
    }
    return offsets
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    // SAFETY: the clock writes one timespec.
    unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
