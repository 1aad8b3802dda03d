import Bytes
import Testing

/// A buffer that grows; only written octets can be read.
struct ByteWriterTests {
  private func text(_ room: Int = 0, _ write: (inout ByteWriter) -> Void) -> String {
    var writer = room == 0 ? ByteWriter() : ByteWriter(room: room)
    write(&writer)
    let (text, array, count) = (writer.text(), writer.array(), writer.count)
    #expect(array.count == count)
    #expect(text == String(decoding: array, as: UTF8.self))
    return text
  }

  @Test func `octets are consecutive, even if the buffer grows often`() {
    let expected = (0..<1000).map { "\($0),fixed,array;" }.joined()
    let written = text { buffer in
      for number in 0..<1000 {
        buffer.append(decimal: number)
        buffer.append(UInt8(ascii: ","))
        buffer.append(fixed: "fixed")
        buffer.append(octets: Array(",array;".utf8))
      }
    }
    #expect(written == expected)
  }

  @Test(arguments: [
    0, 1, 9, 10, 99, 100, 12345, UInt64.max, 9_999_999_999_999_999_999, 10_000_000_000_000_000_000,
  ])
  func `a number is decimal`(number: UInt64) {
    #expect(text { $0.append(decimal: number) } == "\(number)")
    #expect(text { $0.append(decimal: Int64(clamping: number)) } == "\(Int64(clamping: number))")
  }

  @Test(arguments: [Int64.min, -1, -10]) func `a number below zero has its sign`(number: Int64) {
    #expect(text { $0.append(decimal: number) } == "\(number)")
  }

  @Test(arguments: [
    (0, 1, "0"), (7, 9, "000000007"), (123, 2, "123"), (5, 40, "00000000000000000005"), (5, -3, "5"),
  ])
  func `a number has at least the requested digits, and at most twenty`(
    number: UInt64, digits: Int, expected: String
  ) {
    #expect(text { $0.append(decimalOf: number, digits: digits) } == expected)
  }

  @Test(
    arguments: [
      (0, "0.0.0.0"), (0xffff_ffff, "255.255.255.255"), (0x0a00_0109, "10.0.1.9"),
      (0xc0a8_0a63, "192.168.10.99"),
      (0x6364_0a09, "99.100.10.9"),
    ] as [(UInt32, String)])
  func `an IPv4 address is a dotted quad`(address: UInt32, expected: String) {
    #expect(text { $0.append(ipv4: address) } == expected)
    let many = text { buffer in for _ in 0..<100 { buffer.append(ipv4: address) } }
    #expect(many == String(repeating: expected, count: 100))
  }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
  func `octets are base 64 as in RFC 4648 §10`(octets: String, expected: String) {
    #expect(text { $0.append(base64: Array(octets.utf8).span) } == expected)
  }

  @Test func `octets are hexadecimal in lower case`() {
    let octets = Array(UInt8.min ... .max)
    let expected = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(text { $0.append(hex: octets.span) } == expected)
  }

  @Test(arguments: [(0..<3, "abcabc"), (1..<3, "abcbc"), (0..<0, "abc"), (2..<4, "abc"), (-1..<2, "abc")])
  func `a part of it is copied, if it is inside`(range: Range<Int>, expected: String) {
    #expect(
      text { buffer in
        buffer.append(fixed: "abc")
        buffer.append(again: range)
      } == expected)
  }

  @Test func `the end is removed and replaced`() {
    let written = text { buffer in
      buffer.replaceLast(with: 0)
      buffer.append(fixed: "abcdef")
      buffer.cut(to: 4)
      buffer.cut(to: 100)
      buffer.replaceLast(with: UInt8(ascii: "}"))
    }
    #expect(written == "abc}")
    #expect(text { $0.cut(to: -1) } == "")
  }

  @Test(
    arguments: [
      (0, 0, "::"), (0, 1, "::1"), (0x2001_0db8_0000_0000, 1, "2001:db8::1"),
      (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
      (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"),
      (0, 0xffff_c000_0201, "::ffff:192.0.2.1"),
      (0xfe80_0000_0000_0000, 0x0abc_00de_000f_1234, "fe80::abc:de:f:1234"),
      (0, 0x0001_0000_0000_0000, "::1:0:0:0"), (0x0001_0000_0000_0001, 0x0001_0000_0000_0000, "1:0:0:1:1::"),
      (0x0001_0000_0001_0000, 0x0001_0000_0001_0000, "1:0:1:0:1:0:1:0"),
      (0xffff_ffff_ffff_ffff, 0, "ffff:ffff:ffff:ffff::"),
    ] as [(UInt64, UInt64, String)])
  func `an IPv6 address has the form of RFC 5952`(high: UInt64, low: UInt64, expected: String) {
    #expect(text { $0.append(ipv6High: high, low: low) } == expected)
  }

  @Test func `the first longest run of zero groups is shortened, for every set of zero groups`() {
    for pattern in 0..<256 {
      let groups = (0..<8).map { pattern >> $0 & 1 == 1 ? 0 : 0x10 << $0 }
      let high = groups[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
      let low = groups[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
      var longest = 0..<0
      for start in 0..<8 {
        let end = (start..<8).first { groups[$0] != 0 } ?? 8
        if end - start > max(longest.count, 1) { longest = start..<end }
      }
      let parts = groups.map { String($0, radix: 16) }
      let expected =
        longest.isEmpty
        ? parts.joined(separator: ":")
        : parts[..<longest.lowerBound].joined(separator: ":") + "::"
          + parts[longest.upperBound...].joined(separator: ":")
      #expect(text { $0.append(ipv6High: high, low: low) } == expected)
    }
  }

  @Test func `any sequence of appends gives the same octets as an array`() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var writer = ByteWriter()
      var array: [UInt8] = []
      for _ in 0..<100 {
        switch Int.random(in: 0..<7, using: &random) {
        case 0:
          writer.append(7)
          array.append(7)
        case 1:
          let octets = (0..<Int.random(in: 0..<300)).map { UInt8(truncatingIfNeeded: $0) }
          writer.append(octets: octets)
          array += octets
        case 2:
          let number = UInt64.random(in: 0 ... .max) >> UInt64.random(in: 0..<64)
          writer.append(decimal: number)
          array += Array("\(number)".utf8)
        case 3:
          let start = Int.random(in: 0...array.count)
          let range = start..<Int.random(in: start...array.count)
          writer.append(again: range)
          array += array[range]
        case 4:
          let octets = (0..<Int.random(in: 0..<40)).map { _ in UInt8.random(in: 0x20...0x7e, using: &random) }
          let start = writer.count
          writer.append(octets: octets)
          writer.escape(from: start)
          for octet in octets { array += octet == 0x22 || octet == 0x5c ? [0x5c, octet] : [octet] }
        case 5:
          let octets = (0..<Int.random(in: 0..<40)).map { _ in UInt8.random(in: 0x20...0xff, using: &random) }
          let start = writer.count
          writer.append(octets: octets)
          writer.lowercase(from: start)
          array += octets.map { 0x41...0x5a ~= $0 ? $0 + 0x20 : $0 }
        default:
          let length = Int.random(in: 0...array.count)
          writer.cut(to: length)
          array.removeLast(array.count - length)
        }
      }
      let written = writer.array()
      #expect(written == array)
    }
  }

  @Test
  func `a little-endian number has its lowest octet first, and is replaced only inside the written octets`() {
    var writer = ByteWriter()
    writer.append(0xff)
    writer.append(littleEndian: 0x0102 as UInt16)
    writer.append(littleEndian: 0x0304_0506 as UInt32)
    writer.append(littleEndian: -2 as Int64)
    let written: [UInt8] = [0xff, 2, 1, 6, 5, 4, 3, 0xfe] + Array(repeating: 0xff, count: 7)
    #expect(writer.array() == written)
    for place in [-1, 12, 15, Int.max] { writer.replace(at: place, withLittleEndian: 0) }
    #expect(writer.array() == written)
    writer.replace(at: 3, withLittleEndian: 0x0708_090a)
    writer.replace(at: 11, withLittleEndian: 1)
    #expect(
      writer.array() == [0xff, 2, 1, 10, 9, 8, 7, 0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0])
  }
}
