import CaptureFiles
import TraceModel
import Testing

/// pcapng: sections, interfaces, the three kinds of packets, options.
struct PcapngTests {
  @Test(arguments: Octets.Order.allCases)
  func `an enhanced packet has time, lengths, link and interface, in byte order`(_ order: Octets.Order) {
    let table = InterfaceNames()
    var file = Pcapng(order)
    file.interface(link: 1, [(2, Array("eth0".utf8))])
    file.interface(link: 101, [(2, Array("tun0".utf8))])
    file.packet([1, 2, 3], interface: 1, time: 1_700_000_000_123_456, length: 70)
    file.packet([4], interface: 0, time: 1, [(2, file.word(1))])
    file.packet([5], interface: 0, time: 2, [(2, file.word(0x0000_0026))])
    let outcome = Outcome(file.all, interfaces: table)
    #expect(outcome.error == nil)
    #expect(outcome.captures.map(\.bytes) == [[1, 2, 3], [4], [5]])
    #expect(outcome.captures.map(\.header.link.rawValue) == [101, 1, 1])
    #expect(outcome.captures.map(\.header.originalLength) == [70, 1, 1])
    #expect(outcome.captures.map(\.header.direction) == [.unspecified, .ingress, .egress])
    #expect(outcome.captures.map { table.name($0.header.interfaceIndex, 0) } == ["tun0", "eth0", "eth0"])
    #expect(outcome.captures.first?.header.time.nanoseconds == 1_700_000_000_123_456_000)
  }

  @Test(
    arguments: [
      (6, 0, 1_500_000, 1_500_000_000), (9, 0, 1_500_000_000, 1_500_000_000), (3, 0, 1500, 1_500_000_000),
      (0, 0, 7, 7_000_000_000), (12, 0, 1_500_000_000_000, 1_500_000_000), (6, 100, 500_000, 100_500_000_000),
      (6, -1, 500_000, -500_000_000), (0x80 | 10, 0, 1536, 1_500_000_000), (0x80, 0, 9, 9_000_000_000),
      (0x80 | 63, 0, 1 << 62, 500_000_000), (0x80 | 64, 0, 1 << 62, 250_000_000), (25, 0, 1 << 62, 0),
      (0, 0, 1 << 62, Int64.max), (0, Int64.min, 1, Int64.min), (0xff, 0, 1 << 62, 0),
    ] as [(UInt8, Int64, UInt64, Int64)])
  func `timestamps have the resolution and offset of their interface`(
    resolution: UInt8, offset: Int64, count: UInt64, nanoseconds: Int64
  ) {
    var file = Pcapng(.little)
    var octets = Octets(.little)
    octets.add(offset)
    file.interface([(9, [resolution]), (14, octets.all)])
    file.packet([1], time: count)
    #expect(Outcome(file.all).captures.map(\.header.time.nanoseconds) == [nanoseconds])
  }

  @Test func `a simple packet has the first interface, its snap length and the time of the previous packet`()
  {
    var file = Pcapng(.big)
    file.interface(link: 113, snap: 2)
    file.packet([9], time: 5)
    file.simplePacket([1, 2, 0, 0], length: 60)
    file.simplePacket([3], length: 1)
    let outcome = Outcome(file.all)
    #expect(outcome.error == nil)
    #expect(outcome.captures.map(\.bytes) == [[9], [1, 2], [3]])
    #expect(outcome.captures.map(\.header.originalLength) == [1, 60, 1])
    #expect(outcome.captures.map(\.header.time.nanoseconds) == [5000, 5000, 5000])
  }

  @Test func `obsolete packet blocks are read`() {
    var file = Pcapng(.big)
    file.interface()
    file.interface(link: 12)
    file.obsoletePacket([1, 2, 3], interface: 1, time: 7, [(2, file.word(2))])
    let capture = Outcome(file.all).captures.first
    #expect(capture?.bytes == [1, 2, 3])
    #expect(capture?.header.link.rawValue == 12)
    #expect(capture?.header.direction == .egress)
    #expect(capture?.header.time.nanoseconds == 7000)
  }

  @Test func `each section has its own byte order and interfaces, and each name its index`() {
    let table = InterfaceNames()
    var file = Pcapng(.little)
    file.interface(link: 1, [(2, Array("lo".utf8))])
    file.packet([1])
    file.section(.big)
    file.interface(link: 276)
    file.interface(link: 101, [(2, Array("lo".utf8))])
    file.packet([2], interface: 1)
    file.packet([3], interface: 0)
    let outcome = Outcome(file.all, interfaces: table)
    #expect(outcome.error == nil)
    #expect(outcome.captures.map(\.header.link.rawValue) == [1, 101, 276])
    #expect(outcome.captures.map(\.header.interfaceIndex) == [1, 1, 0])
    #expect(table.name(0, 0) == nil && table.name(2, 0) == nil)
  }

  @Test func `unknown blocks of any length are skipped`() {
    var file = Pcapng(.little)
    file.interface()
    for type: UInt32 in [4, 5, 10, 0x0bad_cafe] {
      file.block(type) { $0.add([UInt8](repeating: 1, count: 5000)) }
    }
    file.block(7) { $0.add([UInt8](repeating: 2, count: 8 << 20)) }
    file.packet([1])
    #expect(Outcome(file.all, pieces: 65_536).captures.count == 1)
  }

  @Test func `an option that does not fit ends the options, and the packet is kept`() {
    var file = Pcapng(.little)
    file.interface()
    file.block(6) { body in
      for field in [0, 0, 0, 4, 4] as [UInt32] { body.add(field) }
      body.add([1, 2, 3, 4])
      body.add(UInt16(8))
      body.add(UInt16(400))
      body.add([1, 2, 3, 4])
    }
    let outcome = Outcome(file.all)
    #expect(outcome.error == nil)
    #expect(outcome.captures.map(\.bytes) == [[1, 2, 3, 4]])
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var reason: CaptureFileError.Reason
    var write: @Sendable (inout Pcapng) -> Void
  }

  static let refused: [Refused] = [
    Refused(testDescription: "an interface that is not there", reason: .noInterface(1)) {
      $0.packet([1], interface: 1)
    },
    Refused(testDescription: "a packet longer than its block", reason: .packetBeyondBlock(5)) {
      $0.block(6) { body in for field in [0, 0, 0, 5, 5, 0] as [UInt32] { body.add(field) } }
    },
    Refused(testDescription: "a packet longer than any", reason: .packetTooLong(300_000)) {
      $0.packet([UInt8](repeating: 0, count: 300_000))
    },
    Refused(testDescription: "a simple packet beyond its block", reason: .packetBeyondBlock(9)) {
      $0.simplePacket([1, 2, 3, 4], length: 9)
    },
    Refused(testDescription: "a block too short", reason: .blockTooShort(28)) {
      $0.block(6) { $0.add([UInt8](repeating: 0, count: 16)) }
    },
    Refused(testDescription: "a version of the future", reason: .version(major: 2, minor: 0)) {
      $0.section(.little, major: 2)
    },
    Refused(testDescription: "a block of odd length", reason: .blockLength(33)) {
      $0.all += $0.word(6) + $0.word(33)
    },
    Refused(testDescription: "a block of 16 MiB", reason: .blockTooLong(16 << 20 + 4)) {
      $0.all += $0.word(77) + $0.word(16 << 20 + 4)
    },
    Refused(testDescription: "a packet block of 4 GiB", reason: .blockTooLong(0xffff_fffc)) {
      $0.all += $0.word(6) + $0.word(0xffff_fffc)
    },
    Refused(testDescription: "lengths that differ", reason: .lengthsDiffer) {
      $0.packet([1])
      $0.all[$0.all.count - 4] ^= 4
    },
    Refused(testDescription: "lengths that differ around what is passed over", reason: .lengthsDiffer) {
      $0.block(77) { $0.add([1, 2, 3, 4]) }
      $0.all[$0.all.count - 4] ^= 4
    },
    Refused(testDescription: "no byte-order magic", reason: .byteOrder) {
      $0.section(.little)
      $0.all[$0.all.count - 20] = 0
    },
  ]

  @Test(arguments: refused)
  func `damage ends the file after the packets before it:`(_ refused: Refused) {
    var file = Pcapng(.little)
    file.interface()
    file.packet([42])
    let start = file.all.count
    refused.write(&file)
    for pieces in [1, 7, Int.max] {
      let outcome = Outcome(file.all, pieces: pieces)
      #expect(outcome.captures.first?.bytes == [42])
      #expect(outcome.error?.reason == refused.reason)
      #expect((outcome.error?.offset ?? 0) >= UInt64(start))
      #expect((outcome.error?.offset ?? .max) <= UInt64(file.all.count))
    }
  }
}
