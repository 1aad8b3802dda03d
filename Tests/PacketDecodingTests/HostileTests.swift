import TraceModel
import PacketDecoding
import Testing

/// No packet may stop the pipeline, unbalance the ledger or grow a table without bound.
struct HostileTests {
  static let links: [LinkType] = [0, 1, 9, 10, 12, 14, 50, 51, 101, 104, 108, 113, 228, 229, 276, 999].map(
    LinkType.init(rawValue:))

  static let packets: [Capture] = {
    let query = Build.query()
    let udp = Build.udp(query)
    let tcp = Build.tcp(Build.framed(query), sequence: 1, options: [1, 1, 1, 0])
    let ethernet = Build.ethernetAddresses
    let vxlan: [UInt8] = [8, 0, 0, 0, 0, 0, 7, 0]
    let inner = ethernet + [8, 0] + Build.ipv4(udp)
    return [
      Capture(Build.ipv4(udp)), Capture(Build.ipv6(udp)), Capture(Build.ipv4(udp, options: [1, 1, 1, 0])),
      Capture(Build.ipv4(tcp, next: 6)), Capture(Build.ipv6(tcp, next: 6)),
      Capture(Build.ipv6([60, 0, 1, 4, 0, 0, 0, 0] + [17, 0, 1, 4, 0, 0, 0, 0] + udp, next: 0)),
      Capture(Build.ipv4(Array(udp.prefix(16)), more: true)),
      Capture(Build.ipv4(Array(udp.dropFirst(16)), offset: 16)),
      Capture(Build.ipv6Fragment(Array(udp.prefix(16)), offset: 0, more: true)),
      Capture(Build.ipv6Fragment(Array(udp.dropFirst(16)), offset: 16, more: false)),
      Capture(ethernet + [0x81, 0, 0, 5, 8, 0] + Build.ipv4(udp), link: .ethernet),
      Capture(Build.ipv4([0xb0, 0, 8, 0] + Array(repeating: 0, count: 12) + Build.ipv4(udp), next: 47)),
      Capture(Build.ipv4(Build.ipv6(udp), next: 41)),
      Capture(Build.ipv4(Build.udp(vxlan + inner, to: 4789))),
      Capture(Build.ipv4(Build.udp([1, 0, 0x65, 0x58, 0, 0, 7, 0, 0, 0, 0, 0] + inner, to: 6081))),
      Capture(Build.ipv4(Build.udp(query + query, to: 5300)), segmentSize: query.count),
    ]
  }()

  @Test(arguments: packets.indices, links)
  func `every truncation of a packet under every link type is counted`(_ index: Int, _ link: LinkType) {
    var bench = Bench()
    let whole = Self.packets[index]
    for length in 0...whole.bytes.count {
      for original in [length, whole.bytes.count, 70000] {
        var capture = whole
        capture.bytes = Array(whole.bytes.prefix(length))
        capture.header.originalLength = original
        capture.header.link = link
        bench.push(capture)
        capture.header.link = whole.header.link
        bench.push(capture)
      }
    }
    bench.finish()
  }

  @Test(arguments: UInt64(0)..<8)
  func `random changes to packets are counted`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var limits = Limits()
    limits.maxStreams = 50
    limits.maxStreamBytes = 20_000
    limits.maxHeldBytes = 5000
    limits.maxHeldSegments = 4
    limits.maxDatagrams = 5
    limits.maxFragmentBytes = 3000
    var bench = Bench(limits: limits)
    for step in 0..<2000 {
      guard var capture = Self.packets.randomElement(using: &generator) else { return }
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        let at = Int.random(in: 0..<capture.bytes.count, using: &generator)
        capture.bytes[at] = UInt8.random(in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) {
        capture.bytes.removeLast(Int.random(in: 0...capture.bytes.count, using: &generator))
      }
      capture.header.segmentSize = [0, 0, 0, 1, 20, -5, .max, .min].randomElement(using: &generator) ?? 0
      capture.header.originalLength =
        [capture.bytes.count, 0, -1, .max, .min, 1500].randomElement(using: &generator) ?? 0
      capture.header.expectedSequence = [nil, 0, 1, .max, 1 << 31].randomElement(using: &generator) ?? nil
      capture.header.recognition = [.port, .shape, .undecided].randomElement(using: &generator) ?? .port
      capture.header.time = Timestamp(
        nanoseconds: step % 50 == 0
          ? Int64.random(in: .min ... .max, using: &generator) : Int64(step) * 100_000_000)
      bench.push(capture)
      if step % 100 == 0 { bench.advance(to: Double(step) / 10) }
      #expect(bench.dissector.streamCount <= 50 && bench.dissector.datagramCount <= 5)
      #expect(bench.dissector.heldOctets <= 23_000)
    }
    bench.finish()
  }

  @Test(arguments: UInt64(0)..<10)
  func `random segments of one stream are counted`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed &+ 500)
    let base = UInt32.random(in: 0 ... .max, using: &generator)
    var limits = Limits()
    limits.maxHeldBytes = 4000
    limits.maxHeldSegments = 6
    var bench = Bench(limits: limits)
    for step in 0..<2000 {
      let jump: UInt32 =
        [0, 0, 0, 0, 1 << 12, 1 << 24, 1 << 30, 1 << 31].randomElement(using: &generator) ?? 0
      let payload = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        [UInt8](arrayLiteral: 0, 0, 12, 1, .random(in: 0...255, using: &generator)).randomElement(
          using: &generator) ?? 0
      }
      var capture = Capture.segment(
        payload, at: base &+ jump &+ UInt32.random(in: 0...300, using: &generator),
        flags: [0x18, 0x18, 0x18, 0x18, 0x18, 0x02, 0x11, 0x04, 0xff].randomElement(using: &generator) ?? 0,
        to: seed % 2 == 0 ? 53 : 5300, seconds: Double(step) / 10,
        expected: Bool.random(using: &generator) ? nil : base &+ UInt32.random(in: 0...300, using: &generator)
      )
      if step % 5 == 0 { capture.bytes.removeLast(min(payload.count, 10)) }
      capture.header.originalLength = 40 + payload.count
      bench.push(capture)
      #expect(bench.dissector.heldOctets <= 4000 + 70_000)
    }
    bench.finish()
  }

  #if DEBUG
    static let floods = 50_000
  #else
    static let floods = 500_000
  #endif

  @Test func `a million SYNs and first segments stay within the limits`() {
    let limits = Limits()
    var dissector = Dissector(limits: limits)
    var ledger = Ledger()
    var received = Received()
    var most = (streams: 0, octets: 0)
    var synchronize = Capture.synchronize(1)
    var segment = Capture.segment([0, 200] + Array(repeating: 0, count: 30), at: 2)
    for index in 0..<Self.floods {
      // Another source address and port each time.
      for octet in 0..<3 {
        let value = UInt8(truncatingIfNeeded: index >> (8 * octet))
        synchronize.bytes[13 + octet] = value
        segment.bytes[13 + octet] = value
      }
      ledger.recognised += 2
      _ = dissector.push(synchronize.view, into: &received, ledger: &ledger)
      _ = dissector.push(segment.view, into: &received, ledger: &ledger)
      most = (max(most.streams, dissector.streamCount), max(most.octets, dissector.heldOctets))
    }
    #expect(most.streams == limits.maxStreams)
    #expect(most.octets <= limits.maxStreamBytes)
    #expect(ledger.packetDifference == 0)
    dissector.finish(into: &received, ledger: &ledger)
    #expect(ledger.unassembled == UInt64(Self.floods))
    #expect(ledger.packetDifference == 0)
  }

  @Test func `streams full of gaps stay within the limits`() {
    var limits = Limits()
    limits.maxStreamBytes = 1 << 20
    var dissector = Dissector(limits: limits)
    var ledger = Ledger()
    var received = Received()
    var most = 0
    var payload: [UInt8] = Array(repeating: 0, count: 1000)
    payload[1] = 1
    for port in 1000..<1400 {
      var segment = Capture.segment(payload, at: 0, from: port)
      for step in UInt8(0)..<60 {
        segment.bytes[26] = step * 4
        ledger.recognised += 1
        _ = dissector.push(segment.view, into: &received, ledger: &ledger)
        most = max(most, dissector.heldOctets)
      }
    }
    #expect(most <= 1 << 20)
    #expect(most > 1 << 19)
    #expect(ledger.packetDifference == 0)
  }

  @Test func `limits of zero work`() {
    var limits = Limits()
    (limits.maxStreams, limits.maxStreamBytes, limits.maxHeldBytes, limits.maxHeldSegments) = (0, 0, 0, 0)
    (limits.maxDatagrams, limits.maxFragmentBytes, limits.maxFragmentsPerDatagram) = (0, 0, 0)
    (limits.maxNesting, limits.idleTime, limits.gapTime, limits.fragmentTime) = (-1, -1, -1, -1)
    var bench = Bench(limits: limits)
    bench.push(Self.packets)
    bench.push(Self.packets)
    bench.advance(to: 1e9)
    bench.finish()
  }
}
