/// The most frequent keys of a stream, in bounded memory: Space-Saving (Metwally, Agrawal, El Abbadi: "Efficient Computation of
/// Frequent and Top-k Elements in Data Streams", 2005).
///
/// Up to `capacity` keys are counted exactly. Beyond that a new key takes the place of the one with the least count, and
/// inherits this count as its possible error. So `count - error` ≤ the true count ≤ `count`, no error exceeds the sum of
/// all counts / `capacity`, and every key that is more frequent than that is present.
package struct FrequentItems<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  package struct Item: Sendable {
    package fileprivate(set) var key: Key
    /// The true count, or more.
    package fileprivate(set) var count: UInt64
    /// How much more at most.
    package fileprivate(set) var error: UInt64
    package fileprivate(set) var value: Value
    /// Its place in `heap`.
    fileprivate var place: Int
  }

  package let capacity: Int
  /// In the order in which their places were taken.
  package private(set) var items: [Item] = []
  private var indices: [Key: Int] = [:]
  /// Indices of items, a binary heap with the least count first.
  private var heap: [Int] = []
  /// How often a key has taken another one's place: 0 means that every count is exact.
  package private(set) var replacements: UInt64 = 0

  /// - Parameter capacity: at least 1.
  package init(capacity: Int) { self.capacity = max(1, capacity) }

  /// Counts a key once.
  ///
  /// - Parameters:
  ///   - make: gives the value of a key that has none, or has lost it.
  ///   - change: is called with the key's value.
  package mutating func add(_ key: Key, make: () -> Value, change: (inout Value) -> Void) {
    let index: Int
    if let known = indices[key] {
      index = known
    } else if items.count < capacity {
      index = items.count
      items.append(Item(key: key, count: 0, error: 0, value: make(), place: heap.count))
      heap.append(index)
      indices[key] = index
      // A new item has the least count.
      siftUp(from: items[index].place)
    } else {
      index = heap[0]
      replacements += 1
      indices[items[index].key] = nil
      indices[key] = index
      items[index].key = key
      items[index].error = items[index].count
      items[index].value = make()
    }
    items[index].count += 1
    change(&items[index].value)
    siftDown(from: items[index].place)
  }

  package subscript(key: Key) -> Item? { indices[key].map { items[$0] } }

  package mutating func removeAll() { self = FrequentItems(capacity: capacity) }
}

// MARK: Heap

extension FrequentItems {
  private func count(at place: Int) -> UInt64 { items[heap[place]].count }

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
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && count(at: child) < count(at: least) { least = child }
      guard least != place else { return }
      swap(place, least)
      place = least
    }
  }

  private mutating func swap(_ first: Int, _ second: Int) {
    heap.swapAt(first, second)
    items[heap[first]].place = first
    items[heap[second]].place = second
  }
}
