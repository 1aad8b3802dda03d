import CSQLite

/// A connection to one SQLite file, which must exist.
///
/// It has one owner, and so is used by one thread at a time; libsqlite3 is loaded when the first one is opened.
@safe
package struct Database: ~Copyable {
  // SAFETY: opened in init, closed in deinit, and lent to C functions only for the length of a call. Statements that live
  // longer keep what they need: see `csqlite_close`.
  private let pointer: OpaquePointer

  package enum Access { case readOnly, readWrite }

  /// - Parameter path: with no symbolic link in it.
  package init(_ path: String, _ access: Access) throws(SQLiteError) {
    try Self.load()
    try unsafe pointer = Self.open(path, access)
    // SAFETY: as the property says.
    unsafe _ = csqlite_busy_timeout(pointer, Self.patience)
  }

  private static func open(_ path: String, _ access: Access) throws(SQLiteError) -> OpaquePointer {
    var opened: OpaquePointer?
    // SAFETY: the path is a NUL-terminated copy; the pointer is this call's own. What could not be opened is closed.
    let code = unsafe csqlite_open(path, access == .readWrite ? 1 : 0, &opened)
    guard let pointer = unsafe opened else { throw SQLiteError(code: code, message: "no memory") }
    guard code == CSQLITE_OK.rawValue else {
      let error = SQLiteError.last(of: pointer)
      unsafe _ = csqlite_close(pointer)
      throw error
    }
    return unsafe pointer
  }

  deinit {
    // SAFETY: see the property.
    unsafe _ = csqlite_close(pointer)
  }

  /// Milliseconds to wait while another connection holds a lock.
  private static let patience: Int32 = 5000

  /// Throws unless this host has the library.
  package static func load() throws(SQLiteError) {
    // SAFETY: the text is a constant, or one that dlerror(3) made and nobody frees.
    guard let problem = unsafe csqlite_load() else { return }
    throw SQLiteError(code: SQLiteError.missing, message: unsafe String(cString: problem))
  }

  /// Runs statements that give no rows.
  package func execute(_ text: String) throws(SQLiteError) {
    // SAFETY: the text is a NUL-terminated copy.
    guard unsafe csqlite_execute(pointer, text) == CSQLITE_OK.rawValue else { throw error }
  }

  package func prepare(_ text: String) throws(SQLiteError) -> Statement {
    var statement: OpaquePointer?
    // SAFETY: the count is the copy's; the pointer is this call's own.
    let code = unsafe csqlite_prepare(pointer, text, Int32(text.utf8.count), &statement)
    guard code == CSQLITE_OK.rawValue, let made = unsafe statement else { throw error }
    return unsafe Statement(made, of: pointer)
  }

  /// The id of the row that was inserted last.
  package var lastRowID: Int64 {
    // SAFETY: see the property.
    unsafe csqlite_last_rowid(pointer)
  }

  private var error: SQLiteError {
    // SAFETY: see the property.
    unsafe SQLiteError(of: pointer)
  }
}

extension Database {
  /// The first column of the first row; nil without one, or where it is NULL.
  package func number(_ text: String) throws(SQLiteError) -> Int64? {
    var statement = try prepare(text)
    guard try statement.step() else { return nil }
    return statement.optionalNumber(0)
  }

  /// Runs `body` in a transaction, which is taken back if it throws.
  package func transaction(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
    try execute("BEGIN IMMEDIATE")
    do throws(SQLiteError) {
      try body()
      try execute("COMMIT")
    } catch {
      // What failed may have ended it already.
      try? execute("ROLLBACK")
      throw error
    }
  }
}

/// What SQLite says of a call that failed.
package struct SQLiteError: Error, Equatable, CustomStringConvertible {
  /// SQLite's extended result code; `missing` when there is no library.
  package let code: Int32
  package let message: String
  /// Of the system call that failed; 0 when none did.
  package var errno: Int32 = 0

  package init(code: Int32, message: String) {
    self.code = code
    self.message = message
  }

  // SAFETY: the caller lends an open database; the message is copied.
  @safe
  fileprivate init(of database: OpaquePointer) {
    code = unsafe csqlite_extended_code(database)
    message = unsafe csqlite_message(database).map { unsafe String(cString: $0) } ?? ""
    errno = unsafe csqlite_system_errno(database)
  }

  package static let missing: Int32 = -1
  /// A transaction that was not finished must be taken back, and the file is open for reading only (SQLITE_READONLY_ROLLBACK).
  package static let unfinished: Int32 = 776

  /// The kind of failure: SQLite's primary result codes.
  package enum Kind: Int32 {
    case busy = 5, locked = 6, readOnly = 8, inputOutput = 10, corrupt = 11, full = 13, cannotOpen = 14
    case constraint = 19, notADatabase = 26
  }

  package var kind: Kind? { code < 0 ? nil : Kind(rawValue: code & 0xff) }

  package var description: String { message }
}

extension SQLiteError {
  // SAFETY: as the initialiser that it calls.
  @safe
  static func last(of database: OpaquePointer) -> SQLiteError { SQLiteError(of: database) }
}
