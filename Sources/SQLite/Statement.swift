import CSQLite

/// A prepared statement, bound and run again and again. It is freed when its owner lets it go.
@safe
package struct Statement: ~Copyable {
  // SAFETY: prepared before init, finalised in deinit, and lent to C functions only for the length of a call. The database's
  // memory lives until its last statement is finalised.
  private let pointer: OpaquePointer
  private let database: OpaquePointer

  // SAFETY: both were just made by `Database.prepare`.
  @safe
  init(_ pointer: OpaquePointer, of database: OpaquePointer) {
    unsafe self.pointer = pointer
    unsafe self.database = database
  }

  deinit {
    // SAFETY: see the properties.
    unsafe _ = csqlite_finalize(pointer)
  }

  /// Moves to the next row; false at the end, where the statement is ready to be bound and run again.
  package mutating func step() throws(SQLiteError) -> Bool {
    // SAFETY: see the properties.
    switch unsafe csqlite_step(pointer) {
    case Int32(CSQLITE_ROW.rawValue): return true
    case Int32(CSQLITE_DONE.rawValue):
      reset()
      return false
    default:
      let error = unsafe SQLiteError.last(of: database)
      reset()
      throw error
    }
  }

  /// Runs a statement whose rows nobody wants.
  package mutating func run() throws(SQLiteError) { while try step() {} }

  /// Forgets the rest of the rows; what is bound stays.
  package mutating func reset() {
    // SAFETY: see the properties. It repeats the error of the last step, which was thrown.
    unsafe _ = csqlite_reset(pointer)
  }
}

// MARK: Values for the places ?1, ?2, …, which stay until others are bound

extension Statement {
  @inline(__always)
  package mutating func bind(_ place: Int32, _ number: Int64) {
    // SAFETY: see the properties; a place that is not there is refused, and its statement fails.
    unsafe _ = csqlite_bind_int(pointer, place, number)
  }

  @inline(__always)
  package mutating func bind(_ place: Int32, _ number: Int64?) {
    guard let number else { return bindNull(place) }
    bind(place, number)
  }

  package mutating func bindNull(_ place: Int32) {
    // SAFETY: as above.
    unsafe _ = csqlite_bind_null(pointer, place)
  }

  package mutating func bind(_ place: Int32, text: String) { bind(place, text: text.utf8.span) }

  package mutating func bind(_ place: Int32, text: String?) {
    guard let text else { return bindNull(place) }
    bind(place, text: text)
  }

  /// Octets that are UTF-8, or meant to be.
  package mutating func bind(_ place: Int32, text: Span<UInt8>) {
    // SAFETY: the octets are copied in the call, which gets their count.
    unsafe text.withUnsafeBufferPointer { octets in
      unsafe _ = csqlite_bind_text(pointer, place, octets.baseAddress, Int32(clamping: octets.count))
    }
  }

  package mutating func bind(_ place: Int32, blob: Span<UInt8>) {
    // SAFETY: as above.
    unsafe blob.withUnsafeBufferPointer { octets in
      unsafe _ = csqlite_bind_blob(pointer, place, octets.baseAddress, Int32(clamping: octets.count))
    }
  }
}

// MARK: Columns of the row, from 0

extension Statement {
  package func isNull(_ column: Int32) -> Bool {
    // SAFETY: see the properties, here and below; a column that is not there is NULL.
    unsafe csqlite_column_type(pointer, column) == CSQLITE_NULL.rawValue
  }

  /// 0 for NULL.
  package func number(_ column: Int32) -> Int64 {
    unsafe csqlite_column_int(pointer, column)
  }

  package func optionalNumber(_ column: Int32) -> Int64? { isNull(column) ? nil : number(column) }

  /// With invalid octets replaced; empty for NULL.
  package func text(_ column: Int32) -> String { String(decoding: octets(column), as: UTF8.self) }

  package func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  /// Of a text or a blob; none for NULL.
  package func octets(_ column: Int32) -> [UInt8] {
    // SAFETY: SQLite's octets live until the next step, and are as many as it says; they are copied.
    guard let start = unsafe csqlite_column_octets(pointer, column) else { return [] }
    let count = unsafe Int(csqlite_column_count_octets(pointer, column))
    return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  }
}
