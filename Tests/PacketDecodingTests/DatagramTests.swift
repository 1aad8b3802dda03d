import TraceModel
import PacketDecoding
import Testing

/// One datagram gives one payload.
struct DatagramTests {
  let query = Build.query()

  @Test func `a query over IPv4 is delivered with its range`() throws {
    var bench = Bench()
    let capture = Capture(Build.ipv4(Build.udp(query)), pid: 42)
    bench.push(capture)
    let payload = try #require(bench.payloads.first)
    #expect(payload.message == query)
    #expect(payload.message == query)
    #expect(payload.flow.source == Endpoint(address: IPAddress(v4: 0xc000_0201), port: 40000))
    #expect(payload.flow.destination.port == 53)
    #expect(payload.flow.transport == .udp)
    #expect(payload.time == capture.header.time)
    #expect(payload.direction == .egress)
    #expect(payload.socketCookie == 9)
    #expect(payload.interfaceIndex == 2)
    #expect(payload.networkNamespace == 4_026_531_840)
    #expect(payload.recognition == .port)
    #expect(payload.attribution.owner?.identity.pid == 42)
    #expect(!payload.isReassembled)
    #expect(!payload.isCut)
    #expect(bench.counts == [1, 0, 0, 0, 0, 0])
  }

  @Test func `the payload shares the capture's array`() {
    var bench = Bench()
    let capture = Capture(Build.ipv4(Build.udp(query)))
    bench.push(capture)
    #expect(bench.payloads[0].isInPacket)
  }

  struct Wrapping: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
  }

  static let wrappings: [Wrapping] = {
    let udp = Build.udp(Build.query())
    let empty: [UInt8] = [17, 0, 1, 4, 0, 0, 0, 0]
    return [
      Wrapping(testDescription: "IPv4", bytes: Build.ipv4(udp)),
      Wrapping(
        testDescription: "IPv4 with options", bytes: Build.ipv4(udp, options: [1, 1, 1, 1, 1, 1, 1, 0])),
      Wrapping(testDescription: "IPv4 with padding after it", bytes: Build.ipv4(udp) + [0, 0, 0, 0, 0]),
      Wrapping(testDescription: "IPv4 with padding inside it", bytes: Build.ipv4(udp + [0, 0, 0])),
      Wrapping(testDescription: "IPv4 with no total length (BIG TCP)", bytes: Build.ipv4(udp, length: 0)),
      Wrapping(
        testDescription: "IPv4 with an authentication header",
        bytes: Build.ipv4([17, 4] + Array(repeating: 0, count: 22) + udp, next: 51)),
      Wrapping(testDescription: "IPv6", bytes: Build.ipv6(udp)),
      Wrapping(testDescription: "IPv6 with no payload length", bytes: Build.ipv6(udp, length: 0)),
      Wrapping(testDescription: "IPv6 hop-by-hop", bytes: Build.ipv6(empty + udp, next: 0)),
      Wrapping(testDescription: "IPv6 destination options", bytes: Build.ipv6(empty + udp, next: 60)),
      Wrapping(testDescription: "IPv6 routing", bytes: Build.ipv6(empty + udp, next: 43)),
      Wrapping(testDescription: "IPv6 mobility", bytes: Build.ipv6(empty + udp, next: 135)),
      Wrapping(
        testDescription: "IPv6 with a chain of three",
        bytes: Build.ipv6([60, 0, 1, 4, 0, 0, 0, 0] + [43, 0, 1, 4, 0, 0, 0, 0] + empty + udp, next: 0)),
      Wrapping(
        testDescription: "IPv6 datagram in one fragment",
        bytes: Build.ipv6Fragment(udp, offset: 0, more: false)),
      Wrapping(
        testDescription: "IPv6 jumbogram (UDP length 0)",
        bytes: Build.ipv6(Build.udp(Build.query(), length: 0))),
    ]
  }()

  @Test(arguments: wrappings)
  func `the message is found after`(_ wrapping: Wrapping) {
    var bench = Bench()
    bench.push(Capture(wrapping.bytes))
    #expect(bench.messages == [query])
    bench.finish()
    #expect(bench.counts == [1, 0, 0, 0, 0, 0])
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var counts: [UInt64]
  }

  static let malformed: [UInt64] = [0, 0, 0, 1, 0, 0]
  static let foreign: [UInt64] = [0, 0, 0, 0, 0, 1]
  static let repeated: [UInt64] = [0, 0, 1, 0, 0, 0]

  static let bad: [Bad] = {
    let udp = Build.udp(Build.query())
    let endless = (0..<9).flatMap { _ in [60, 0, 1, 4, 0, 0, 0, 0] as [UInt8] }
    return [
      Bad(testDescription: "no octet", bytes: [], counts: malformed),
      Bad(
        testDescription: "neither IPv4 nor IPv6", bytes: [0x50] + Array(repeating: 0, count: 60),
        counts: malformed),
      Bad(
        testDescription: "a header of 16 octets", bytes: [0x44] + Build.ipv4(udp).dropFirst(),
        counts: malformed),
      Bad(
        testDescription: "a total length inside the header", bytes: Build.ipv4(udp, length: 19),
        counts: malformed),
      Bad(
        testDescription: "a total length beyond the packet", bytes: Build.ipv4(udp, length: 1000),
        counts: malformed),
      Bad(
        testDescription: "a payload length beyond the packet", bytes: Build.ipv6(udp, length: 1000),
        counts: malformed),
      Bad(
        testDescription: "an extension header beyond the packet", bytes: Build.ipv6([17, 9, 0, 0], next: 0),
        counts: malformed),
      Bad(testDescription: "nine extension headers", bytes: Build.ipv6(endless, next: 60), counts: malformed),
      Bad(
        testDescription: "a UDP length beyond the packet",
        bytes: Build.ipv4(Build.udp(Build.query(), length: 900)), counts: malformed),
      Bad(
        testDescription: "a UDP length of 7", bytes: Build.ipv4(Build.udp(Build.query(), length: 7)),
        counts: malformed),
      Bad(testDescription: "half a UDP header", bytes: Build.ipv4([0, 53, 0, 53]), counts: malformed),
      Bad(
        testDescription: "half a TCP header", bytes: Build.ipv4([0, 53, 0, 53], next: 6), counts: malformed),
      Bad(testDescription: "an empty datagram", bytes: Build.ipv4(Build.udp([])), counts: repeated),
      Bad(
        testDescription: "ICMP", bytes: Build.ipv4([3, 3, 0, 0, 0, 0, 0, 0] + Build.ipv4(udp), next: 1),
        counts: foreign),
      Bad(testDescription: "no next header", bytes: Build.ipv6([], next: 59, length: 0), counts: foreign),
      Bad(
        testDescription: "ESP", bytes: Build.ipv6(Array(repeating: 1, count: 40), next: 50), counts: foreign),
      Bad(
        testDescription: "text on an unknown port",
        bytes: Build.ipv4(Build.udp(Array("M-SEARCH * HTTP/1.1".utf8), to: 1900)), counts: foreign),
    ]
  }()

  @Test(arguments: bad)
  func `no payload is delivered for`(_ bad: Bad) {
    var bench = Bench()
    bench.push(Capture(bad.bytes))
    bench.finish()
    #expect(bench.payloads.isEmpty)
    #expect(bench.counts == bad.counts)
  }

  @Test func `a truncated packet is delivered truncated`() {
    var bench = Bench()
    let whole = Build.ipv4(Build.udp(query))
    bench.push(Capture(Array(whole.dropLast(5)), originalLength: whole.count))
    #expect(bench.messages == [Array(query.dropLast(5))])
    #expect(bench.payloads[0].isCut)
    bench.push(Capture(Array(whole.prefix(28)), originalLength: whole.count))
    #expect(bench.counts == [1, 0, 0, 1, 0, 0])
  }

  @Test func `on an unknown port only messages with the shape of DNS are delivered, marked as such`() {
    var bench = Bench()
    bench.push(Capture(Build.ipv4(Build.udp(query, to: 5300))))
    bench.push(Capture(Build.ipv4(Build.udp(query, to: 5300)), recognition: .port))
    #expect(bench.payloads.map(\.recognition) == [.shape, .port])
  }

  @Test func `on a DNS port every payload is delivered`() {
    var bench = Bench(dnsPorts: [5300])
    bench.push(Capture(Build.ipv4(Build.udp([1, 2, 3], to: 5300))))
    #expect(bench.messages == [[1, 2, 3]])
    #expect(bench.payloads[0].recognition == .port)
  }

  @Test func `with a list of ports nothing is delivered on other ports`() {
    var dissector = Dissector(dnsPorts: [5300], isAnyPort: false)
    var ledger = Ledger()
    var received = Received()
    for port in [53, 5300] as [UInt16] {
      for packet in [
        Build.ipv4(Build.udp(query, to: Int(port))),
        Build.ipv4(Build.tcp(Build.framed(query), to: Int(port), sequence: 1), next: 6),
      ] {
        ledger.recognised += 1
        _ = dissector.push(Capture(packet).view, into: &received, ledger: &ledger)
        #expect(ledger.packetDifference == 0)
      }
    }
    #expect(received.payloads.map(\.flow.destination.port) == [5300, 5300])
    #expect(ledger.foreignPackets == 2)
    #expect(dissector.streamCount == 1)
  }

  @Test func `several messages behind one header are split`() {
    let messages = [Build.query(id: 1), Build.query(id: 2), Build.query(id: 3, labels: ["a", "com"])]
    var bench = Bench()
    let packet = Build.ipv4(Build.udp(messages.flatMap(\.self)))
    bench.push(Capture(packet, segmentSize: messages[0].count))
    #expect(bench.messages == messages)
    #expect(bench.payloads.allSatisfy { !$0.isCut })
    bench.push(
      Capture(Array(packet.dropLast(30)), originalLength: packet.count, segmentSize: messages[0].count))
    #expect(bench.payloads.map(\.isCut) == [false, false, false, false, true])
    #expect(bench.counts == [2, 0, 0, 0, 0, 0])
    bench.push(Capture(packet, segmentSize: .max))
    #expect(bench.payloads.count == 6)
    bench.push(Capture(Build.ipv4(Build.udp(Array(repeating: 0, count: 200))), segmentSize: 1))
    #expect(bench.counts == [3, 0, 0, 1, 0, 0])
  }

  @Test(arguments: [0, 8, 20]) func `UDP-Lite has a checksum coverage where UDP has its length`(coverage: Int)
  {
    var bench = Bench()
    bench.push(Capture(Build.ipv4(Build.udp(query, length: coverage), next: 136)))
    bench.push(Capture(Build.ipv6(Build.udp(query, to: 5300, length: coverage), next: 136)))
    #expect(bench.messages == [query, query])
    #expect(bench.payloads.allSatisfy { $0.flow.transport == .udpLite })
    bench.push(Capture(Build.ipv4(Build.udp(query, length: 7), next: 136)))
    bench.push(Capture(Build.ipv4(Build.udp(query, length: 900), next: 136)))
    #expect(bench.counts == [2, 0, 0, 2, 0, 0])
  }

  @Test func `on a flow that has carried DNS every payload is delivered, in both directions, marked as such`()
  {
    let other: [UInt8] = [1, 2, 3]
    var bench = Bench()
    let there = Capture(Build.ipv4(Build.udp(other, to: 5300)))
    let back = Capture(
      Build.ipv4(Build.udp(other, from: 5300, to: 40000), source: 0xc000_0235, destination: 0xc000_0201))
    bench.push([there, back])
    #expect(bench.counts == [0, 0, 0, 0, 0, 2])
    bench.push(Capture(Build.ipv4(Build.udp(query, to: 5300))))
    bench.prove(bench.payloads[0].flow)
    bench.push([there, back, Capture(Build.ipv4(Build.udp(other, from: 40001, to: 5300)))])
    #expect(bench.payloads.map(\.recognition) == [.shape, .flow, .flow])
    #expect(bench.counts == [3, 0, 0, 0, 0, 3])
  }

  @Test func `the flows that have carried DNS are bounded, and the newest are kept`() {
    var bench = Bench()
    func packet(_ port: Int, _ payload: [UInt8]) -> Capture {
      Capture(Build.ipv4(Build.udp(payload, from: port, to: 5300)))
    }
    for port in 1...5000 {
      bench.push(packet(port, query))
      bench.prove(bench.payloads[port - 1].flow)
    }
    let isKnown = [1, 904, 905, 5000].map { bench.isProven(bench.payloads[$0 - 1].flow) }
    #expect(isKnown == [false, false, true, true])
  }
}
