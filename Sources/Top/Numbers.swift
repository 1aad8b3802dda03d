import Bytes
import Formats

/// Numbers as text, in as few columns as a table has.
enum Numbers {
  /// `12,345`
  static func grouped(_ value: UInt64) -> String {
    var text = ""
    for (index, digit) in String(value).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  /// Five columns at most: `12345`, `123k`, `1.23M`.
  static func short(_ value: UInt64) -> String {
    if value < 100_000 { return String(value) }
    let number = Double(value)
    if number < 999_500 { return threeDigits(number / 1000) + "k" }
    if number < 999_500_000 { return threeDigits(number / 1e6) + "M" }
    return number < 999.5e9 ? threeDigits(number / 1e9) + "G" : ">1T"
  }

  /// Five columns at most: `0`, `<0.1`, `12.3`, `1234`, `12.3k`.
  static func rate(_ value: Double) -> String {
    if value <= 0 { return "0" }
    if value < 0.1 { return "<0.1" }
    if value < 99.95 { return decimal(value, digits: 1) }
    if value < 9999.5 { return String(Int(value.rounded())) }
    if value < 999_500 { return threeDigits(value / 1000) + "k" }
    return value < 999_500_000 ? threeDigits(value / 1e6) + "M" : ">1G"
  }

  /// `98.1%`, and never 100 % or 0 % of what is not.
  static func percent(_ part: UInt64, of whole: UInt64) -> String {
    guard whole > 0 else { return "-" }
    let value = 100 * Double(part) / Double(whole)
    if part > 0, part < whole { return decimal(min(99.9, max(0.1, value)), digits: 1) + "%" }
    return part == 0 ? "0%" : "100%"
  }

  /// `834us`, `12.3ms`, `4.00s`; a dash for none.
  static func latency(_ nanoseconds: Int64?) -> String {
    guard let nanoseconds else { return "-" }
    return ByteWriter.text { TableFormat.write(latency: nanoseconds, to: &$0) }
  }

  /// `40s`, `3m 04s`, `2h 03m`, `5d 06h`
  static func duration(_ seconds: Int64) -> String {
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    switch seconds {
    case ..<60: return "\(seconds)s"
    case ..<3600: return "\(seconds / 60)m \(two(seconds % 60))s"
    case ..<86_400: return "\(seconds / 3600)h \(two(seconds / 60 % 60))m"
    default: return "\(seconds / 86_400)d \(two(seconds / 3600 % 24))h"
    }
  }

  /// `9.8 MiB`, `48 MiB`
  static func octets(_ value: UInt64) -> String {
    let mebibytes = Double(value) / 1_048_576
    return (mebibytes < 10 ? decimal(mebibytes, digits: 1) : String(Int(mebibytes.rounded()))) + " MiB"
  }

  private static func threeDigits(_ value: Double) -> String {
    value < 9.995
      ? decimal(value, digits: 2) : value < 99.95 ? decimal(value, digits: 1) : String(Int(value.rounded()))
  }

  private static func decimal(_ value: Double, digits: Int) -> String {
    let scale = digits == 1 ? 10 : 100
    let whole = Int((value * Double(scale)).rounded())
    let fraction = whole % scale
    let zero = digits == 2 && fraction < 10 ? "0" : ""
    return "\(whole / scale).\(zero)\(fraction)"
  }
}
