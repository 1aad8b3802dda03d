import Bytes

/// The ids of values that were stored, found by a hash of 96 bits under keys that nobody outside knows: it takes the place of
/// the value, which may be long. It holds a fixed number; where there is no room the one that was used longest ago in its
/// bucket goes, and its value is stored again when it comes again.
struct IDCache {
  struct Key: Equatable {
    let high: UInt64
    let low: UInt64
  }

  /// 96 bits of the key.
  private struct Slot {
    var low: UInt64 = 0
    var high: UInt32 = 0
    /// 0 when free: ids begin at 1.
    var id: UInt32 = 0

    func has(_ key: Key) -> Bool { low == key.low && high == UInt32(key.high >> 32) && id > 0 }
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
      for place in first..<first + Self.width where slots[place].has(key) {
        let found = slots[place]
        // Not all the way to the front: two values that come in turns do not push each other.
        if place > first {
          slots[place] = slots[place - 1]
          slots[place - 1] = found
        }
        return Int64(found.id)
      }
      return nil
    }
  }

  mutating func insert(_ id: Int64, for key: Key) {
    // What is beyond is stored again.
    guard let id = UInt32(exactly: id) else { return }
    let first = first(key)
    var place = first + Self.width - 1
    while place > first, slots[place - 1].id == 0 { place -= 1 }
    slots[place] = Slot(low: key.low, high: UInt32(key.high >> 32), id: id)
  }

  mutating func removeAll() { for place in slots.indices { slots[place] = Slot() } }

  private func first(_ key: Key) -> Int {
    Int(truncatingIfNeeded: key.high & UInt64(buckets - 1)) * Self.width
  }
}

extension IDCache.Key {
  init(_ octets: Span<UInt8>) {
    var hash = KeyedHash.wide
    hash.combine(octets)
    self.init(hash)
  }

  init(_ octets: [UInt8]) { self.init(octets.span) }

  /// - Parameter combine: adds what tells values apart.
  init(_ combine: (inout KeyedHash) -> Void) {
    var hash = KeyedHash.wide
    combine(&hash)
    self.init(hash)
  }

  private init(_ hash: KeyedHash) {
    let (high, low) = hash.finishWide()
    self.init(high: high, low: low)
  }
}
