import TraceModel
import PacketDecoding
import Testing

/// Urgent data of TCP (RFC 6093): one octet, which a reader gets separately from the stream.
struct UrgentTests {
  let query = Build.query()

  @Test(arguments: [53, 5300]) func `an urgent octet before a message is not part of it`(port: Int) {
    var bench = Bench()
    bench.push(.synchronize(0, to: port))
    bench.push(.segment([33], at: 1, to: port, urgent: 1))
    bench.push(.segment(Build.framed(query), at: 2, to: port))
    bench.finish()
    #expect(bench.messages == [query])
    #expect(bench.counts == [1, 0, 2, 0, 0, 0])
  }

  @Test
  func `an urgent octet in the middle of a segment is not part of the message, in segments of any size`() {
    let stream = Build.framed(query) + [33] + Build.framed(query)
    let place = query.count + 3
    for cut in 1..<stream.count {
      var bench = Bench()
      bench.push(.synchronize(0))
      bench.push(.segment(Array(stream[..<cut]), at: 1, urgent: place))
      if place > cut {
        bench.push(.segment(Array(stream[cut...]), at: UInt32(1 + cut), urgent: place - cut))
      } else {
        bench.push(.segment(Array(stream[cut...]), at: UInt32(1 + cut)))
      }
      bench.finish()
      #expect(bench.messages == [query, query], "cut at \(cut)")
    }
  }

  @Test func `a message that was sent as urgent data is complete`() {
    var bench = Bench()
    let framed = Build.framed(query)
    bench.push(.synchronize(0))
    bench.push(.segment(framed, at: 1, urgent: framed.count))
    bench.push(.segment(framed, at: UInt32(1 + framed.count), urgent: framed.count))
    #expect(bench.messages == [query, query])
  }
}
