/// A table whose entries are in queues, oldest first, so that the oldest is found at once.
///
/// An index is valid until the next removal.
struct QueueTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry: Sendable {
    let key: Key
    var value: Value
    var queue: Int
    var older: Int
    var newer: Int
  }

  private struct Ends: Sendable {
    var oldest = none
    var newest = none
  }

  private var places: [Key: Int] = [:]
  private var entries: ContiguousArray<Entry> = []
  private var queues: [Ends]

  init(queues: Int) { self.queues = Array(repeating: Ends(), count: max(queues, 1)) }

  var count: Int { entries.count }

  func place(of key: Key) -> Int? { places[key] }

  func key(at place: Int) -> Key { entries[place].key }

  func queue(at place: Int) -> Int { entries[place].queue }

  /// The entry that has been in `queue` for longest.
  func oldest(in queue: Int) -> Int? {
    let place = queues[queue].oldest
    return place == none ? nil : place
  }

  subscript(place: Int) -> Value {
    get { entries[place].value }
    _modify { yield &entries[place].value }
  }

  /// Adds an entry at the end of `queue`; the key must be new.
  mutating func insert(_ value: Value, for key: Key, in queue: Int) -> Int {
    let place = entries.count
    entries.append(Entry(key: key, value: value, queue: queue, older: none, newer: none))
    places[key] = place
    link(place)
    return place
  }

  /// Moves an entry to the end of `queue`.
  mutating func move(_ place: Int, to queue: Int) {
    if entries[place].queue == queue && entries[place].newer == none { return }
    unlink(place)
    entries[place].queue = queue
    link(place)
  }

  /// Removes an entry; the last one moves to its index.
  mutating func remove(_ place: Int) {
    unlink(place)
    places[entries[place].key] = nil
    let last = entries.count - 1
    if place != last {
      redirect(last, to: place)
      places[entries[last].key] = place
      entries.swapAt(place, last)
    }
    entries.removeLast()
  }

  private mutating func link(_ place: Int) {
    let queue = entries[place].queue
    let newest = queues[queue].newest
    entries[place].older = newest
    entries[place].newer = none
    if newest == none { queues[queue].oldest = place } else { entries[newest].newer = place }
    queues[queue].newest = place
  }

  private mutating func unlink(_ place: Int) {
    let entry = (older: entries[place].older, newer: entries[place].newer, queue: entries[place].queue)
    if entry.older == none {
      queues[entry.queue].oldest = entry.newer
    } else {
      entries[entry.older].newer = entry.newer
    }
    if entry.newer == none {
      queues[entry.queue].newest = entry.older
    } else {
      entries[entry.newer].older = entry.older
    }
  }

  /// Changes the neighbours' links from the entry at `place` to `other`, its new index.
  private mutating func redirect(_ place: Int, to other: Int) {
    let (older, newer, queue) = (entries[place].older, entries[place].newer, entries[place].queue)
    if older == none { queues[queue].oldest = other } else { entries[older].newer = other }
    if newer == none { queues[queue].newest = other } else { entries[newer].older = other }
  }
}

private let none = -1
