import TraceModel
import PacketDecoding
import Testing

/// TCP segments give length-prefixed messages.
struct StreamTests {
  let one = Build.query(id: 1)
  let two = Build.query(id: 2, labels: ["www", "example", "net"])
  let three = Build.query(id: 3, labels: ["a"], padding: 300)
  var stream: [UInt8] { Build.framed(one) + Build.framed(two) + Build.framed(three) }

  @Test func `a message in one segment shares the capture's array`() {
    var bench = Bench()
    let capture = Capture.segment(Build.framed(one), at: 1001)
    bench.push(.synchronize(1000))
    bench.push(capture)
    #expect(bench.messages == [one])
    #expect(bench.payloads[0].isInPacket)
    #expect(bench.payloads[0].flow.transport == .tcp)
    #expect(!bench.payloads[0].isReassembled)
    #expect(bench.counts == [1, 0, 1, 0, 0, 0])
  }

  @Test(arguments: [1, 2, 3, 7, 13, 14, 15, 30, 100, 1000])
  func `segments of any size give the same messages`(_ size: Int) {
    var bench = Bench()
    bench.push(.synchronize(UInt32.max - 20))
    for start in Swift.stride(from: 0, to: stream.count, by: size) {
      bench.push(
        .segment(
          Array(stream[start..<min(start + size, stream.count)]), at: UInt32.max - 19 &+ UInt32(start)))
    }
    #expect(bench.messages == [one, two, three])
    bench.finish()
    #expect(bench.ledger.unassembled == 0)
    #expect(bench.ledger.messageCompleting > 0)
  }

  @Test func `the prefix may arrive alone, and the body is then not copied`() {
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(.segment(Array(Build.framed(one).prefix(2)), at: 1, pid: 1))
    let body = Capture.segment(one, at: 3, pid: 2)
    bench.push(body)
    #expect(bench.messages == [one])
    #expect(bench.payloads[0].isInPacket)
    #expect(!bench.payloads[0].isReassembled)
    #expect(bench.payloads[0].attribution.owner?.identity.pid == 2)
    #expect(bench.counts == [1, 1, 1, 0, 0, 0])
  }

  @Test func `the attribution is that of the first octet, or the first one known`() {
    let framed = Build.framed(one)
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(.segment(Array(framed.prefix(10)), at: 1, pid: 5))
    bench.push(.segment(Array(framed.dropFirst(10)) + framed.prefix(12), at: 11, seconds: 2))
    bench.push(.segment(Array(framed.dropFirst(12)), at: UInt32(framed.count + 13), seconds: 3, pid: 6))
    #expect(bench.payloads.map { $0.attribution.owner?.identity.pid } == [5, 6])
    #expect(bench.payloads.map(\.time.nanoseconds) == [2_000_000_000, 3_000_000_000])
    #expect(bench.payloads.map(\.isReassembled) == [true, true])
    #expect(bench.counts == [2, 1, 1, 0, 0, 0])
  }

  @Test func `segments that were seen before are repeated`() {
    let framed = Build.framed(one)
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(.synchronize(0))
    bench.push(.segment(framed, at: 1))
    bench.push(.segment(framed, at: 1))
    bench.push(.segment(Array(framed.prefix(9)), at: 4))
    #expect(bench.messages == [one])
    // Two octets old, the rest new.
    bench.push(.segment(Array(framed.suffix(2)) + Build.framed(two), at: UInt32(framed.count - 1)))
    #expect(bench.messages == [one, two])
    // A keep-alive probe.
    bench.push(.segment([0], at: UInt32(framed.count + two.count + 2)))
    #expect(bench.counts == [2, 0, 5, 0, 0, 0])
  }

  @Test func `segments out of order wait until the gap is filled`() {
    var bench = Bench()
    bench.push(.synchronize(100))
    let parts = [0..<10, 10..<50, 50..<120, 120..<stream.count]
    for index in [3, 1, 2, 3, 0] {
      bench.push(.segment(Array(stream[parts[index]]), at: 101 + UInt32(parts[index].lowerBound)))
    }
    #expect(bench.messages == [one, two, three])
    bench.finish()
    #expect(bench.ledger.unassembled == 0)
    #expect(bench.ledger.repeated == 2)
  }

  @Test func `data on a SYN counts, and its retransmission does not`() {
    let framed = Build.framed(one)
    var bench = Bench()
    bench.push(.synchronize(7, payload: framed))
    bench.push(.segment(framed, at: 8))
    bench.push(.segment(Build.framed(two), at: 8 + UInt32(framed.count)))
    #expect(bench.messages == [one, two])
    #expect(bench.counts == [2, 0, 1, 0, 0, 0])
  }

  @Test func `a FIN ends the stream, and late copies are still recognised`() {
    let framed = Build.framed(one)
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(.segment(framed + [0, 99], at: 1, flags: 0x19))
    bench.push(.segment(framed + [0, 99], at: 1, flags: 0x19))
    #expect(bench.messages == [one])
    #expect(bench.counts == [1, 0, 2, 0, 0, 0])
    #expect(bench.dissector.heldOctets == 0)
  }

  @Test func `a message that a FIN or RST cuts off is unassembled`() {
    for flags: UInt8 in [0x11, 0x04] {
      var bench = Bench()
      bench.push(.synchronize(0))
      bench.push(.segment(Array(Build.framed(one).prefix(20)), at: 1))
      #expect(bench.counts == [0, 1, 1, 0, 0, 0])
      bench.push(.segment([], at: 21, flags: flags))
      #expect(bench.counts == [0, 0, 2, 0, 1, 0])
    }
  }

  @Test func `a FIN before the gap is filled waits for it`() {
    let framed = Build.framed(one)
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(.segment(Array(framed.dropFirst(5)), at: 6, flags: 0x19))
    bench.push(.segment(Array(framed.prefix(5)), at: 1))
    #expect(bench.messages == [one])
    #expect(bench.counts == [1, 1, 1, 0, 0, 0])
  }

  @Test func `a new SYN starts another stream between the same ports`() {
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(.segment(Array(Build.framed(one).prefix(20)), at: 1))
    bench.push(.synchronize(5_000_000))
    bench.push(.segment(Build.framed(two), at: 5_000_001))
    #expect(bench.messages == [two])
    #expect(bench.counts == [1, 0, 2, 0, 1, 0])
  }

  @Test func `without a SYN the socket's sequence number is the start`() {
    let framed = Build.framed(one)
    var bench = Bench()
    // The second half arrived early.
    bench.push(.segment(Array(framed.dropFirst(8)), at: 108, expected: 100))
    bench.push(.segment(Array(framed.prefix(8)), at: 100, expected: 100))
    #expect(bench.messages == [one])
    // A retransmission of octets from before the trace.
    bench.push(.segment(framed, at: 100, from: 41000, expected: 100 + UInt32(framed.count)))
    #expect(bench.counts == [1, 1, 1, 0, 0, 0])
  }

  @Test func `octets that the socket received and that were not seen are given up at once`() {
    let framed = Build.framed(one)
    let length = UInt32(framed.count)
    var bench = Bench()
    bench.push(.segment(framed + framed.prefix(10), at: 0, expected: 0))
    bench.push(.segment(Build.framed(two), at: 2 * length, expected: 2 * length))
    #expect(bench.messages == [one, two])
    #expect(bench.counts == [2, 0, 0, 0, 0, 0])
  }

  @Test func `a gap that is never filled is given up, and the stream continues after it`() {
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(.segment(Array(Build.framed(one).prefix(5)), at: 1, seconds: 1))
    bench.push(.segment(Build.framed(two), at: 200, seconds: 2))
    bench.advance(to: 11)
    #expect(bench.messages.isEmpty)
    bench.advance(to: 13)
    #expect(bench.messages == [two])
    #expect(bench.payloads[0].time.nanoseconds == 2_000_000_000)
    #expect(bench.counts == [1, 0, 1, 0, 1, 0])
    #expect(bench.dissector.heldOctets == 0)
  }

  @Test func `an idle stream is removed`() {
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(.segment(Array(Build.framed(one).prefix(5)), at: 1, seconds: 1))
    bench.advance(to: 120)
    #expect(bench.dissector.streamCount == 1)
    bench.advance(to: 122)
    #expect(bench.dissector.streamCount == 0)
    #expect(bench.counts == [0, 0, 1, 0, 1, 0])
  }

  @Test func `a stream that starts in the middle of a message is decoded from the next segment`() {
    let framed = Build.framed(three)
    var bench = Bench()
    bench.push(.segment(Array(framed.dropFirst(200)), at: 200))
    bench.push(.segment(Build.framed(one), at: UInt32(framed.count)))
    #expect(bench.messages == [one])
    #expect(bench.counts == [1, 0, 0, 0, 1, 0])
  }

  @Test func `after a gap an option in the middle of a message is not taken for its start`() {
    // The class IN and an OPT record have the shape of a message of 256 octets without a question.
    let middle: [UInt8] = [1, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 9, 0, 12, 0, 5, 170, 170, 170, 170, 170]
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(.segment(middle, at: 50, expected: 50))
    bench.push(.segment(Build.framed(one), at: 50 + UInt32(middle.count)))
    #expect(bench.messages == [one])
    #expect(bench.counts == [1, 0, 1, 0, 1, 0])
  }

  @Test func `on a DNS port the framing is trusted`() {
    let odd: [[UInt8]] = [[1], [1, 2, 3], Array(repeating: 0xff, count: 50)]
    var bench = Bench()
    bench.push(.synchronize(0))
    let octets = odd.flatMap(Build.framed) + [0, 0] + Build.framed(one)
    bench.push(.segment(octets, at: 1))
    bench.push(.segment([0, 0], at: UInt32(octets.count + 1)))
    bench.push(.segment([0], at: UInt32(octets.count + 3)))
    bench.push(.segment([0], at: UInt32(octets.count + 4)))
    #expect(bench.messages == odd + [one])
    #expect(bench.counts == [1, 0, 1, 3, 0, 0])
  }

  @Test func `a stream of another protocol is foreign from its first segment on`() {
    let text = Array("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n".utf8)
    var bench = Bench()
    bench.push(.synchronize(0, to: 8080))
    bench.push(.segment(Array(text.prefix(1)), at: 1, to: 8080, recognition: .undecided))
    #expect(bench.counts == [0, 1, 1, 0, 0, 0])
    bench.push(.segment(Array(text.dropFirst(1)), at: 2, to: 8080))
    bench.push(.segment(Build.framed(one), at: UInt32(text.count + 1), to: 8080))
    #expect(bench.payloads.isEmpty)
    #expect(bench.counts == [0, 0, 1, 0, 0, 3])
    // Another connection between the same ports may be DNS.
    bench.push(.synchronize(70000, to: 8080))
    bench.push(.segment(Build.framed(one), at: 70001, to: 8080))
    #expect(bench.messages == [one])
    #expect(bench.payloads[0].recognition == .shape)
  }

  @Test func `a stream without its start gets a second attempt`() {
    var bench = Bench()
    let tail = Array(three.suffix(50))
    bench.push(.segment(tail, at: 0, to: 5300))
    bench.push(.segment(Build.framed(one), at: 50, to: 5300))
    #expect(bench.messages == [one])
    #expect(bench.counts == [1, 0, 0, 0, 0, 1])
    bench.push(.segment(tail, at: 0, from: 41000, to: 5300))
    bench.push(.segment(tail, at: 50, from: 41000, to: 5300))
    bench.push(.segment(Build.framed(one), at: 100, from: 41000, to: 5300))
    #expect(bench.counts == [1, 0, 0, 0, 0, 4])
  }

  @Test func `an undecided start on an unknown port is DNS if its next octets are`() {
    let framed = Build.framed(one)
    var bench = Bench()
    bench.push(.segment(Array(framed.prefix(2)), at: 0, to: 5300, recognition: .undecided))
    bench.push(.segment(Array(framed.dropFirst(2)), at: 2, to: 5300))
    #expect(bench.messages == [one])
    #expect(bench.counts == [1, 1, 0, 0, 0, 0])
  }

  @Test func `a truncated segment delivers its message truncated and keeps the framing`() {
    let octets = stream
    let whole = Build.ipv4(Build.tcp(octets, sequence: 1), next: 6)
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(Capture(Array(whole.dropLast(100)), originalLength: whole.count))
    bench.push(.segment(Build.framed(one), at: UInt32(octets.count + 1)))
    #expect(bench.messages == [one, two, Array(three.dropLast(100)), one])
    #expect(bench.payloads.map(\.isCut) == [false, false, true, false])
    #expect(bench.counts == [2, 0, 1, 0, 0, 0])
  }

  @Test func `a message that continues after a truncated segment is skipped`() {
    let framed = Build.framed(three)
    let whole = Build.ipv4(Build.tcp(Array(framed.prefix(200)), sequence: 1), next: 6)
    var bench = Bench()
    bench.push(.synchronize(0))
    bench.push(Capture(Array(whole.dropLast(100)), originalLength: whole.count))
    bench.push(.segment(Array(framed[200..<300]), at: 201))
    bench.push(.segment(Array(framed[300...]) + Build.framed(one), at: 301))
    #expect(bench.messages == [Array(three.prefix(98)), one])
    #expect(bench.counts == [2, 1, 1, 0, 0, 0])
  }

  @Test func `two sockets with the same flow are two streams`() {
    var bench = Bench()
    let framed = Build.framed(one)
    var other = Capture.segment(framed, at: 1)
    other.header.socketCookie = 77
    bench.push([.segment(framed, at: 1), other])
    other.header.direction = .ingress
    bench.push(other)
    #expect(bench.messages == [one, one, one])
  }
}
