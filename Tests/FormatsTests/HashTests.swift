import TraceModel
import Bytes
import Testing

@testable import Formats

struct HashTests {
  private func digest(_ message: [UInt8]) -> String {
    let digest = SHA1.digest(of: message.span)
    return ByteWriter.text { text in for index in digest.indices { text.append(hex: digest[index]) } }
  }

  @Test(arguments: [
    ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "a49b2446a02c645bf419f995b67091253a04a259"
    ),
    (String(repeating: "a", count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
    (
      String(repeating: "0123456701234567012345670123456701234567012345670123456701234567", count: 10),
      "dea356a2cddd90c7a7ecedc5ebb563934f460452"
    ),
  ])
  func `SHA-1 gives the digests of FIPS 180 and RFC 3174`(message: String, expected: String) {
    #expect(digest(Array(message.utf8)) == expected)
  }

  @Test(arguments: [55, 56, 57, 63, 64, 65, 119, 120]) func `a message of any length is padded`(count: Int) {
    #expect(digest(Array(repeating: UInt8(ascii: "a"), count: count)) == Self.padded[count])
  }

  /// From sha1sum.
  private static let padded = [
    55: "c1c8bbdc22796e28c0e15163d20899b65621d65a", 56: "c2db330f6083854c99d4b5bfb6e8f29f201be699",
    57: "f08f24908d682555111be7ff6f004e78283d989a", 63: "03f09f5b158a7a8cdad920bddc29b81c18a551f5",
    64: "0098ba824b5c16427bd7a1122a5a442a25ec644d", 65: "11655326c708d70319be2610e8a57d9a5b959d3b",
    119: "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56", 120: "f34c1488385346a55709ba056ddd08280dd4c6d6",
  ]

  /// From the baseline of the specification
  /// (https://github.com/corelight/community-id-spec/tree/master/baseline).
  @Test(
    arguments: [
      (.tcp, "128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
      (.udp, "192.168.1.52", 54585, "8.8.8.8", 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
      // Computed as the specification describes, with the SHA-1 of Python's hashlib.
      (.tcp, "2001:db8::3", 40000, "2001:db8::53", 53, "1:3u+Ze7hXakZPbmaBfik5WpwLgdQ="),
      (.udp, "127.0.0.1", 53, "127.0.0.1", 40000, "1:gir0IfrzfLF5jsdNt5PFAnifXH0="),
    ] as [(Transport, String, UInt16, String, UInt16, String)])
  func `a flow has its community id in both directions`(
    transport: Transport, source: String, sourcePort: UInt16, destination: String, destinationPort: UInt16,
    id: String
  ) {
    let flow = Flow(
      transport: transport, source: Endpoint(source, sourcePort),
      destination: Endpoint(destination, destinationPort))
    for flow in [flow, flow.reversed] {
      #expect(ByteWriter.text(CommunityID(flow).write) == id)
    }
  }

  @Test func `an image's id is unique across pid reuse and exec`() {
    let host = Fixture.host
    let id = host.entityID(.image(pid: 42, startTime: 90_123_456_789))
    #expect(id?.count == 24)
    #expect(id == host.entityID(.image(pid: 42, startTime: 90_129_999_999)))
    #expect(id != host.entityID(.image(pid: 42, startTime: 90_130_000_000)))
    #expect(id != host.entityID(.image(pid: 43, startTime: 90_123_456_789)))
    #expect(host.entityID(.image(pid: 42, startTime: 0)) == nil)
    #expect(id != host.entityID(.image(pid: 42, startTime: 90_123_456_789, execID: 1)))
    #expect(
      host.entityID(.image(pid: 42, startTime: 90_123_456_789, execID: 1))
        != host.entityID(.image(pid: 42, startTime: 90_123_456_789, execID: 2)))
    var reborn = host
    reborn.bootID = "another boot"
    #expect(id != reborn.entityID(.image(pid: 42, startTime: 90_123_456_789)))
    reborn.bootID = nil
    #expect(reborn.entityID(.image(pid: 42, startTime: 1)) == nil)
  }
}

extension ProcessImage {
  fileprivate static func image(pid: Int32, startTime: UInt64, execID: UInt32 = 0) -> ProcessImage {
    ProcessImage(process: ProcessIdentity(pid: pid, startTime: startTime), execID: execID)
  }
}
