/// How many events each of the last seconds had. Takes 4 octets a second.
package struct RateWindow: Sendable {
  /// By second, modulo their number.
  private var counts: [UInt32]
  /// The latest second with an event.
  private var newest = Int64.min
  /// The first second with an event.
  private var oldest = Int64.max

  /// - Parameter seconds: how many it remembers, at least 1.
  package init(seconds: Int) { counts = Array(repeating: 0, count: max(1, seconds)) }

  /// The number of seconds that it remembers.
  package var capacity: Int { counts.count }

  /// Counts an event in a second; one that is too old to be remembered is left out.
  package mutating func add(at second: Int64) {
    if newest == .min { newest = second }
    if second > newest {
      let passed = min(Int64(capacity), second &- newest)
      for step in 1...passed { counts[place(of: newest &+ step)] = 0 }
      // After a long gap these were not all, but there are no others.
      if passed == capacity { for index in counts.indices { counts[index] = 0 } }
      newest = second
    }
    guard isRemembered(second) else { return }
    oldest = min(oldest, second)
    counts[place(of: second)] &+= 1
  }

  /// The events of a second; 0 when it is too old to be remembered, or to come.
  package subscript(second: Int64) -> UInt32 {
    second <= newest && isRemembered(second) ? counts[place(of: second)] : 0
  }

  /// The events of `seconds` seconds, of which `last` is the last one.
  package func sum(of seconds: Int, until last: Int64) -> UInt64 {
    var sum: UInt64 = 0
    for step in 0..<max(0, min(seconds, capacity)) { sum += UInt64(self[last &- Int64(step)]) }
    return sum
  }

  private func isRemembered(_ second: Int64) -> Bool { newest != .min && newest &- second < Int64(capacity) }

  private func place(of second: Int64) -> Int {
    let remainder = Int(second % Int64(capacity))
    return remainder < 0 ? remainder + capacity : remainder
  }
}
