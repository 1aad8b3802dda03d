/// A table from match keys to slots, with open addressing and linear probing.
///
/// Keys are hashes with a secret of this process, so their low bits choose the place. Each key occurs once;
/// the caller compares whether a slot matches what the key was made of.
struct KeyTable: Sendable {
  private var keys: [MatchKey]
  private var slots: [UInt32]
  private(set) var count = 0

  /// A key that no entry has.
  private static let empty = UInt32.max
  private static let least = 64

  init() {
    keys = Array(repeating: .none, count: Self.least)
    slots = Array(repeating: Self.empty, count: Self.least)
  }

  subscript(key: MatchKey) -> Int? {
    var place = home(of: key)
    while slots[place] != Self.empty {
      if keys[place] == key { return Int(slots[place]) }
      place = next(place)
    }
    return nil
  }

  /// Inserts a key, and returns the slot that it had before.
  @discardableResult
  mutating func set(_ key: MatchKey, to slot: Int) -> Int? {
    var place = home(of: key)
    while slots[place] != Self.empty {
      if keys[place] == key {
        let before = slots[place]
        slots[place] = UInt32(truncatingIfNeeded: slot)
        return Int(before)
      }
      place = next(place)
    }
    keys[place] = key
    slots[place] = UInt32(truncatingIfNeeded: slot)
    count += 1
    // At most half full, so that searches are short.
    if count * 2 > keys.count { resize(to: keys.count * 2) }
    return nil
  }

  /// Removes a key if its slot is `slot`.
  mutating func remove(_ key: MatchKey, of slot: Int) {
    var place = home(of: key)
    while slots[place] != Self.empty, keys[place] != key { place = next(place) }
    guard slots[place] == UInt32(truncatingIfNeeded: slot) else { return }
    count -= 1
    // The entries after it move up, unless that would be before their first place.
    var hole = place
    var follower = next(hole)
    while slots[follower] != Self.empty {
      let distance = (follower &- home(of: keys[follower])) & mask
      if distance >= (follower &- hole) & mask {
        keys[hole] = keys[follower]
        slots[hole] = slots[follower]
        hole = follower
      }
      follower = next(follower)
    }
    slots[hole] = Self.empty
    // Frees the memory that a flood has allocated.
    if keys.count > Self.least, count * 16 < keys.count { resize(to: keys.count / 4) }
  }

  private var mask: Int { keys.count - 1 }
  private func home(of key: MatchKey) -> Int { Int(truncatingIfNeeded: key.value) & mask }
  private func next(_ place: Int) -> Int { (place &+ 1) & mask }

  private mutating func resize(to capacity: Int) {
    let (oldKeys, oldSlots) = (keys, slots)
    keys = Array(repeating: .none, count: max(capacity, Self.least))
    slots = Array(repeating: Self.empty, count: keys.count)
    for index in oldKeys.indices where oldSlots[index] != Self.empty {
      var place = home(of: oldKeys[index])
      while slots[place] != Self.empty { place = next(place) }
      keys[place] = oldKeys[index]
      slots[place] = oldSlots[index]
    }
  }
}
