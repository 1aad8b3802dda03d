import Correlation
import DNSWire
import SQLite

/// The names that a query wants of a day.
enum WantedNames: Equatable {
  case all
  /// Those in `temp.wanted`.
  case listed
  /// Those below a domain, of which there are so many that listing them takes longer than looking at each exchange's. The
  /// text has letters, digits, `-`, `_` and dots only.
  case below(String)

  /// The condition on an exchange, to stand behind AND.
  var condition: String {
    switch self {
    case .all: ""
    case .listed: " AND name IN (SELECT name FROM temp.wanted)"
    case .below(let domain): " AND \(Self.text) GLOB '*.\(domain)'"
    }
  }

  /// An expression that is 1 where the condition alone does not decide: an escaped dot is not between labels.
  var isUndecided: String {
    switch self {
    case .all, .listed: "0"
    case .below: "\(Self.text) GLOB '*\\*'"
    }
  }

  private static let text = "(SELECT text FROM name WHERE name.id = exchange.name)"
}

extension DayReader {
  #if DEBUG
    /// How many names of one domain are listed.
    @TaskLocal static var mostListed = 20_000
  #else
    private static let mostListed = 20_000
  #endif

  /// Finds the names that a query wants, and lists them in `temp.wanted`; nil when this day has none of them.
  ///
  /// - Parameter told: the names in whose answers a wanted address was; nil when no address is wanted.
  func collectNames(_ query: HistoryQuery, told: [String]?) throws(SQLiteError) -> WantedNames? {
    if query.names.isEmpty, told == nil { return .all }
    if told == nil, query.names.count == 1, let domain = NameSearch(query.names[0]).domain,
      try isLarge(domain)
    {
      return .below(domain.text)
    }
    for table in ["wanted", "named"] {
      try database.execute("CREATE TEMP TABLE IF NOT EXISTS \(table)(name INTEGER PRIMARY KEY)")
      try database.execute("DELETE FROM temp.\(table)")
    }
    for (pattern, text) in zip(query.filter.names, query.names) {
      try list(pattern, NameSearch(text), in: told == nil ? "wanted" : "named")
    }
    if let told {
      var insert = try database.prepare(
        "INSERT OR IGNORE INTO temp.wanted SELECT name FROM label WHERE labels = ?1")
      for text in told {
        insert.bind(1, text: LabelText.reversed(text.utf8.span).span)
        try insert.run()
      }
      if !query.names.isEmpty {
        try database.execute("DELETE FROM temp.wanted WHERE name NOT IN (SELECT name FROM temp.named)")
      }
    }
    return try database.number("SELECT 1 FROM temp.wanted LIMIT 1") == nil ? nil : .listed
  }

  private func isLarge(_ domain: NameSearch.Domain) throws(SQLiteError) -> Bool {
    var count = try database.prepare(
      "SELECT count(*) FROM (SELECT 1 FROM label WHERE labels >= ?1 AND labels < ?2 LIMIT ?3)")
    domain.bind(&count)
    count.bind(3, Int64(Self.mostListed + 1))
    defer { count.reset() }
    return try count.step() && count.number(0) > Self.mostListed
  }

  private func list(_ pattern: NamePattern, _ search: NameSearch, in table: String) throws(SQLiteError) {
    if let domain = search.domain {
      var insert = try database.prepare(
        "INSERT OR IGNORE INTO temp.\(table) SELECT name FROM label WHERE labels >= ?1 AND labels < ?2")
      domain.bind(&insert)
      return try insert.run()
    }
    var insert = try database.prepare("INSERT OR IGNORE INTO temp.\(table) VALUES(?1)")
    var select = try search.prepare(in: database)
    while try select.step() {
      guard let name = OwnedName(select.text(1)), pattern.matches(name.view) else { continue }
      insert.bind(1, select.number(0))
      try insert.run()
    }
  }
}
