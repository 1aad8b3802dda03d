import Bytes
import Testing

/// Names in wire format: words with length octets.
struct WordTests {
  private static let plain = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".utf8)

  /// The words' wire format, and the expected result, octet by octet.
  private struct Sample {
    var wire: [UInt8] = []
    var text: [UInt8] = []
    var kind: ByteWriter.WordKind = []

    init(_ words: [[UInt8]], lowercased: Bool) {
      for word in words {
        wire.append(UInt8(word.count))
        wire += word
        for octet in word {
          let isUpper = (0x41...0x5a).contains(octet)
          if isUpper { kind.insert(.hasUpperCase) }
          if !WordTests.plain.contains(octet) { kind.insert(.hasOthers) }
          text.append(isUpper && lowercased ? octet | 0x20 : octet)
        }
        text.append(UInt8(ascii: "."))
      }
    }
  }

  /// Writes the words from the middle of other octets, `behind` of which follow them.
  private func check(_ words: [[UInt8]], behind: Int) {
    for lowercased in [true, false] {
      let sample = Sample(words, lowercased: lowercased)
      let octets = [UInt8](repeating: 0xc1, count: 5) + sample.wire + [UInt8](repeating: 0xff, count: behind)
      var writer = ByteWriter()
      writer.append(fixed: "<")
      let kind = writer.append(counted: 5..<(5 + sample.wire.count), of: octets.span, lowercased: lowercased)
      writer.append(fixed: ">")
      let written = writer.array()
      #expect(written == Array("<".utf8) + sample.text + Array(">".utf8), "\(words)")
      #expect(kind == sample.kind, "\(words)")
    }
  }

  @Test func `words of any length are written with a dot after each`() {
    for length in 0...63 {
      for behind in [0, 1, 7, 8, 20] {
        check([(0..<length).map { Self.plain[$0 % Self.plain.count] }], behind: behind)
        check(
          [Array("www".utf8), [UInt8](repeating: 0x61, count: length), Array("NET".utf8)], behind: behind)
      }
    }
  }

  @Test func `an octet other than a letter, digit, hyphen or underscore is reported at any position`() {
    for octet in UInt8.min ... .max {
      for length in [1, 7, 8, 9, 16, 17] {
        for place in 0..<length {
          var word = [UInt8](repeating: UInt8(ascii: "z"), count: length)
          word[place] = octet
          check([Array("a".utf8), word], behind: place)
        }
      }
    }
  }

  @Test func `random words give the same result as a loop over octets`() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let words = (0..<Int.random(in: 0...6, using: &random)).map { _ in
        (0..<Int.random(in: 0...40, using: &random)).map { _ in
          Bool.random(using: &random) ? UInt8.random(in: 0 ... .max, using: &random) : Self.plain[7]
        }
      }
      check(words, behind: Int.random(in: 0...10, using: &random))
    }
  }

  @Test func `a length octet beyond the range's end changes nothing after the range`() {
    let octets: [UInt8] = [63, 0x61, 0x62, 63]
    var writer = ByteWriter()
    writer.append(fixed: "<")
    _ = writer.append(counted: 0..<4, of: octets.span, lowercased: true)
    writer.append(fixed: ">")
    #expect(writer.count == 6)
  }

  @Test(arguments: ["", "A", "HTTPS", "NSEC3PARAM", "12345678", "123456789", "1234567890123456"])
  func `a short text is written unchanged`(text: String) throws {
    let short = try #require(ShortText(text))
    #expect(ByteWriter.text { $0.append(short) } == text)
    #expect(ByteWriter.text { for _ in 0..<40 { $0.append(short) } } == String(repeating: text, count: 40))
  }

  @Test func `a text of more than 16 octets is not a short text`() {
    #expect(ShortText("12345678901234567") == nil)
    #expect(ShortText("äöüäöüäöü") == nil)
  }
}
