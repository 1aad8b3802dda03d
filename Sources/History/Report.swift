package import TraceModel

/// A table about a history, in values: how it is printed is not said here.
package struct Report: Sendable {
  package enum Value: Sendable, Equatable {
    case text(String)
    case texts([String])
    case number(Int64)
    case time(Timestamp)
    /// Nanoseconds.
    case duration(Int64)
    case none
  }

  package var columns: [String]
  package var rows: [[Value]] = []

  package init(_ columns: [String]) { self.columns = columns }
}
