import TraceModel
import PacketDecoding
import Testing

/// Fragments give datagrams.
struct FragmentTests {
  static let query = Build.query(padding: 900)
  static let datagram = Build.udp(query)
  static let starts = [0, 320, 640]

  enum Family: Sendable, CaseIterable { case v4, v6 }

  static func fragment(
    _ family: Family, _ index: Int, id: Int = 7, octets: [UInt8]? = nil, seconds: Double = 1,
    pid: Int32? = nil
  ) -> Capture {
    let end = index + 1 < starts.count ? starts[index + 1] : datagram.count
    let part = octets ?? Array(datagram[starts[index]..<end])
    let more = index + 1 < starts.count
    let bytes =
      switch family {
      case .v4: Build.ipv4(part, id: id, offset: starts[index], more: more)
      case .v6: Build.ipv6Fragment(part, id: UInt32(id), offset: starts[index], more: more)
      }
    return Capture(bytes, seconds: seconds, pid: pid)
  }

  @Test(arguments: Family.allCases, [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 0, 2]])
  func `fragments are reassembled in any order`(_ family: Family, _ order: [Int]) {
    var bench = Bench()
    for (step, index) in order.enumerated() {
      bench.push(Self.fragment(family, index, seconds: Double(step + 1), pid: Int32(index + 1)))
    }
    #expect(bench.messages == [Self.query])
    #expect(bench.payloads.first?.isReassembled == true)
    #expect(bench.payloads.first?.time.nanoseconds == 3_000_000_000)
    #expect(bench.payloads.first?.attribution.owner?.identity.pid == 1)
    #expect(bench.counts == [1, 2, 0, 0, 0, 0])
    bench.finish()
  }

  @Test(arguments: Family.allCases)
  func `an exact copy is repeated`(_ family: Family) {
    var bench = Bench()
    for index in [0, 0, 1, 1, 2] { bench.push(Self.fragment(family, index)) }
    #expect(bench.messages == [Self.query])
    #expect(bench.counts == [1, 2, 2, 0, 0, 0])
  }

  @Test(arguments: Family.allCases)
  func `an overlap drops the datagram and its later fragments`(_ family: Family) {
    var bench = Bench()
    bench.push(Self.fragment(family, 0))
    bench.push(Self.fragment(family, 0, octets: Array(repeating: 1, count: 328)))
    #expect(bench.counts == [0, 0, 0, 0, 2, 0])
    for index in [0, 1, 2] { bench.push(Self.fragment(family, index)) }
    #expect(bench.payloads.isEmpty)
    #expect(bench.counts == [0, 0, 0, 0, 5, 0])
    #expect(bench.dissector.heldOctets == 0)
    // Another datagram is not affected, nor the same identification later.
    for index in [0, 1, 2] { bench.push(Self.fragment(family, index, id: 8)) }
    for index in [0, 1, 2] { bench.push(Self.fragment(family, index, seconds: 40)) }
    #expect(bench.messages == [Self.query, Self.query])
  }

  @Test(arguments: Family.allCases)
  func `fragments wait thirty seconds for the others`(_ family: Family) {
    var bench = Bench()
    bench.push(Self.fragment(family, 0, seconds: 1))
    bench.push(Self.fragment(family, 1, seconds: 20))
    bench.advance(to: 31)
    #expect(bench.counts == [0, 2, 0, 0, 0, 0])
    bench.advance(to: 31.5)
    #expect(bench.counts == [0, 0, 0, 0, 2, 0])
    #expect(bench.dissector.datagramCount == 0)
  }

  @Test func `two ends, or fragments after the end, drop the datagram`() {
    var bench = Bench()
    bench.push(Capture(Build.ipv4(Array(repeating: 0, count: 16), offset: 16)))
    bench.push(Capture(Build.ipv4(Array(repeating: 0, count: 16), offset: 48)))
    bench.push(Capture(Build.ipv4(Array(repeating: 0, count: 16), id: 8, offset: 16)))
    bench.push(Capture(Build.ipv4(Array(repeating: 0, count: 16), id: 8, offset: 48, more: true)))
    bench.push(Capture(Build.ipv4(Array(repeating: 0, count: 16), id: 9, offset: 48, more: true)))
    bench.push(Capture(Build.ipv4(Array(repeating: 0, count: 16), id: 9, offset: 16)))
    #expect(bench.counts == [0, 0, 0, 0, 6, 0])
  }

  @Test func `impossible fragments are malformed`() {
    var bench = Bench()
    bench.push(Capture(Build.ipv4(Array(repeating: 0, count: 15), more: true)))
    bench.push(Capture(Build.ipv4([], offset: 8)))
    bench.push(Capture(Build.ipv4(Array(repeating: 0, count: 16), offset: 65528)))
    bench.push(Capture(Build.ipv6Fragment(Array(repeating: 0, count: 17), offset: 0, more: true)))
    #expect(bench.counts == [0, 0, 0, 4, 0, 0])
  }

  @Test func `a truncated fragment is unassembled`() {
    let whole = Self.fragment(.v4, 0).bytes
    var bench = Bench()
    bench.push(Capture(Array(whole.dropLast(8)), originalLength: whole.count))
    #expect(bench.counts == [0, 0, 0, 0, 1, 0])
  }

  @Test func `fragments of another protocol are all foreign`() {
    var bench = Bench()
    bench.push(Capture(Build.ipv4(Array(repeating: 1, count: 16), next: 1, more: true)))
    bench.push(Capture(Build.ipv4(Array(repeating: 1, count: 16), next: 1, offset: 16)))
    #expect(bench.counts == [0, 0, 0, 0, 0, 2])
  }

  @Test func `fragments can carry a part of a TCP stream`() {
    let framed = Build.framed(Self.query)
    let tcp = Build.tcp(Array(framed.prefix(400)), sequence: 1)
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(Capture(Build.ipv4(Array(tcp.prefix(200)), next: 6, more: true)))
    bench.push(Capture(Build.ipv4(Array(tcp.dropFirst(200)), next: 6, offset: 200)))
    #expect(bench.counts == [0, 2, 1, 0, 0, 0])
    bench.push(.segment(Array(framed.dropFirst(400)), at: 401))
    #expect(bench.messages == [Self.query])
    #expect(bench.counts == [1, 2, 1, 0, 0, 0])
  }

  @Test func `held fragments stay within their bounds`() {
    var limits = Limits()
    limits.maxDatagrams = 10
    limits.maxFragmentBytes = 5000
    limits.maxFragmentsPerDatagram = 4
    var bench = Bench(limits: limits)
    for id in 0..<200 { bench.push(Self.fragment(.v6, 1, id: id)) }
    #expect(bench.dissector.datagramCount <= 10)
    #expect(bench.dissector.heldOctets <= 5000)
    for part in 0..<100 {
      bench.push(Capture(Build.ipv4([0, 0, 0, 0, 0, 0, 0, 0], offset: part * 16, more: true)))
      #expect(bench.dissector.heldOctets <= 5000)
    }
    bench.finish()
    #expect(bench.counts == [0, 0, 0, 0, 300, 0])
  }
}
