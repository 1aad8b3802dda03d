import Correlation
import DNSWire
import PacketDecoding
import Testing
import TraceModel

@testable import History

/// The values that a history is made of.
struct ValueTests {
  @Test(arguments: [
    (0, "1970-01-01"), (-1, "1969-12-31"), (18_321, "2020-02-29"), (18_322, "2020-03-01"),
    (20_786, "2026-11-29"),
    (11_016, "2000-02-29"), (106_751, "2262-04-11"), (-106_752, "1677-09-21"),
  ])
  func `a day has one name, and a name one day:`(number: Int, text: String) {
    #expect("\(Day(number: Int64(number)))" == text)
    #expect(Day(text) == Day(number: Int64(number)))
    #expect(Day(fileName: "\(text).sqlite") == Day(number: Int64(number)))
    #expect(Day(of: Day(number: Int64(number)).start) == Day(number: Int64(number)) || number == -106_752)
  }

  @Test(arguments: [
    "", "2026-11-31", "2026-02-29", "2026-13-01", "2026-00-01", "2026-1-01", "+026-01-01",
    "2026-11-29.sqlite", "x",
  ])
  func `what is no day is none:`(text: String) { #expect(Day(text) == nil) }

  @Test func `a moment before midnight is of the day before`() {
    #expect(Day(of: Timestamp(nanoseconds: -1)) == Day(number: -1))
    #expect(Day(of: Timestamp(nanoseconds: Day.length - 1)) == Day(number: 0))
    #expect(Day(of: Timestamp(nanoseconds: Day.length)) == Day(number: 1))
  }

  @Test(arguments: [
    (".", ""), ("com", "com"), ("www.example.com", "com.example.www"), (#"a\.b.c"#, #"c.a\.b"#),
    (#"a\\.b"#, #"b.a\\"#), (#"\046.x"#, #"x.\046"#), (#"a\\\.b.c"#, #"c.a\\\.b"#),
  ])
  func `labels are turned around at the dots between them:`(name: String, labels: String) {
    #expect(String(decoding: LabelText.reversed(name.utf8.span), as: UTF8.self) == labels)
  }

  @Test func `a pattern is a domain when only its first label is a star`() {
    #expect(NameSearch("*.Example.com").domain?.text == "example.com")
    #expect(NameSearch("*.com.").domain?.text == "com")
    for pattern in ["www.example.com", "a*.b.com", "*.*.com", "*", "*.c?m", "*.a;b.com", "."] {
      #expect(NameSearch(pattern).domain == nil)
    }
  }

  @Test func `a cache forgets the one that was used longest ago, and no other takes its id`() {
    var cache = IDCache(room: 4)
    func key(_ number: UInt64) -> IDCache.Key { IDCache.Key(high: 0, low: number) }
    for id in 1...4 { cache.insert(Int64(id), for: key(UInt64(id))) }
    #expect((1...4).allSatisfy { cache[key(UInt64($0))] == Int64($0) })
    cache.insert(5, for: key(5))
    let kept = (1...5).filter { cache[key(UInt64($0))] != nil }
    #expect(kept.count == 4 && kept.contains(5))
    for id in kept { #expect(cache[key(UInt64(id))] == Int64(id)) }
    cache.removeAll()
    #expect((1...5).allSatisfy { cache[key(UInt64($0))] == nil })
  }

  @Test func `numbers are packed and unpacked, and octets that end early give zeros`() {
    var packed = Packed()
    let numbers: [UInt64] = [0, 1, 127, 128, 300, 1 << 35, .max]
    let signed: [Int64] = [0, -1, 1, .min, .max]
    for number in numbers { packed.append(number) }
    for number in signed { packed.append(signed: number) }
    packed.append(counted: [1, 2, 3])
    var unpacking = Unpacking(packed.octets)
    #expect(numbers.map { _ in unpacking.number() } == numbers)
    #expect(signed.map { _ in unpacking.signed() } == signed)
    #expect(unpacking.counted() == [1, 2, 3])
    #expect(unpacking.isAtEnd && unpacking.isIntact)
    #expect(unpacking.number() == 0 && !unpacking.isIntact)
    var hostile = Unpacking([0xff, 0xff, 0xff, 0xff, 0x0f, 1])
    #expect(hostile.counted().isEmpty && !hostile.isIntact)
    var endless = Unpacking(Array(repeating: 0xff, count: 100))
    #expect(endless.number() == 0 && !endless.isIntact)
  }

  @Test func `any octets give what an exchange has besides its columns`() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let octets = (0..<Int.random(in: 0..<64, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      // No trap, and no list beyond the octets that there are.
      let more = More(octets) { _ in nil }
      #expect((more.chain?.forwarded.count ?? 0) <= octets.count)
    }
  }

  @Test func `a command line is stored as JSON that gives it again`() {
    let arguments = ["a", "", "\"\\\n\u{1}\u{7f}ü", "[]"]
    #expect(ArgumentsText.arguments(ArgumentsText.text(arguments)) == arguments)
    #expect(ArgumentsText.arguments(ArgumentsText.text([])) == [])
  }

  @Test func `every number of a column stands for one value`() {
    for outcome in Outcome.allCases { #expect(Outcome(number: outcome.number) == outcome) }
    for (method, number) in AttributionMethod.numbered {
      #expect(method.number == number && AttributionMethod(number: number) == method)
    }
    for evidence in Evidence.allCases { #expect(Evidence(number: evidence.number) == evidence) }
    for origin in AnswerOrigin.allCases { #expect(AnswerOrigin(number: origin.number) == origin) }
    for transport in [Transport.unix, .tcp, .udp, .udpLite] {
      #expect(Transport(name: transport.name) == transport)
    }
  }
}
