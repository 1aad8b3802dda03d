import History

/// How far a destination has got in each day of the history: kept on disk, because what was on its way is sent once more after a
/// crash, as the same batch.
struct ExportCursor: Equatable, Sendable {
  struct Position: Equatable, Sendable {
    /// The last exchange that the destination has.
    var confirmed = DayMark.start
    /// The last one of the day when it was looked at last: what is deleted before it was sent is counted by it.
    var seen = DayMark.start
    /// The number of the last exchange of the batch that may be there and is not confirmed; it begins behind `confirmed`.
    var sending: Int64?

    var waiting: Int64 { max(0, seen.number - confirmed.number) }
  }

  /// Of the days that the history had when it was looked at last.
  private(set) var days: [Day: Position] = [:]
  /// Exchanges that were deleted before they were sent.
  private(set) var removed: Int64 = 0

  init() {}

  /// Exchanges that were seen and are not sent.
  var waiting: Int64 { days.values.reduce(0) { Self.sum($0, $1.waiting) } }

  /// Notes what a day has now, and counts what was there, was not sent and is not there any more.
  ///
  /// - Parameters:
  ///   - confirmed: the number of the last exchange up to that mark which is still the same; `seen` likewise.
  mutating func look(at day: Day, last: DayMark, confirmed: Int64, seen: Int64) {
    var position = days[day] ?? Position()
    remove(position.seen.number - max(seen, position.confirmed.number))
    if confirmed < position.confirmed.number {
      position.confirmed =
        confirmed > 0 ? DayMark(number: confirmed, started: position.confirmed.started) : .start
      position.sending = nil
    }
    position.seen = last
    if let sending = position.sending, sending > last.number { position.sending = nil }
    days[day] = position
  }

  /// Forgets the days that the history does not have any more, and counts what was not sent of them.
  mutating func forget(daysOtherThan kept: Set<Day>) {
    for (day, position) in days where !kept.contains(day) {
      remove(position.waiting)
      days[day] = nil
    }
  }

  /// Notes that a batch is on its way.
  mutating func send(_ day: Day, upTo last: Int64) { days[day]?.sending = last }

  /// Notes that a destination has the exchanges of a day up to a mark.
  ///
  /// - Parameter count: how many of them were sent; the others were not in the file.
  mutating func confirm(_ day: Day, upTo last: DayMark, count: Int64) {
    guard let position = days[day] else { return }
    remove(last.number - position.confirmed.number - count)
    days[day]?.confirmed = last
    days[day]?.sending = nil
  }

  private mutating func remove(_ count: Int64) { removed = Self.sum(removed, max(0, count)) }

  /// The files of a history may be damaged, and say any number.
  private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, isTooMuch) = left.addingReportingOverflow(right)
    return isTooMuch ? .max : sum
  }
}

// MARK: The file

extension ExportCursor {
  static let head = "querent-export 2\n"
  /// Octets: 200,000 days.
  static let most = 16 << 20

  /// A line for each day.
  var text: String {
    var text = Self.head
    for (day, position) in days.sorted(by: { $0.key < $1.key }) {
      text += "\(day) confirmed \(position.confirmed.text) seen \(position.seen.text)"
      if let sending = position.sending { text += " sending \(sending)" }
      text += "\n"
    }
    return text + "removed \(removed)\n"
  }

  /// Nil if it is not the text of a cursor as a whole.
  init?(_ text: String) {
    guard text.hasPrefix(Self.head), text.hasSuffix("\n") else { return nil }
    var lines = text.dropFirst(Self.head.count).dropLast().split(
      separator: "\n", omittingEmptySubsequences: false)
    let end = lines.popLast()?.split(separator: " ", omittingEmptySubsequences: false) ?? []
    guard end.count == 2, end[0] == "removed", let count = Int64(end[1]), count >= 0 else { return nil }
    removed = count
    for line in lines {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard let day = words.first.flatMap(Day.init), days[day] == nil, let position = Position(words[1...])
      else { return nil }
      days[day] = position
    }
  }
}

extension ExportCursor.Position {
  fileprivate init?(_ words: ArraySlice<Substring>) {
    let words = Array(words)
    guard words.count == 6 || words.count == 8, words[0] == "confirmed", words[3] == "seen",
      let confirmed = DayMark(words[1], words[2]), let seen = DayMark(words[4], words[5])
    else { return nil }
    (self.confirmed, self.seen) = (confirmed, seen)
    guard words.count == 8 else { return }
    guard words[6] == "sending", let last = Int64(words[7]), last > confirmed.number, last <= seen.number
    else { return nil }
    sending = last
  }
}

extension DayMark {
  fileprivate var text: String { "\(number) \(started)" }

  fileprivate init?(_ number: Substring, _ started: Substring) {
    guard let number = Int64(number), number >= 0, let started = Int64(started) else { return nil }
    self.init(number: number, started: started)
  }
}
