/// The most frequent keys of a stream, in bounded memory: Space-Saving (Metwally, Agrawal, El Abbadi: "Efficient Computation of
/// Frequent and Top-k Elements in Data Streams", 2005).
///
/// Up to `capacity` keys are counted exactly. Beyond that a new key takes the slot of the one with the least count, and
/// inherits this count as its possible error. So `count - error` ≤ the true count ≤ `count`, no error exceeds the sum of
/// all counts / `capacity`, and every key that is more frequent than that is present. What belongs to a key is kept by the
/// caller, by slot: a value that is kept here would be generic, and take several times the instructions.
package struct FrequentKeys: Sendable {
  package struct Slot: Sendable {
    package fileprivate(set) var key: UInt64
    /// The true count, or more.
    package fileprivate(set) var count: UInt64
    /// How much more at most.
    package fileprivate(set) var error: UInt64
    /// Its place in `heap`.
    fileprivate var place: Int
  }

  /// Where a key was counted, and whether the slot was another key's, or nobody's, before.
  package enum Place: Hashable, Sendable { case known(Int), added(Int), replaced(Int) }

  package let capacity: Int
  /// In the order in which they were taken first.
  package private(set) var slots: [Slot] = []
  private var indices: [UInt64: Int] = [:]
  /// Indices of slots, a binary heap with the least count first.
  private var heap: [Int] = []
  /// How often a key has taken another one's slot: 0 means that every count is exact.
  package private(set) var replacements: UInt64 = 0

  /// - Parameter capacity: at least 1.
  package init(capacity: Int) { self.capacity = max(1, capacity) }

  /// Counts a key once.
  package mutating func add(_ key: UInt64) -> Place {
    if let index = indices[key] {
      count(index)
      return .known(index)
    }
    if slots.count < capacity {
      let index = slots.count
      slots.append(Slot(key: key, count: 0, error: 0, place: heap.count))
      heap.append(index)
      indices[key] = index
      // A new slot has the least count.
      siftUp(from: slots[index].place)
      count(index)
      return .added(index)
    }
    let index = heap[0]
    replacements += 1
    indices[slots[index].key] = nil
    indices[key] = index
    slots[index].key = key
    slots[index].error = slots[index].count
    count(index)
    return .replaced(index)
  }

  /// The slot of a key.
  package func index(of key: UInt64) -> Int? { indices[key] }

  package mutating func removeAll() { self = FrequentKeys(capacity: capacity) }
}

// MARK: Heap

extension FrequentKeys {
  private mutating func count(_ index: Int) {
    slots[index].count += 1
    siftDown(from: slots[index].place)
  }

  private func count(at place: Int) -> UInt64 { slots[heap[place]].count }

  private mutating func siftUp(from start: Int) {
    var place = start
    while place > 0, count(at: place) < count(at: (place - 1) / 2) {
      swap(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func siftDown(from start: Int) {
    var place = start
    while true {
      var least = place
      for child in 2 * place + 1...2 * place + 2
      where child < heap.count && count(at: child) < count(at: least) { least = child }
      guard least != place else { return }
      swap(place, least)
      place = least
    }
  }

  private mutating func swap(_ first: Int, _ second: Int) {
    heap.swapAt(first, second)
    slots[heap[first]].place = first
    slots[heap[second]].place = second
  }
}
