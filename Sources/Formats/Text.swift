package import Bytes
package import TraceModel

extension ByteWriter {
  /// External text for a terminal: printable ASCII is unchanged; every other octet, and those in `extra`,
  /// become a backslash and three decimal digits, as in DNS (RFC 1035 §5.1).
  package mutating func append(escaping text: some Sequence<UInt8>, also extra: UInt8? = nil) {
    for octet in text {
      if octet >= 0x20, octet < 0x7f, octet != UInt8(ascii: "\\"), octet != extra {
        append(octet)
      } else if octet == UInt8(ascii: "\\") {
        append(fixed: "\\\\")
      } else {
        append(UInt8(ascii: "\\"))
        append(decimalOf: UInt64(octet), digits: 3)
      }
    }
  }
}

/// A time in calendar components.
struct CivilTime {
  var year: Int64
  var month: Int64
  var day: Int64
  var hour: Int64
  var minute: Int64
  var second: Int64
  var nanosecond: Int64

  /// - Parameter offset: seconds east of UTC.
  init(_ time: Timestamp, offset: Int64 = 0) {
    let (seconds, nanoseconds) = Self.floorDivide(time.nanoseconds, 1_000_000_000)
    let (days, secondOfDay) = Self.floorDivide(seconds + offset, 86400)
    // The Gregorian calendar in 400-year eras of 146097 days that start on 1 March.
    let (era, dayOfEra) = Self.floorDivide(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = secondOfDay / 3600
    minute = secondOfDay / 60 % 60
    second = secondOfDay % 60
    nanosecond = nanoseconds
  }

  /// `2026-11-22T10:03:33.123456789Z` (RFC 3339).
  func writeUTC(to output: inout ByteWriter) {
    writeDate(to: &output)
    writeClock(to: &output, digits: 9)
    output.append(UInt8(ascii: "Z"))
  }

  /// `2026-11-22T`
  func writeDate(to output: inout ByteWriter) {
    writeDay(to: &output)
    output.append(UInt8(ascii: "T"))
  }

  /// `2026-11-22`
  func writeDay(to output: inout ByteWriter) {
    output.append(decimalOf: UInt64(clamping: year), digits: 4)
    output.append(UInt8(ascii: "-"))
    output.append(decimalOf: UInt64(month), digits: 2)
    output.append(UInt8(ascii: "-"))
    output.append(decimalOf: UInt64(day), digits: 2)
  }

  /// `10:03:33.123`, with `digits` digits of the second's fraction; without any, `10:03:33`.
  func writeClock(to output: inout ByteWriter, digits: Int) {
    output.append(decimalOf: UInt64(hour), digits: 2)
    output.append(UInt8(ascii: ":"))
    output.append(decimalOf: UInt64(minute), digits: 2)
    output.append(UInt8(ascii: ":"))
    output.append(decimalOf: UInt64(second), digits: 2)
    guard digits > 0 else { return }
    output.append(UInt8(ascii: "."))
    var scale: UInt64 = 1
    for _ in digits..<9 { scale *= 10 }
    output.append(decimalOf: UInt64(nanosecond) / scale, digits: digits)
  }

  static func floorDivide(_ value: Int64, _ by: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
    return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
  }
}

/// A time in UTC for file names: `20261122T100333Z`; the names sort by time.
package enum CompactTime {
  package static func text(_ time: Timestamp) -> String {
    let time = CivilTime(time)
    return ByteWriter.text { text in
      text.append(decimalOf: UInt64(clamping: time.year), digits: 4)
      for part in [time.month, time.day] { text.append(decimalOf: UInt64(part), digits: 2) }
      text.append(UInt8(ascii: "T"))
      for part in [time.hour, time.minute, time.second] { text.append(decimalOf: UInt64(part), digits: 2) }
      text.append(UInt8(ascii: "Z"))
    }
  }

  /// `2026-11-22T10:03:33.123456789Z` (RFC 3339).
  package static func rfc3339(_ time: Timestamp) -> String {
    ByteWriter.text { CivilTime(time).writeUTC(to: &$0) }
  }

  /// The day in UTC, `2026-11-22`.
  package static func date(_ time: Timestamp) -> String {
    ByteWriter.text { CivilTime(time).writeDay(to: &$0) }
  }

  /// The clock's time, `10:03:33`.
  ///
  /// - Parameter offset: seconds east of UTC.
  package static func clock(_ time: Timestamp, offset: Int64) -> String {
    ByteWriter.text { CivilTime(time, offset: offset).writeClock(to: &$0, digits: 0) }
  }

  package static func matches(_ text: some StringProtocol) -> Bool {
    let octets = Array(text.utf8)
    return octets.count == 16
      && octets.enumerated().allSatisfy { place, octet in
        switch place {
        case 8: octet == UInt8(ascii: "T")
        case 15: octet == UInt8(ascii: "Z")
        default: (48...57).contains(octet)
        }
      }
  }
}
