import Bytes
import Testing

/// Room for text that grows; nothing leaves it but what was written.
struct OctetBufferTests {
  private func text(_ room: Int = 0, _ write: (inout OctetBuffer) -> Void) -> String {
    var buffer = OctetBuffer(room: room)
    write(&buffer)
    var array = Array("<".utf8)
    buffer.write(to: &array)
    #expect(array.count == buffer.count + 1)
    return String(decoding: array.dropFirst(), as: UTF8.self)
  }

  @Test func `what is written stands one behind the other, however often the room grows`() {
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
  func `a number has as many digits as asked at least, and twenty at most`(
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
    #expect(text { $0.append(dotted: address) } == expected)
    let many = text { buffer in for _ in 0..<100 { buffer.append(dotted: address) } }
    #expect(many == String(repeating: expected, count: 100))
  }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")])
  func `octets are base 64 as in RFC 4648 §10`(octets: String, expected: String) {
    #expect(text { $0.append(base64: Array(octets.utf8).span) } == expected)
  }

  @Test func `octets are hexadecimal in lower case`() {
    let octets = Array(UInt8.min ... .max)
    let expected = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(text { $0.append(hexadecimal: octets.span) } == expected)
  }

  @Test(arguments: [(0..<3, "abcabc"), (1..<3, "abcbc"), (0..<0, "abc"), (2..<4, "abc"), (-1..<2, "abc")])
  func `a part of it is written again, if it is inside`(range: Range<Int>, expected: String) {
    #expect(
      text { buffer in
        buffer.append(fixed: "abc")
        buffer.append(again: range)
      } == expected)
  }

  @Test func `the end is taken back and replaced`() {
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
}
