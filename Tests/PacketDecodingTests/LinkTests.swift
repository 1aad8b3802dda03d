import TraceModel
import PacketDecoding
import Testing

/// The headers before an IP header.
struct LinkTests {
  struct Link: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var number: UInt32
    var header: [UInt8]
    var isV6 = false
  }

  static let a = Build.ethernetAddresses
  static let snap: [UInt8] = [0xaa, 0xaa, 3, 0, 0, 0]

  static let links = [
    Link(testDescription: "raw", number: 101, header: []),
    Link(testDescription: "raw (BSD)", number: 12, header: []),
    Link(testDescription: "raw (OpenBSD)", number: 14, header: []),
    Link(testDescription: "IPv4", number: 228, header: []),
    Link(testDescription: "IPv6", number: 229, header: [], isV6: true),
    Link(testDescription: "Ethernet", number: 1, header: a + [8, 0]),
    Link(testDescription: "Ethernet, IPv6", number: 1, header: a + [0x86, 0xdd], isV6: true),
    Link(testDescription: "802.1Q", number: 1, header: a + [0x81, 0, 0, 5, 8, 0]),
    Link(
      testDescription: "802.1ad", number: 1, header: a + [0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 0x86, 0xdd],
      isV6: true),
    Link(testDescription: "802.3 with SNAP", number: 1, header: a + [0, 100] + snap + [8, 0]),
    Link(testDescription: "PPPoE", number: 1, header: a + [0x88, 0x64, 0x11, 0, 0, 1, 0, 80, 0, 0x21]),
    Link(
      testDescription: "PPPoE with a short protocol", number: 1,
      header: a + [0x88, 0x64, 0x11, 0, 0, 1, 0, 80, 0x57], isV6: true),
    Link(testDescription: "MPLS, two labels", number: 1, header: a + [0x88, 0x47, 0, 1, 0, 64, 0, 1, 1, 64]),
    Link(testDescription: "null, little-endian", number: 0, header: [2, 0, 0, 0]),
    Link(testDescription: "null, big-endian IPv6", number: 0, header: [0, 0, 0, 30], isV6: true),
    Link(testDescription: "loop", number: 108, header: [0, 0, 0, 2]),
    Link(
      testDescription: "Linux cooked", number: 113,
      header: [0, 0, 3, 4, 0, 6] + Array(repeating: 0, count: 8) + [8, 0]),
    Link(
      testDescription: "Linux cooked, tagged", number: 113,
      header: Array(repeating: 0, count: 14) + [0x81, 0, 0, 5, 0x86, 0xdd], isV6: true),
    Link(testDescription: "Linux cooked 2", number: 276, header: [8, 0] + Array(repeating: 0, count: 18)),
    Link(testDescription: "FDDI", number: 10, header: [0x50] + a + snap + [8, 0]),
    Link(testDescription: "PPP", number: 9, header: [0, 0x21]),
    Link(testDescription: "PPP with address and control", number: 9, header: [0xff, 3, 0, 0x57], isV6: true),
    Link(testDescription: "PPP in HDLC", number: 50, header: [0xff, 3, 0, 0x21]),
    Link(testDescription: "PPPoE without Ethernet", number: 51, header: [0x11, 0, 0, 1, 0, 80, 0, 0x21]),
    Link(testDescription: "Cisco HDLC", number: 104, header: [0x0f, 0, 8, 0]),
  ]

  @Test(arguments: links)
  func `the packet is found after`(_ link: Link) {
    let query = Build.query()
    let udp = Build.udp(query)
    var bench = Bench()
    // With the padding of a short Ethernet frame.
    let bytes = link.header + (link.isV6 ? Build.ipv6(udp) : Build.ipv4(udp)) + [0, 0, 0, 0]
    bench.push(Capture(bytes, link: LinkType(rawValue: link.number)))
    #expect(bench.messages == [query])
  }

  @Test(
    arguments: [
      (1, a + [8, 6, 0, 1]), (1, a + [0, 40, 0x42, 0x42, 3]), (9, [0xc0, 0x21, 1, 1]), (999, [0x45, 0]),
      (1, a + [0x88, 0x47, 0, 1, 1, 64, 0x00, 0x11]),
    ] as [(UInt32, [UInt8])])
  func `a packet that is not IP is foreign`(_ number: UInt32, _ bytes: [UInt8]) {
    var bench = Bench()
    bench.push(Capture(bytes + Array(repeating: 0, count: 60), link: LinkType(rawValue: number)))
    #expect(bench.counts == [0, 0, 0, 0, 0, 1])
  }
}

/// Packets inside packets.
struct TunnelTests {
  static let query = Build.query()
  static let inner = Build.ipv4(Build.udp(query), source: 0x0a00_0001)
  static let innerV6 = Build.ipv6(Build.udp(query))
  static let frame = Build.ethernetAddresses + [8, 0] + inner
  static let vxlan: [UInt8] = [8, 0, 0, 0, 0, 0, 7, 0]

  struct Nesting: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
  }

  static let nestings = [
    Nesting(testDescription: "IP in IP", bytes: Build.ipv4(inner, next: 4)),
    Nesting(testDescription: "IPv6 in IPv4", bytes: Build.ipv4(innerV6, next: 41)),
    Nesting(testDescription: "IPv4 in IPv6", bytes: Build.ipv6(inner, next: 4)),
    Nesting(testDescription: "GRE", bytes: Build.ipv4([0, 0, 8, 0] + inner, next: 47)),
    Nesting(
      testDescription: "GRE with checksum, key and sequence",
      bytes: Build.ipv4([0xb0, 0, 0x86, 0xdd] + Array(repeating: 9, count: 12) + innerV6, next: 47)),
    Nesting(
      testDescription: "GRE with Ethernet",
      bytes: Build.ipv4([0x20, 0, 0x65, 0x58, 0, 0, 0, 1] + frame, next: 47)),
    Nesting(testDescription: "VXLAN", bytes: Build.ipv4(Build.udp(vxlan + frame, to: 4789))),
    Nesting(
      testDescription: "Geneve with an option",
      bytes: Build.ipv6(Build.udp([1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 0] + frame, to: 6081))),
    Nesting(
      testDescription: "Geneve without Ethernet",
      bytes: Build.ipv4(Build.udp([0, 0, 8, 0, 0, 0, 7, 0] + inner, to: 6081))),
    Nesting(
      testDescription: "VXLAN in GRE in IPv6 in IPv4",
      bytes: Build.ipv4(
        Build.ipv6([0, 0, 8, 0] + Build.ipv4(Build.udp(vxlan + frame, to: 4789)), next: 47), next: 41)),
  ]

  @Test(arguments: nestings)
  func `the message is found in`(_ nesting: Nesting) {
    var bench = Bench()
    bench.push(Capture(nesting.bytes))
    #expect(bench.messages == [Self.query])
    #expect(bench.payloads.first?.flow.source.port == 40000)
    #expect(bench.counts == [1, 0, 0, 0, 0, 0])
  }

  @Test func `nesting is limited`() {
    var packet = Self.inner
    var bench = Bench()
    for _ in 0..<6 {
      bench.push(Capture(packet))
      packet = Build.ipv4(packet, next: 4)
    }
    #expect(bench.counts == [5, 0, 0, 0, 0, 1])
  }

  @Test func `DNS on a tunnel's port is DNS`() {
    var bench = Bench()
    bench.push(Capture(Build.ipv4(Build.udp(Self.query, to: 4789))))
    bench.push(Capture(Build.ipv4(Build.udp(Self.query, to: 6081))))
    #expect(bench.messages == [Self.query, Self.query])
  }

  @Test func `a tunnelled packet may be fragmented outside and inside`() {
    let udp = Build.udp(Self.query)
    let parts = [
      Build.ipv4(Array(udp.prefix(16)), id: 1, more: true),
      Build.ipv4(Array(udp.dropFirst(16)), id: 1, offset: 16),
    ]
    var bench = Bench()
    for (id, part) in parts.enumerated() {
      bench.push(Capture(Build.ipv4(Array(part.dropFirst(24)), next: 4, id: 50 + id, offset: 24)))
      bench.push(Capture(Build.ipv4(Array(part.prefix(24)), next: 4, id: 50 + id, more: true)))
    }
    #expect(bench.messages == [Self.query])
    #expect(bench.counts == [1, 3, 0, 0, 0, 0])
    // One of the outer datagrams is lost with its inner fragment.
    bench.push(Capture(Build.ipv4(Array(parts[0].prefix(24)), next: 4, id: 60, more: true)))
    bench.push(Capture(Build.ipv4(Array(parts[0].dropFirst(24)), next: 4, id: 60, offset: 24)))
    bench.finish()
    #expect(bench.counts == [1, 3, 0, 0, 2, 0])
  }
}
