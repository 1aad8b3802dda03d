import SQLite

extension Database {
  /// Opens a file of a history for writing, and brings it to the newest version. It must exist, and may be empty.
  static func history(_ path: String, _ schema: Schema) throws(SchemaError) -> Database {
    let database = try SchemaError.of { () throws(SQLiteError) in
      let database = try Database(path, .readWrite)
      // Readers read while this writes; a commit waits for no disk, and what power loss takes is the last commits at most.
      try database.execute(
        """
        PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-1024; PRAGMA temp_store=MEMORY;
        PRAGMA journal_size_limit=8388608
        """)
      return database
    }
    try database.migrate(to: schema)
    return database
  }

  /// Opens a file of a history for reading.
  static func reading(_ path: String, _ schema: Schema) throws(SchemaError) -> Database {
    do throws(SchemaError) {
      return try open(path, schema)
    } catch {
      guard case .failed(let failure) = error, failure.code == SQLiteError.unfinished else { throw error }
      // A trace was killed while it closed the file. Opening it for writing takes back what was not finished.
      try SchemaError.of { () throws(SQLiteError) in
        _ = try Database(path, .readWrite).number("PRAGMA user_version")
      }
      return try open(path, schema)
    }
  }

  private static func open(_ path: String, _ schema: Schema) throws(SchemaError) -> Database {
    let database = try SchemaError.of { () throws(SQLiteError) in
      let database = try Database(path, .readOnly)
      try database.execute("PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456")
      return database
    }
    try database.check(schema)
    return database
  }
}
