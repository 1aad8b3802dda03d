package import SQLite
package import SystemPackage

/// Why a history could not be written or read.
package struct HistoryProblem: Error, Equatable, CustomStringConvertible {
  package enum Kind: Equatable, Sendable {
    /// There is no libsqlite3.
    case noLibrary
    case full, readOnly, damaged
    /// The file is another program's, or of another version of this one.
    case foreign, newer, older
    case other
  }

  package let kind: Kind
  package let description: String

  package init(_ error: SQLiteError) {
    switch error.kind {
    case .full: kind = .full
    case .readOnly: kind = .readOnly
    case .corrupt, .notADatabase: kind = .damaged
    default:
      // A full disk may show where the file of the shared memory grows.
      kind =
        error.code == SQLiteError.missing
        ? .noLibrary : error.errno == Errno.noSpace.rawValue ? .full : .other
    }
    let system = error.errno == 0 ? "" : ": \(Errno(rawValue: error.errno))"
    description =
      error.code == SQLiteError.unfinished
      ? "a trace was killed while it closed the file; the next one, or querent history as root, finishes that"
      : error.message + system
  }

  package init(_ error: SchemaError) {
    switch error {
    case .failed(let error): self.init(error)
    case .foreign: self.init(.foreign, "the file is another program's")
    case .newer(let version): self.init(.newer, "a newer querent has written the file (version \(version))")
    case .older(let version):
      self.init(
        .older, "an older querent has written the file (version \(version)); a trace brings it up to date")
    }
  }

  package init(_ error: Errno, _ path: String) {
    let kind: Kind =
      switch error {
      case .noSpace, .diskQuotaExceeded: .full
      case .readOnlyFileSystem, .permissionDenied: .readOnly
      default: .other
      }
    self.init(kind, "\(path): \(error)")
  }

  private init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  var needsReopening: Bool { kind != .full }
}
