/// Slots that share a key, in a list for each key, newest first.
struct SlotLists: Sendable {
  private struct Link: Sendable {
    var key = MatchKey.none
    var older: Int32 = -1
    var newer: Int32 = -1
    var isListed = false
  }

  private var newest = KeyTable()
  /// By slot.
  private var links: [Link] = []

  var isEmpty: Bool { newest.count == 0 }
  /// Different keys.
  var count: Int { newest.count }

  /// The newest slot with this key.
  subscript(key: MatchKey) -> Int? { newest[key] }

  /// The slot that was inserted with the same key before this one.
  func older(than slot: Int) -> Int? { links[slot].older < 0 ? nil : Int(links[slot].older) }

  /// Inserts a slot that is not in a list.
  mutating func insert(_ slot: Int, _ key: MatchKey) {
    if slot >= links.count { links += repeatElement(Link(), count: slot + 1 - links.count) }
    let older = newest.set(key, to: slot)
    if let older { links[older].newer = Int32(truncatingIfNeeded: slot) }
    links[slot] = Link(key: key, older: older.map { Int32(truncatingIfNeeded: $0) } ?? -1, isListed: true)
  }

  /// Removes a slot from its list, if it is in one.
  mutating func remove(_ slot: Int) {
    guard slot < links.count, links[slot].isListed else { return }
    let link = links[slot]
    links[slot] = Link()
    if link.older >= 0 { links[Int(link.older)].newer = link.newer }
    if link.newer >= 0 {
      links[Int(link.newer)].older = link.older
    } else if link.older >= 0 {
      newest.set(link.key, to: Int(link.older))
    } else {
      newest.remove(link.key, of: slot)
      // Frees the memory that a flood has allocated.
      if isEmpty { links = [] }
    }
  }
}
