import TraceModel
import PacketDecoding
import Testing
import Traffic

/// Captures of the tests and of other programs, compared with the results of an independent decoder.
struct CaptureFileTests {
  static let files = CaptureFile.all.filter { $0.name.hasSuffix(".pcap") }

  @Test(arguments: files)
  func `as many messages are delivered as tshark finds in`(_ file: CaptureFile) throws {
    var bench = Bench()
    let captures = try PcapFile.captures(in: file.octets())
    #expect(captures.count == file.packets)
    bench.push(captures)
    bench.finish()
    #expect(bench.payloads.count == file.messages)
    #expect(bench.ledger.recognised == UInt64(file.packets))
    #expect(bench.ledger.unassembled == file.unassembled)
  }

  @Test(arguments: files)
  func `a stream that is captured twice is delivered once in`(_ file: CaptureFile) throws {
    let captures = try PcapFile.captures(in: file.octets())
    var straight = Bench()
    straight.push(captures)
    straight.finish()
    var doubled = Bench()
    for capture in captures {
      doubled.push(capture)
      // As in a capture on two interfaces; a datagram is a message each time.
      if isTCP(capture) { doubled.push(capture) }
    }
    doubled.finish()
    #expect(doubled.messages == straight.messages)
  }

  /// Whether it is TCP in IPv4 or IPv6 in Ethernet with nothing between, as in these files.
  private func isTCP(_ capture: Capture) -> Bool {
    guard capture.header.link == .ethernet, capture.bytes.count > 34 else { return false }
    return capture.bytes[14] >> 4 == 4 ? capture.bytes[23] == 6 : capture.bytes[20] == 6
  }
}
