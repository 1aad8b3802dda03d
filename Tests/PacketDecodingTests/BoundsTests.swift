import TraceModel
import PacketDecoding
import Testing

/// What is removed at the bounds, and how it is counted.
struct BoundsTests {
  let framed = Build.framed(Build.query())

  @Test func `the longest idle stream is removed first, remembered ones before open ones`() {
    var limits = Limits()
    limits.maxStreams = 3
    var bench = Bench(limits: limits)
    let half = Array(framed.prefix(10))
    let rest = Array(framed.dropFirst(10))
    func capture(_ payload: [UInt8], at sequence: UInt32, port: Int, to: Int = 53) -> Capture {
      .segment(payload, at: sequence, from: port, to: to)
    }
    bench.push(capture(half, at: 0, port: 1))
    bench.push(capture(half, at: 0, port: 2))
    // A foreign stream, remembered after the two others were last seen.
    bench.push(.synchronize(0, to: 8080, from: 3))
    bench.push(capture(Array("GET / HTTP/1.1".utf8), at: 1, port: 3, to: 8080))
    bench.push(capture(half, at: 0, port: 4))
    #expect(bench.ledger.unassembled == 0)
    // Now stream 1 is the longest idle.
    bench.push(capture(half, at: 0, port: 5))
    #expect(bench.ledger.unassembled == 1)
    bench.push(capture(rest, at: 10, port: 2))
    bench.push(capture(rest, at: 10, port: 4))
    bench.push(capture(rest, at: 10, port: 5))
    #expect(bench.payloads.map(\.flow.source.port) == [2, 4, 5])
  }

  @Test func `a stream that exceeds its bound gives up its gap`() {
    var limits = Limits()
    limits.maxHeldBytes = 2000
    var bench = Bench(limits: limits)
    bench.push(.synchronize(0))
    var sequence: UInt32 = 100
    for _ in 0..<10 {
      bench.push(.segment(framed, at: sequence))
      sequence += UInt32(framed.count)
    }
    // Six segments reached the bound; the later ones are in order.
    #expect(bench.messages.count == 10)
    #expect(bench.counts == [10, 0, 1, 0, 0, 0])
  }

  @Test func `a gap wider than a stream may hold is not waited for`() {
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(.segment(Array(framed.prefix(10)), at: 1))
    bench.push(.segment(framed, at: 300_000))
    bench.push(.segment(framed, at: 1 << 31))
    // So far back that it can only be another connection, whose SYN was not captured.
    bench.push(.segment(framed, at: 1 << 30))
    #expect(bench.messages.count == 3)
    #expect(bench.counts == [3, 0, 1, 0, 1, 0])
  }

  @Test func `packets alone advance the time of their own stream and datagram`() {
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(.segment(Array(framed.prefix(10)), at: 1, seconds: 1))
    bench.push(.segment(framed, at: 11, seconds: 130))
    #expect(bench.messages.count == 1)
    #expect(bench.counts == [1, 0, 1, 0, 1, 0])
    bench.push(.segment(framed, at: 200, seconds: 131))
    bench.push(.segment(framed, at: 300, seconds: 142))
    #expect(bench.messages.count == 2)
    bench.finish()
    #expect(bench.messages.count == 3)
  }

  @Test func `time that goes backwards removes nothing`() {
    var bench = Bench()
    bench.push(.segment(Array(framed.prefix(10)), at: 1, seconds: 1000, expected: 1))
    bench.push(.segment(Array(framed.dropFirst(10)), at: 11, seconds: 1))
    #expect(bench.messages.count == 1)
    #expect(bench.payloads.first?.time.nanoseconds == 1_000_000_000_000)
  }
}
