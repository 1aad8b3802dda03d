import HostSystem
import SQLite
import TraceModel

/// How long days are kept, and how much they may take: what is beyond goes by the day, oldest first, never the current one.
package struct Retention: Sendable {
  /// Nanoseconds before the current day; nil for ever.
  package var age: Int64?
  /// Octets of all files; nil for any number.
  package var size: Int64?

  package init(age: Int64? = nil, size: Int64? = nil) {
    self.age = age
    self.size = size
  }

  /// What stands behind the name of a database's file in those of its journals.
  static let suffixes = ["", "-wal", "-shm", "-journal"]

  func apply(to directory: GuardedDirectory, _ today: Day, _ rollUp: inout RollUp?) {
    guard age != nil || size != nil else { return }
    var days = directory.names.compactMap(Day.init(fileName:)).filter { $0 < today }.sorted()[...]
    let all = days.count
    if let age {
      // The day in which the age ends is kept as a whole.
      let oldest = Day(number: today.number - (age + Day.length - 1) / Day.length)
      while let day = days.first, day < oldest {
        remove(day, directory)
        days.removeFirst()
      }
    }
    if let size {
      var taken = ([today] + days).reduce(Self.size(of: RollUp.fileName, directory)) {
        $0 + Self.size(of: $1.fileName, directory)
      }
      while taken > size, let day = days.first {
        taken -= Self.size(of: day.fileName, directory)
        remove(day, directory)
        days.removeFirst()
      }
    }
    guard days.count < all else { return }
    // What the roll-up says of days that are gone would lead nowhere.
    try? rollUp?.prune(before: days.first ?? today)
    rollUp?.forget()
  }

  private func remove(_ day: Day, _ directory: GuardedDirectory) {
    for suffix in Self.suffixes { directory.remove(day.fileName + suffix) }
  }

  private static func size(of name: String, _ directory: GuardedDirectory) -> Int64 {
    suffixes.reduce(0) { $0 + directory.size(of: name + $1) }
  }
}
