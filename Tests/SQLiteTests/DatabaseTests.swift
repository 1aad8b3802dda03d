import Foundation
import Lab
import SQLite
import Testing

/// The wrapper around libsqlite3, with real files.
struct DatabaseTests {
  private let folder: Folder
  private let path: String

  init() throws {
    folder = try Folder()
    path = folder.path("a.sqlite")
    try Data().write(to: URL(filePath: path))
  }

  @Test func `what is bound is what is read, octet by octet`() throws {
    let database = try Database(path, .readWrite)
    try database.execute("CREATE TABLE t(a, b, c, d)")
    var insert = try database.prepare("INSERT INTO t VALUES(?1, ?2, ?3, ?4)")
    let nothing: [UInt8] = []
    for number in [Int64.min, -1, 0, 1, .max] {
      insert.bind(1, number)
      insert.bind(2, text: "a\u{0}ü")
      insert.bind(3, blob: nothing.span)
      insert.bindNull(4)
      try insert.run()
    }
    var select = try database.prepare("SELECT a, b, c, d, typeof(c) FROM t ORDER BY a")
    var numbers: [Int64] = []
    while try select.step() {
      numbers.append(select.number(0))
      #expect(select.text(1) == "a\u{0}ü")
      #expect(select.octets(2).isEmpty && !select.isNull(2) && select.text(4) == "blob")
      #expect(select.isNull(3) && select.optionalNumber(3) == nil && select.optionalText(3) == nil)
    }
    #expect(numbers == [.min, -1, 0, 1, .max])
    #expect(try database.number("SELECT count(*) FROM t") == 5)
    #expect(database.lastRowID == 5)
  }

  @Test func `an error says what failed, and a transaction that throws changes nothing`() throws {
    let database = try Database(path, .readWrite)
    try database.execute("CREATE TABLE t(a INTEGER PRIMARY KEY)")
    let error = #expect(throws: SQLiteError.self) {
      try database.transaction { () throws(SQLiteError) in
        try database.execute("INSERT INTO t VALUES(1)")
        try database.execute("INSERT INTO t VALUES(1)")
      }
    }
    #expect(error?.kind == .constraint)
    #expect(error?.message.contains("UNIQUE") == true)
    #expect(try database.number("SELECT count(*) FROM t") == 0)
    #expect(throws: SQLiteError.self) { _ = try database.prepare("SELECT") }
  }

  @Test func `a file that is not there, or is reached by a link, or is no database, is refused`() throws {
    #expect(throws: SQLiteError.self) { _ = try Database(folder.path("missing"), .readWrite) }
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: path)
    #expect(throws: SQLiteError.self) { _ = try Database(folder.path("link"), .readWrite) }
    try Data(repeating: 7, count: 8192).write(to: URL(filePath: folder.path("noise")))
    let error = #expect(throws: SQLiteError.self) {
      let noise = try Database(folder.path("noise"), .readWrite)
      _ = try noise.number("SELECT count(*) FROM sqlite_master")
    }
    #expect(error?.kind == .notADatabase)
  }

  @Test func `what is open for reading cannot be written`() throws {
    do {
      let database = try Database(path, .readWrite)
      try database.execute("CREATE TABLE t(a)")
    }
    let reader = try Database(path, .readOnly)
    let error = #expect(throws: SQLiteError.self) { try reader.execute("INSERT INTO t VALUES(1)") }
    #expect(error?.kind == .readOnly)
  }

  @Test func `a statement outlives its database`() throws {
    var statement = try Self.statement(path)
    #expect(try statement.step())
    #expect(statement.number(0) == 7)
  }

  private static func statement(_ path: String) throws -> Statement {
    let database = try Database(path, .readWrite)
    return try database.prepare("SELECT 7")
  }
}

/// Schemas and their versions.
struct MigrationTests {
  private let folder: Folder
  private let path: String
  private let one = Schema(application: 77, steps: ["CREATE TABLE t(a); INSERT INTO t VALUES(1)"])
  private let two = Schema(
    application: 77,
    steps: ["CREATE TABLE t(a); INSERT INTO t VALUES(1)", "ALTER TABLE t ADD COLUMN b DEFAULT 5"])

  init() throws {
    folder = try Folder()
    path = folder.path("a.sqlite")
    try Data().write(to: URL(filePath: path))
  }

  @Test func `an older file is brought to the newest version, with what is in it`() throws {
    do {
      let database = try Database(path, .readWrite)
      try database.migrate(to: one)
      try database.execute("INSERT INTO t VALUES(2)")
      #expect(throws: SchemaError.older(1)) { try database.check(two) }
    }
    let database = try Database(path, .readWrite)
    try database.migrate(to: two)
    try database.migrate(to: two)
    try database.check(two)
    #expect(try database.number("SELECT sum(a) FROM t WHERE b = 5") == 3)
    #expect(try database.number("PRAGMA user_version") == 2)
  }

  @Test func `a newer file, and that of another program, are left as they are`() throws {
    let database = try Database(path, .readWrite)
    try database.migrate(to: two)
    #expect(throws: SchemaError.newer(2)) { try database.migrate(to: one) }
    #expect(throws: SchemaError.newer(2)) { try database.check(one) }
    #expect(throws: SchemaError.foreign) {
      try database.migrate(to: Schema(application: 78, steps: two.steps))
    }
    #expect(try database.number("SELECT count(*) FROM t") == 1)
  }

  @Test func `a step that fails leaves the version before it`() throws {
    let broken = Schema(application: 77, steps: one.steps + ["CREATE TABLE u(a); SELECT nothing"])
    let database = try Database(path, .readWrite)
    #expect(throws: SchemaError.self) { try database.migrate(to: broken) }
    #expect(try database.number("PRAGMA user_version") == 1)
    #expect(try database.number("SELECT count(*) FROM sqlite_master WHERE name = 'u'") == 0)
  }
}
