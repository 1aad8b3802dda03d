import Foundation
import FuzzTargets
import Testing

/// The replay of libFuzzer's corpus: inputs for every path through the decoders that it found, and inputs that failed.
struct ReplayTests {
  @Test(arguments: FuzzTarget.allCases)
  func `every target accepts its corpus`(of target: FuzzTarget) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fuzz/Corpus/\(target.rawValue)").standardizedFileURL
    var packed = [UInt8](try Data(contentsOf: file))[...]
    var count = 0
    while let high = packed.popFirst(), let low = packed.popFirst() {
      let size = Int(high) << 8 | Int(low)
      target.run(Array(packed.prefix(size)))
      packed = packed.dropFirst(size)
      count += 1
    }
    #expect(count > 50)
  }

  struct Claim: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var target: FuzzTarget
    var octets: [UInt8]

    init(_ what: String, _ target: FuzzTarget, _ octets: [UInt8]) {
      testDescription = what
      self.target = target
      self.octets = octets
    }
  }

  /// Short inputs with large length fields.
  static let claims = [
    Claim("a message of 65535 records", .message, [0, 0, 0x80, 0] + [UInt8](repeating: 0xFF, count: 8)),
    Claim(
      "a record of 65535 octets", .message,
      [0, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0] + [0, 0, 16, 0, 1, 0, 0, 0, 0, 0xFF, 0xFF]),
    Claim("a message of 65535 octets over TCP", .stream, [0, 0, 0, 3, 0xFF, 0xFF, 1, 0, 1, 9]),
    Claim("a gap of 8 KB in a stream", .stream, [0, 0, 0, 3, 0, 40, 1, 6, 0x7F, 1, 9]),
    Claim("a fragment at octet 65528", .fragments, [0, 0, 0x1F, 0xFF, 1, 1, 2, 3, 4, 5, 6, 7, 8]),
    Claim("an IPv6 fragment there", .fragments, [0, 1, 0x1F, 0xFF, 1, 1, 2, 3, 4, 5, 6, 7, 8]),
    Claim(
      "a packet of 65535 octets, captured short", .packet,
      [0, 0, 29, 0x45, 0, 0xFF, 0xFF, 0, 0, 0, 0, 64, 17, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
        + [0, 53, 0, 53, 0xFF, 0xEB, 0, 0, 1, 1]),
    Claim(
      "a pcap record of 262144 octets", .capture,
      [0, 0xA1, 0xB2, 0xC3, 0xD4, 0, 2, 0, 4] + [UInt8](repeating: 0, count: 8) + [0, 4, 0, 0, 0, 0, 0, 101]
        + [UInt8](repeating: 0, count: 8) + [0, 4, 0, 0, 0, 4, 0, 0]),
    Claim("a pcapng block of 16 MiB", .capture, [0] + section + [0, 0, 0, 6, 1, 0, 0, 0, 0, 0, 0, 0]),
    Claim("a pcapng block of 1 MiB", .capture, [0] + section + [0, 0, 0, 6, 0, 0x10, 0, 0, 0, 0, 0, 0]),
    Claim(
      "a pcapng packet of 4 GiB", .capture,
      [0] + section + [0, 0, 0, 1, 0, 0, 0, 20, 0, 101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20]
        + [0, 0, 0, 6, 0, 0, 0, 32] + [UInt8](repeating: 0, count: 12) + [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1]
        + [0, 0, 0, 32]),
  ]

  private static let section: [UInt8] =
    [0x0A, 0x0D, 0x0D, 0x0A, 0, 0, 0, 28, 0x1A, 0x2B, 0x3C, 0x4D, 0, 1, 0, 0]
    + [UInt8](repeating: 0xFF, count: 8) + [0, 0, 0, 28]

  @Test(arguments: claims)
  func `no allocation is sized by what a length field claims, as`(in claim: Claim) {
    // Tables of fixed size may be larger than the input.
    #expect(claim.target.run(claim.octets) <= 32 << 10)
  }

  @Test func `an allocation as large as its input is detected`() {
    let octets = [0, 0xA1, 0xB2, 0xC3, 0xD4] + [UInt8](repeating: 0, count: 100_000)
    #expect(FuzzTarget.capture.run(octets) >= 100_000)
  }
}
