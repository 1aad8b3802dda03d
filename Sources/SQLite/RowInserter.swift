/// Inserts rows, sixteen with each run of a statement: what a run costs besides its rows is a fifth of all for small ones.
package struct RowInserter: ~Copyable {
  private var many: Statement
  private var one: Statement
  private let columns: Int32
  /// Rows that follow, and those that are bound and not yet inserted.
  private var remaining = 0
  private var bound: Int32 = 0

  private static let rows: Int32 = 16

  /// - Parameters:
  ///   - table: with its columns, if not all are given.
  ///   - conflict: what follows the values.
  package init(
    _ database: borrowing Database, into table: String, columns: Int32, conflict: String = ""
  ) throws(SQLiteError) {
    func statement(_ rows: Int32) -> String {
      let values = (0..<rows).map { row in
        "(" + (1...columns).map { "?\(row * columns + $0)" }.joined(separator: ",") + ")"
      }
      return "INSERT INTO \(table) VALUES\(values.joined(separator: ",")) \(conflict)"
    }
    let many = try database.prepare(statement(Self.rows))
    let one = try database.prepare(statement(1))
    self.many = many
    self.one = one
    self.columns = columns
  }

  /// Says how many rows follow; what an error has left of others is forgotten.
  package mutating func begin(_ count: Int) {
    remaining = count
    bound = 0
  }

  /// Binds one of the rows that `begin` has announced, and inserts it, at the latest with the last of them.
  ///
  /// - Parameter bind: gets a statement, and the number to add to that of a column, which begins with 1.
  package mutating func insert(
    _ bind: (inout Statement, Int32) throws(SQLiteError) -> Void
  ) throws(SQLiteError) {
    guard bound > 0 || remaining >= Self.rows else {
      try bind(&one, 0)
      remaining -= 1
      return try one.run()
    }
    try bind(&many, bound * columns)
    bound += 1
    remaining -= 1
    guard bound == Self.rows else { return }
    bound = 0
    try many.run()
  }
}
