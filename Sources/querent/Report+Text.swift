import Bytes
import Formats
import History
import TraceModel

// A report for a person, and for a program.
extension Report {
  /// Aligned columns; what comes from outside is printable ASCII.
  func table(_ offsets: ClockOffsets) -> String {
    let texts = rows.map { $0.map { $0.text(offsets) } }
    let isNumber = columns.indices.map { column in
      rows.contains { if case .number = $0[column] { true } else { false } } && columns[0] != "what"
    }
    let widths = columns.indices.map { column in
      max(columns[column].utf8.count, texts.map { $0[column].utf8.count }.max() ?? 0)
    }
    func line(_ values: [String]) -> String {
      let cells = values.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - values[column].utf8.count)
        return isNumber[column] ? padding + values[column] : values[column] + padding
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }
    return line(columns.map { $0.uppercased() }) + texts.map(line).joined()
  }

  /// An object a line; what is not known is left out.
  var json: String {
    rows.map { row in
      let members = zip(columns, row).compactMap { column, value in
        value.json.map { "\(Self.quoted(column)):\($0)" }
      }
      return "{" + members.joined(separator: ",") + "}\n"
    }.joined()
  }

  fileprivate static func quoted(_ text: String) -> String { ByteWriter.text { $0.append(jsonString: text) } }
}

extension Report.Value {
  /// How many of an array a cell has.
  private static let mostTexts = 3

  fileprivate func text(_ offsets: ClockOffsets) -> String {
    switch self {
    case .text(let text): Self.printable(text)
    case .texts(let texts):
      Self.printable(texts.prefix(Self.mostTexts).joined(separator: ", "))
        + (texts.count > Self.mostTexts ? " +\(texts.count - Self.mostTexts)" : "")
    case .number(let number): String(number)
    case .time(let time): Self.clock(time.advanced(byNanoseconds: offsets.seconds(at: time) * 1_000_000_000))
    case .duration(let nanoseconds): Self.milliseconds(nanoseconds) + " ms"
    case .none: "-"
    }
  }

  fileprivate var json: String? {
    switch self {
    case .text(let text): Report.quoted(text)
    case .texts(let texts): "[" + texts.map(Report.quoted).joined(separator: ",") + "]"
    case .number(let number): String(number)
    case .time(let time): Report.quoted(Self.clock(time, between: "T") + "Z")
    case .duration(let nanoseconds): String(nanoseconds)
    case .none: nil
    }
  }

  private static func printable(_ text: String) -> String {
    text.utf8.map { $0 >= 0x20 && $0 < 0x7f ? String(UnicodeScalar($0)) : "\\\(padded($0))" }.joined()
  }

  /// Three digits, as in names.
  private static func padded(_ octet: UInt8) -> String {
    let digits = String(octet)
    return String(repeating: "0", count: 3 - digits.count) + digits
  }

  /// `2026-11-29 10:03:33`.
  private static func clock(_ time: Timestamp, between separator: String = " ") -> String {
    CompactTime.date(time) + separator + CompactTime.clock(time, offset: 0)
  }

  private static func milliseconds(_ nanoseconds: Int64) -> String {
    let microseconds = nanoseconds / 1000
    let fraction = String(microseconds % 1000)
    return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }
}
