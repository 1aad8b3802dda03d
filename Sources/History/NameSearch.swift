import SQLite

/// Where the names are that a pattern, as in `NamePattern`, may take: the labels are known that all of them have at their end.
struct NameSearch {
  /// In reverse; nil where nothing is known.
  private let labels: String?
  private let isWhole: Bool
  private let isDomain: Bool

  init(_ pattern: String) {
    var labels: [Substring] = []
    var parts = pattern.lowercased().split(separator: ".", omittingEmptySubsequences: false)[...]
    if parts.last?.isEmpty == true { parts.removeLast() }
    // The dot behind a backslash is in a label.
    while let last = parts.last, !last.isEmpty, last.utf8.allSatisfy(Self.isPlain),
      parts.dropLast().last?.hasSuffix("\\") != true
    {
      labels.append(last)
      parts.removeLast()
    }
    self.labels = labels.isEmpty ? nil : labels.joined(separator: ".")
    isWhole = parts.isEmpty
    isDomain = parts == ["*"]
  }

  /// What is common to names that a pattern takes if and only if they are below it.
  struct Domain {
    /// In reverse.
    fileprivate let labels: String

    var text: String { labels.split(separator: ".").reversed().joined(separator: ".") }

    /// Binds the first labels in the order of `label` to ?1, and those behind the last to ?2.
    func bind(_ statement: inout Statement) {
      statement.bind(1, text: labels + ".")
      // `/` is the character behind `.`.
      statement.bind(2, text: labels + "/")
    }
  }

  /// Nil unless the pattern is `*.` and labels without wildcards.
  var domain: Domain? { isDomain ? labels.map(Domain.init) : nil }

  /// Gives the ids and the texts.
  func prepare(in database: borrowing Database) throws(SQLiteError) -> Statement {
    guard let labels else { return try database.prepare("SELECT id, text FROM name") }
    guard isWhole else {
      var select = try database.prepare("\(Self.select) WHERE labels >= ?1 AND labels < ?2")
      Domain(labels: labels).bind(&select)
      return select
    }
    var select = try database.prepare("\(Self.select) WHERE labels = ?1")
    select.bind(1, text: labels)
    return select
  }

  static let select = "SELECT name.id, name.text FROM label CROSS JOIN name ON name.id = label.name"

  /// Neither a wildcard nor anything that is escaped.
  private static func isPlain(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
