package import History
import TraceModel

extension FleetStatement {
  /// Why an answer cannot be read.
  package struct Malformed: Error, Equatable {}

  /// Reads an answer in the format TabSeparated. What is empty, or NULL, is not known.
  package func report(_ answer: [UInt8]) throws(Malformed) -> Report {
    var report = Report(columns.map(\.name))
    for line in answer.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      guard fields.count == columns.count else { throw Malformed() }
      var row: [Report.Value] = []
      for (column, field) in zip(columns, fields) { row.append(try Self.value(column.kind, field)) }
      report.rows.append(row)
    }
    return report
  }

  private static func value(
    _ kind: Column.Kind, _ field: ArraySlice<UInt8>
  ) throws(Malformed) -> Report.Value {
    guard Array(field) != Array(#"\N"#.utf8) else { return .none }
    switch kind {
    case .text:
      let text = try text(field)
      return text.isEmpty ? .none : .text(text)
    case .texts:
      let texts = try texts(field)
      return texts.isEmpty ? .none : .texts(texts)
    case .number: return .number(try number(field))
    case .time: return .time(Timestamp(nanoseconds: try number(field)))
    case .duration: return .duration(try number(field))
    }
  }

  private static func number(_ field: ArraySlice<UInt8>) throws(Malformed) -> Int64 {
    guard let number = Int64(String(decoding: field, as: UTF8.self)) else { throw Malformed() }
    return number
  }

  private static func text(_ field: ArraySlice<UInt8>) throws(Malformed) -> String {
    var rest = field
    var octets: [UInt8] = []
    while let octet = rest.popFirst() {
      octets.append(octet == backslash ? try unescaped(&rest) : octet)
    }
    return String(decoding: octets, as: UTF8.self)
  }

  /// `['a','b']`
  private static func texts(_ field: ArraySlice<UInt8>) throws(Malformed) -> [String] {
    var rest = field
    guard rest.popFirst() == UInt8(ascii: "["), rest.popLast() == UInt8(ascii: "]") else { throw Malformed() }
    var texts: [String] = []
    while rest.popFirst() == quote {
      var octets: [UInt8] = []
      while true {
        guard let octet = rest.popFirst() else { throw Malformed() }
        if octet == quote { break }
        octets.append(octet == backslash ? try unescaped(&rest) : octet)
      }
      texts.append(String(decoding: octets, as: UTF8.self))
      guard let next = rest.popFirst() else { return texts }
      guard next == UInt8(ascii: ","), rest.first == quote else { throw Malformed() }
    }
    guard rest.isEmpty, field.count == 2 else { throw Malformed() }
    return texts
  }

  private static let backslash = UInt8(ascii: "\\")
  private static let quote = UInt8(ascii: "'")

  private static func unescaped(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> UInt8 {
    guard let octet = rest.popFirst() else { throw Malformed() }
    switch octet {
    case UInt8(ascii: "b"): return 8
    case UInt8(ascii: "t"): return 9
    case UInt8(ascii: "n"): return 10
    case UInt8(ascii: "f"): return 12
    case UInt8(ascii: "r"): return 13
    case UInt8(ascii: "0"): return 0
    default: return octet
    }
  }
}
