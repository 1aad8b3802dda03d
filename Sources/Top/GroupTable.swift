import Statistics

/// The groups of one grouping that have the most queries, in bounded memory.
struct GroupTable: Sendable {
  private(set) var keys: FrequentKeys
  /// By the slots of `keys`.
  private var groups: [Group] = []

  init(capacity: Int) { keys = FrequentKeys(capacity: capacity) }

  /// How often a group has taken another one's place: 0 means that every count is exact.
  var replacements: UInt64 { keys.replacements }

  /// Counts a query of the group with a key; `label` is called when that has no place yet.
  mutating func add(_ key: UInt64, _ fact: Fact, label: () -> String) {
    switch keys.add(key) {
    case .known(let index): groups[index].add(fact)
    case .added:
      var group = Group(label())
      group.add(fact)
      groups.append(group)
    case .replaced(let index):
      groups[index] = Group(label())
      groups[index].add(fact)
    }
  }

  mutating func removeAll() { self = GroupTable(capacity: keys.capacity) }

  /// Each group with its key, and whether it may have had more queries than were counted.
  var all: [(key: UInt64, isPartial: Bool, group: Group)] {
    zip(keys.slots, groups).map { ($0.key, $0.error > 0, $1) }
  }

  /// The same of one group.
  subscript(key: UInt64) -> (key: UInt64, isPartial: Bool, group: Group)? {
    keys.index(of: key).map { (key, keys.slots[$0].error > 0, groups[$0]) }
  }
}
