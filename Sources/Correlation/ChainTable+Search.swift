import TraceModel
import DNSWire

extension ChainTable {
  /// The queries received that ask the same: those for which nothing is under way, or else all.
  func waiting(
    _ key: MatchKey, _ process: ProcessIdentity, _ query: borrowing DecodedMessage,
    in table: borrowing ExchangeTable
  ) -> [Int] {
    var all: [Int] = []
    var unserved: [Int] = []
    var next = sameQuestion[key]
    while let slot = next, all.count < Chain.most {
      next = sameQuestion.older(than: slot)
      guard let entry = entries[slot], entry.process == process,
        table.queries.asksSame(slot, as: query.message)
      else { continue }
      all.append(slot)
      if !entry.sent.contains(where: \.isOpen) { unserved.append(slot) }
    }
    return unserved.isEmpty ? all : unserved
  }

  /// The only query received whose work a query can be by its name; nil when there are several.
  func worked(
    on query: borrowing DecodedMessage, _ process: ProcessIdentity, in table: borrowing ExchangeTable
  ) -> Int? {
    guard let name = query.question?.qname, !name.isRoot else { return nil }
    var found: Int?
    var next = sameProcess[.process(process)]
    var searched = 0
    while let slot = next {
      next = sameProcess.older(than: slot)
      searched += 1
      guard searched <= Self.searchDepth else { return nil }
      guard let entry = entries[slot], entry.process == process, isWork(name, of: slot, entry, in: table)
      else { continue }
      guard found == nil else { return nil }
      found = slot
    }
    return found
  }

  /// Whether a name is on the way from the root to the name that was asked for, or to one that it leads to, or the name
  /// with a search domain.
  private func isWork(
    _ name: NameView, of slot: Int, _ entry: Entry, in table: borrowing ExchangeTable
  ) -> Bool {
    guard let asked = table.queries.question(slot)?.qname else { return false }
    if asked.isSubdomain(of: name) || name.hasPrefix(asked) { return true }
    for index in entry.leads.indices {
      let lead = entry.leads[index]
      if lead.view.isSubdomain(of: name) { return true }
    }
    return false
  }
}
