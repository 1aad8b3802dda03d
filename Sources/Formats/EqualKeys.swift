/// Finds which of a list of keys are equal, with at most n log n comparisons for n keys.
///
/// Up to sixteen different keys are compared with each other, which allocates nothing once the arrays have grown; more are
/// sorted.
struct EqualKeys<Key: Comparable & Sendable>: Sendable {
  private var keys: [Key] = []
  /// By key: the index of the next one that is equal, or -1. Empty for a single key, as most messages have.
  private var following: [Int32] = []
  private var firsts: [Bool] = []
  /// The index of the first key of each run of equal ones.
  private var runs: [Int] = []

  private static var few: Int { 16 }

  var indices: Range<Int> { keys.indices }

  subscript(index: Int) -> Key { keys[index] }

  /// Keeps the capacity.
  mutating func removeAll() {
    if !keys.isEmpty { keys.removeAll(keepingCapacity: true) }
    guard !firsts.isEmpty else { return }
    following.removeAll(keepingCapacity: true)
    firsts.removeAll(keepingCapacity: true)
  }

  /// Appends a key; `find` must be called after the last one.
  @inline(__always)
  mutating func append(_ key: Key) { keys.append(key) }

  /// Whether no key before this one is equal to it.
  func isFirst(_ index: Int) -> Bool { firsts.isEmpty || firsts[index] }

  /// The next key that is equal to this one; nil if there is none.
  func next(after index: Int) -> Int? {
    following.isEmpty || following[index] < 0 ? nil : Int(following[index])
  }

  /// Compares the keys: each with the one before it, then the runs of equal ones with each other.
  mutating func find() {
    guard keys.count > 1 else { return }
    for _ in keys.indices {
      following.append(-1)
      firsts.append(true)
    }
    runs.removeAll(keepingCapacity: true)
    for index in keys.indices {
      if index > 0, keys[index - 1] == keys[index] { link(index - 1, index) } else { runs.append(index) }
    }
    if runs.count > Self.few { return sort() }
    for run in runs.indices.dropFirst() {
      var other = run - 1
      while other >= 0, keys[runs[other]] != keys[runs[run]] { other -= 1 }
      if other >= 0 { join(other, run) }
    }
  }

  private mutating func sort() {
    // Equal keys keep their order.
    let order = runs.indices.sorted { left, right in
      let (leftKey, rightKey) = (keys[runs[left]], keys[runs[right]])
      return leftKey < rightKey || (left < right && leftKey == rightKey)
    }
    for (run, other) in zip(order, order.dropFirst()) where keys[runs[run]] == keys[runs[other]] {
      join(run, other)
    }
  }

  /// Links the last key of a run to the first of a later one.
  private mutating func join(_ run: Int, _ later: Int) { link(runs[run + 1] - 1, runs[later]) }

  private mutating func link(_ index: Int, _ next: Int) {
    following[index] = Int32(truncatingIfNeeded: next)
    firsts[next] = false
  }
}
