/// Finds the places of an array's elements by their hashes, with open addressing and linear probing. It does not have the elements: the caller
/// compares them.
struct HashIndex {
  /// The high half of a hash, and below it the place plus 1; 0 when free.
  private var slots: [UInt64] = []
  private(set) var count = 0

  private static let least = 64

  /// The place of the element that `isEqual` accepts; `next`, which is inserted, when there is none.
  mutating func place(_ hash: UInt64, or next: Int, where isEqual: (Int) -> Bool) -> Int {
    if slots.count <= count * 2 { grow() }
    let high = hash & ~Self.places
    var slot = first(high)
    while slots[slot] != 0 {
      let place = Int(slots[slot] & Self.places) - 1
      if slots[slot] & ~Self.places == high, isEqual(place) { return place }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = high | UInt64(next + 1) & Self.places
    count += 1
    return next
  }

  mutating func removeAll(keepingCapacity: Bool) {
    if keepingCapacity {
      for slot in slots.indices { slots[slot] = 0 }
    } else {
      slots = []
    }
    count = 0
  }

  private static let places: UInt64 = 0xffff_ffff

  private func first(_ high: UInt64) -> Int { Int(high >> 32) & (slots.count - 1) }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: max(old.count * 2, Self.least))
    for entry in old where entry != 0 {
      var slot = first(entry)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = entry
    }
  }
}
