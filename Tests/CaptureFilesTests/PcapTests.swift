import CaptureFiles
import TraceModel
import Testing

/// Classic pcap in all its variants.
struct PcapTests {
  struct Variant: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var order: Octets.Order
    var magic: UInt32
    var nanoseconds: Int64
  }

  @Test(arguments: [
    Variant(
      testDescription: "little, µs", order: .little, magic: 0xa1b2_c3d4,
      nanoseconds: 1_700_000_000_123_456_000),
    Variant(
      testDescription: "big, µs", order: .big, magic: 0xa1b2_c3d4, nanoseconds: 1_700_000_000_123_456_000),
    Variant(
      testDescription: "little, ns", order: .little, magic: 0xa1b2_3c4d,
      nanoseconds: 1_700_000_000_000_123_456),
    Variant(
      testDescription: "big, ns", order: .big, magic: 0xa1b2_3c4d, nanoseconds: 1_700_000_000_000_123_456),
  ])
  func `every byte order and unit of time is read:`(_ variant: Variant) {
    var file = Pcap(variant.order, magic: variant.magic, link: 113)
    file.packet([1, 2, 3], seconds: 1_700_000_000, fraction: 123_456, length: 90)
    file.packet([], seconds: 0, fraction: 0)
    let outcome = Outcome(file.octets.all)
    #expect(outcome.error == nil)
    #expect(outcome.captures.map(\.bytes) == [[1, 2, 3], []])
    #expect(outcome.captures.map(\.header.originalLength) == [90, 0])
    #expect(outcome.captures.first?.header.time.nanoseconds == variant.nanoseconds)
    #expect(
      outcome.captures.allSatisfy { $0.header.link.rawValue == 113 && $0.header.direction == .unspecified })
  }

  @Test(
    arguments: [
      (UInt32(113), 1, UInt8(0), Direction.ingress), (113, 1, 1, .ingress), (113, 1, 4, .egress),
      (113, 1, 3, .unspecified), (276, 10, 0, .ingress), (276, 10, 2, .ingress), (276, 10, 4, .egress),
      (276, 10, 3, .unspecified), (1, 1, 4, .unspecified),
    ])
  func `a cooked header gives the direction of a packet`(
    link: UInt32, place: Int, type: UInt8, direction: Direction
  ) {
    var packet = [UInt8](repeating: 0, count: 40)
    packet[place] = type
    var file = Pcap(.little, link: link)
    file.packet(packet, seconds: 1, fraction: 0)
    file.packet([0, 4], seconds: 1, fraction: 0)
    #expect(Outcome(file.octets.all).captures.map(\.header.direction) == [direction, .unspecified])
  }

  @Test func `the upper bits of a link type are ignored`() {
    var file = Pcap(.little, link: 0x1400_0065)
    file.packet([0x45], seconds: 1, fraction: 0)
    #expect(Outcome(file.octets.all).captures.map(\.header.link) == [.raw])
  }

  @Test func `old versions have the two lengths in reverse order`() {
    var file = Pcap(.big, version: (2, 2))
    for field in [1, 0, 80, 2] as [UInt32] { file.octets.add(field) }
    file.octets.add([7, 8])
    let outcome = Outcome(file.octets.all)
    #expect(outcome.error == nil)
    #expect(outcome.captures.map(\.header.originalLength) == [80])
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var octets: [UInt8]
    var error: CaptureFileError
  }

  static var refused: [Refused] {
    var long = Pcap(.little)
    long.packet([1], seconds: 0, fraction: 0)
    for field in [0, 0, 262_145, 262_145] as [UInt32] { long.octets.add(field) }
    return [
      Refused(testDescription: "an empty file", octets: [], error: CaptureFileError(.empty, at: 0)),
      Refused(
        testDescription: "three octets", octets: [0xd4, 0xc3, 0xb2], error: CaptureFileError(.foreign, at: 0)),
      Refused(testDescription: "text", octets: Array("hello".utf8), error: CaptureFileError(.foreign, at: 0)),
      Refused(
        testDescription: "gzip", octets: [0x1f, 0x8b, 8, 0], error: CaptureFileError(.compressed, at: 0)),
      Refused(
        testDescription: "the modified variant", octets: Pcap(.little, magic: 0xa1b2_cd34).octets.all,
        error: CaptureFileError(.modified, at: 0)),
      Refused(
        testDescription: "version 3", octets: Pcap(.big, version: (3, 0)).octets.all,
        error: CaptureFileError(.version(major: 3, minor: 0), at: 4)),
      Refused(
        testDescription: "a packet that claims too much", octets: long.octets.all,
        error: CaptureFileError(.packetTooLong(262_145), at: 41)),
    ]
  }

  @Test(arguments: refused)
  func `an invalid file is refused with reason and offset:`(_ refused: Refused) {
    #expect(Outcome(refused.octets).error == refused.error)
    #expect(Outcome(refused.octets, pieces: 1).error == refused.error)
  }

  @Test func `all packets before a truncation are read`() {
    var file = Pcap(.little)
    file.packet([1, 2, 3, 4], seconds: 1, fraction: 0)
    file.packet([5, 6], seconds: 2, fraction: 0)
    let whole = file.octets.all
    let ends = [24, 44, 62]
    for count in 4..<whole.count {
      let outcome = Outcome(Array(whole[..<count]))
      #expect(outcome.captures.count == (count < 44 ? 0 : 1))
      let record = ends.last { $0 <= count } ?? 0
      #expect(outcome.error == (ends.contains(count) ? nil : CaptureFileError(.cut, at: UInt64(record))))
    }
  }
}
