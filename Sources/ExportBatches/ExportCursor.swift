import History

/// How far a destination has got: kept on disk, because what it says is sent once more after a crash, with the same token.
struct ExportCursor: Equatable, Sendable {
  /// Exchanges of one file of the history.
  struct Range: Equatable, Sendable {
    var day: Day
    var origin: String
    var first: Int64
    var last: Int64

    var count: Int64 { last - first + 1 }
  }

  /// The last exchange that the destination has confirmed, as the end of a range.
  var confirmed: Range?
  /// What may be there and is not confirmed.
  var sending: Range?
  /// Of the days that are not confirmed as a whole: how many exchanges they had when they were looked at last. What is
  /// deleted before it was sent is counted with it.
  var seen: [Day: Int64] = [:]
  /// Exchanges that were deleted before they were sent.
  var removed: Int64 = 0

  init() {}

  /// Exchanges of a day that are confirmed.
  func confirmed(of day: Day) -> Int64 {
    guard let confirmed, day <= confirmed.day else { return 0 }
    return day < confirmed.day ? .max : confirmed.last
  }

  /// Notes how many exchanges a day has.
  mutating func note(_ day: Day, _ last: Int64) {
    if last > confirmed(of: day) { seen[day] = last } else { seen[day] = nil }
  }

  /// Ends a batch.
  mutating func confirm(_ range: Range) {
    confirmed = range
    sending = nil
    for (day, last) in seen where last <= confirmed(of: day) { seen[day] = nil }
  }

  /// Counts what was deleted, and forgets it.
  ///
  /// - Parameter days: those that the history still has.
  mutating func forget(daysOtherThan days: Set<Day>) {
    for (day, last) in seen where !days.contains(day) {
      removed += max(0, last - confirmed(of: day))
      seen[day] = nil
    }
    if let sending, !days.contains(sending.day) { self.sending = nil }
  }

  /// Another history has taken the place of a day: what was not sent of the old one is gone.
  mutating func restart(_ day: Day) {
    if let last = seen[day] { removed += max(0, last - confirmed(of: day)) }
    seen[day] = nil
    if sending?.day == day { sending = nil }
    if confirmed?.day == day { confirmed = Range(day: day, origin: "", first: 0, last: 0) }
  }
}

// MARK: The file

extension ExportCursor {
  static let head = "querent-export 1\n"
  /// Octets.
  static let most = 1 << 16

  /// Lines of words.
  var text: String {
    var text = Self.head
    for (word, range) in [("confirmed", confirmed), ("sending", sending)] {
      guard let range else { continue }
      let origin = range.origin.isEmpty ? "-" : range.origin
      text += "\(word) \(range.day) \(origin) \(range.first) \(range.last)\n"
    }
    for (day, last) in seen.sorted(by: { $0.key < $1.key }) { text += "seen \(day) \(last)\n" }
    return text + "removed \(removed)\n"
  }

  /// Nil if it is not the text of a cursor as a whole.
  init?(_ text: String) {
    guard text.hasPrefix(Self.head), text.hasSuffix("\n") else { return nil }
    var isWhole = false
    for line in text.dropFirst(Self.head.count).split(separator: "\n") {
      let words = line.split(separator: " ")
      switch (words.first, words.count) {
      case ("confirmed", 5): confirmed = Range(words)
      case ("sending", 5): sending = Range(words)
      case ("seen", 3):
        guard let day = Day(words[1]), let last = Int64(words[2]) else { return nil }
        seen[day] = last
      case ("removed", 2):
        guard let count = Int64(words[1]), count >= 0 else { return nil }
        removed = count
        isWhole = true
      default: return nil
      }
    }
    guard isWhole else { return nil }
    if text.contains("\nconfirmed "), confirmed == nil { return nil }
    if text.contains("\nsending "), sending == nil { return nil }
  }
}

extension ExportCursor.Range {
  fileprivate init?(_ words: [Substring]) {
    guard let day = Day(words[1]), let first = Int64(words[3]), let last = Int64(words[4]), first >= 0,
      first <= last
    else { return nil }
    self.init(day: day, origin: words[2] == "-" ? "" : String(words[2]), first: first, last: last)
  }
}
