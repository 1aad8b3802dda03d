/// The steps that made a schema what it is, in their order: a file's `user_version` says how many it has taken.
package struct Schema: Sendable {
  /// What tells files of this program from others (`PRAGMA application_id`).
  let application: Int32
  /// Statements.
  package let steps: [String]

  package init(application: Int32, steps: [String]) {
    self.application = application
    self.steps = steps
  }

  package var version: Int64 { Int64(steps.count) }
}

/// Why a file is not what its schema says.
package enum SchemaError: Error, Equatable {
  /// It belongs to another program.
  case foreign
  /// A newer version of this program has written it: its number.
  case newer(Int64)
  /// It can't be read before it has been opened for writing: its number.
  case older(Int64)
  case failed(SQLiteError)
}

extension SchemaError {
  /// What `body` gives, or why SQLite does not.
  package static func of<Result: ~Copyable>(
    _ body: () throws(SQLiteError) -> Result
  ) throws(SchemaError) -> Result {
    do throws(SQLiteError) {
      return try body()
    } catch {
      throw .failed(error)
    }
  }
}

extension Database {
  /// Brings a file to the newest version, an empty one too: each step in a transaction of its own.
  package func migrate(to schema: Schema) throws(SchemaError) {
    var version = try version(of: schema)
    guard version <= schema.version else { throw .newer(version) }
    do throws(SQLiteError) {
      while version < schema.version {
        let step = schema.steps[Int(version)]
        try transaction { () throws(SQLiteError) in
          try execute(step)
          try execute("PRAGMA application_id = \(schema.application)")
          try execute("PRAGMA user_version = \(version + 1)")
        }
        version += 1
      }
    } catch {
      throw .failed(error)
    }
  }

  /// Throws unless a file has the newest version.
  package func check(_ schema: Schema) throws(SchemaError) {
    let version = try version(of: schema)
    if version < schema.version { throw .older(version) }
    if version > schema.version { throw .newer(version) }
  }

  private func version(of schema: Schema) throws(SchemaError) -> Int64 {
    let (version, application, objects): (Int64, Int64, Int64)
    do throws(SQLiteError) {
      version = try number("PRAGMA user_version") ?? 0
      application = try number("PRAGMA application_id") ?? 0
      objects = try number("SELECT count(*) FROM sqlite_master") ?? 0
    } catch {
      throw .failed(error)
    }
    guard application == schema.application || objects == 0 && version == 0 else { throw .foreign }
    return version
  }
}
