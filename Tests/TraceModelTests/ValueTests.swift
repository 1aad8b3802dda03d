import TraceModel
import Testing

/// The small shared values.
struct ValueTests {
  @Test(arguments: ["", "a", "systemd-resolve", "Isolated Web Co", "1234567", "12345678", "123456789"])
  func `a task name keeps its text`(_ text: String) {
    let name = TaskName(text)
    #expect(name.description == text)
    #expect(Array(name) == Array(text.utf8))
    #expect(name.isEmpty == text.isEmpty)
    #expect(TaskName(octets: Array(text.utf8) + [0, 65, 66]) == name)
  }

  @Test func `a task name ends after sixteen octets or at the first zero`() {
    #expect(TaskName("0123456789abcdefXYZ").description == "0123456789abcdef")
    #expect(Array(TaskName(octets: [65, 0, 66])) == [65])
    var iterator = TaskName("ab").makeIterator()
    #expect([iterator.next(), iterator.next(), iterator.next(), iterator.next()] == [97, 98, nil, nil])
  }

  @Test func `a task name is loaded as little-endian words`() {
    let name = TaskName(littleEndianHigh: 0x6867_6665_6463_6261, low: 0x0000_0000_0058_6a69)
    #expect(name == "abcdefghijX")
    #expect(TaskName(littleEndianHigh: 0x4141_0041, low: 0x4141) == "A")
    // With 0x01 after a zero, a simple search for zeros finds one too many.
    #expect(TaskName(littleEndianHigh: 0x0141_0001_4141, low: .max) == "AA\u{1}")
    #expect(TaskName(littleEndianHigh: 0x4242_4242_4242_4242, low: 0) == "BBBBBBBB")
    #expect(
      TaskName(littleEndianHigh: 0x8080_8080_8080_8080, low: 0x43).map(\.self) == [UInt8](
        repeating: 0x80, count: 8) + [0x43])
    #expect(TaskName(littleEndianHigh: 0, low: .max).isEmpty)
  }

  @Test func `octets that are not UTF-8 are replaced`() {
    #expect(TaskName(octets: [0xff, 65]).description == "\u{fffd}A")
  }

  @Test func `a flow reversed twice is unchanged`() {
    let flow = Flow(
      transport: .tcp, source: Endpoint(address: IPAddress(v4: 1), port: 2),
      destination: Endpoint(address: IPAddress(v4: 3), port: 4))
    #expect(flow.reversed != flow)
    #expect(flow.reversed.source == flow.destination)
    #expect(flow.reversed.reversed == flow)
  }

  @Test func `times saturate at their limits`() {
    let moment = Timestamp(nanoseconds: 5)
    #expect(moment.advanced(byNanoseconds: 7).nanoseconds == 12)
    #expect(moment.advanced(byNanoseconds: .max).nanoseconds == .max)
    #expect(Timestamp(nanoseconds: -5).advanced(byNanoseconds: .min).nanoseconds == .min)
    #expect(Timestamp(nanoseconds: 12).nanoseconds(since: moment) == 7)
    #expect(moment < Timestamp(nanoseconds: 6))
  }

  @Test func `a capture has the length of its octets by default`() {
    let capture = Capture(bytes: [1, 2, 3], time: Timestamp(nanoseconds: 0), direction: .ingress)
    #expect(capture.header.originalLength == 3)
    #expect(capture.header.link == .raw)
  }
}
