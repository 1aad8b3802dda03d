import TraceModel
import Testing

import Bytes

@testable import Formats

/// Numbers, escapes and times as text.
struct TextTests {
  private func text(_ write: (inout ByteWriter) -> Void) -> String { ByteWriter.text(write) }

  @Test(arguments: [0, 1, 9, 10, 99, 100, -1, -10, Int64.max, Int64.min])
  func `a number is decimal`(number: Int64) {
    #expect(text { $0.append(decimal: number) } == "\(number)")
    #expect(text { $0.append(decimal: UInt64(bitPattern: number)) } == "\(UInt64(bitPattern: number))")
  }

  @Test(
    arguments: [
      (0, 1, "0"), (0, 3, "000"), (7, 3, "007"), (1234, 3, "1234"), (.max, 3, "18446744073709551615"),
    ]
      as [(UInt64, Int, String)])
  func `a number has at least the requested digits`(number: UInt64, digits: Int, expected: String) {
    #expect(text { $0.append(decimalOf: number, digits: digits) } == expected)
  }

  @Test func `external text becomes printable`() {
    #expect(
      text { $0.append(escaping: [0, 0x1f, 0x20, 0x41, 0x5c, 0x7e, 0x7f, 0xff]) } == #"\000\031 A\\~\127\255"#
    )
    #expect(text { $0.append(escaping: "a b".utf8, also: UInt8(ascii: " ")) } == #"a\032b"#)
    #expect(text { $0.append(hex: ([0, 0x0f, 0xa5, 0xff] as [UInt8]).span) } == "000fa5ff")
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"), ("??>", "Pz8+"), ("???", "Pz8/"),
  ])
  func `base 64 has the examples of RFC 4648 section 10`(plain: String, encoded: String) {
    #expect(text { $0.append(base64: Array(plain.utf8).span) } == encoded)
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000000000Z"), (-1, "1969-12-31T23:59:59.000000000Z"),
    (-86400 * 365, "1969-01-01T00:00:00.000000000Z"), (951_782_399, "2000-02-28T23:59:59.000000000Z"),
    (951_782_400, "2000-02-29T00:00:00.000000000Z"), (951_868_800, "2000-03-01T00:00:00.000000000Z"),
    (1_709_164_800, "2024-02-29T00:00:00.000000000Z"), (1_735_689_599, "2024-12-31T23:59:59.000000000Z"),
    (1_795_341_813, "2026-11-22T10:03:33.000000000Z"), (2_147_483_648, "2038-01-19T03:14:08.000000000Z"),
    (4_107_542_399, "2100-02-28T23:59:59.000000000Z"), (4_107_542_400, "2100-03-01T00:00:00.000000000Z"),
    (-2_203_891_200, "1900-03-01T00:00:00.000000000Z"), (9_223_372_036, "2262-04-11T23:47:16.000000000Z"),
    (-9_223_372_036, "1677-09-21T00:12:44.000000000Z"),
  ])
  func `a time is a date of the Gregorian calendar`(seconds: Int64, expected: String) {
    let time = CivilTime(Timestamp(nanoseconds: seconds * 1_000_000_000))
    #expect(text { time.writeUTC(to: &$0) } == expected)
  }

  @Test(
    arguments: [
      (0, 123_456_789, 3, "00:00:00.123"), (0, 999_999_999, 3, "00:00:00.999"),
      (0, 0, 9, "00:00:00.000000000"),
      (3600, 0, 3, "01:00:00.000"), (-1, 0, 3, "23:59:59.000"), (86399, -1, 3, "23:59:58.999"),
    ] as [(Int64, Int64, Int, String)])
  func `a clock shows local time`(offset: Int64, nanoseconds: Int64, digits: Int, expected: String) {
    let time = CivilTime(Timestamp(nanoseconds: nanoseconds), offset: offset)
    #expect(text { time.writeClock(to: &$0, digits: digits) } == expected)
  }

  @Test(arguments: [Int64.min, .min + 1, -1, 0, .max - 1, .max])
  func `every time can be shown`(nanoseconds: Int64) {
    for offset in [Int64(-86400), 0, 86400] {
      let time = CivilTime(Timestamp(nanoseconds: nanoseconds), offset: offset)
      #expect(text { time.writeUTC(to: &$0) }.utf8.count == 30)
    }
  }
}
