import Bytes

/// The ids of values that were stored, found by a hash of 128 bits under keys that nobody outside knows: it takes the place of
/// the value, which may be long. It holds a fixed number; where there is no room the one that was used longest ago in its
/// bucket goes, and its value is stored again when it comes again.
struct IDCache {
  struct Key: Equatable {
    let high: UInt64
    let low: UInt64
  }

  private struct Slot {
    var key = Key(high: 0, low: 0)
    /// 0 when free: ids begin at 1.
    var id: Int64 = 0
  }

  private var slots: [Slot]
  private let buckets: Int

  private static let width = 4

  /// - Parameter room: how many it holds: a power of two, at least 4.
  init(room: Int) {
    buckets = room / Self.width
    slots = Array(repeating: Slot(), count: buckets * Self.width)
  }

  subscript(key: Key) -> Int64? {
    mutating get {
      let first = first(key)
      for place in first..<first + Self.width where slots[place].key == key && slots[place].id > 0 {
        let found = slots[place]
        // Not all the way to the front: two values that come in turns do not push each other.
        if place > first {
          slots[place] = slots[place - 1]
          slots[place - 1] = found
        }
        return found.id
      }
      return nil
    }
  }

  mutating func insert(_ id: Int64, for key: Key) {
    let first = first(key)
    var place = first + Self.width - 1
    while place > first, slots[place - 1].id == 0 { place -= 1 }
    slots[place] = Slot(key: key, id: id)
  }

  mutating func removeAll() { for place in slots.indices { slots[place] = Slot() } }

  private func first(_ key: Key) -> Int {
    Int(truncatingIfNeeded: key.high & UInt64(buckets - 1)) * Self.width
  }
}

extension IDCache.Key {
  private static let other = KeyedHash(key: .random(in: .min ... .max), .random(in: .min ... .max))

  init(_ octets: Span<UInt8>) {
    var (high, low) = (KeyedHash.empty, Self.other)
    high.combine(octets)
    low.combine(octets)
    self.init(high: high.finish(), low: low.finish())
  }

  init(_ octets: [UInt8]) { self.init(octets.span) }
}
