import Testing

@testable import FrameStreams

/// Control frames have the format of fstrm.
struct ControlFrameTests {
  static let type = Array("protobuf:dnstap.Dnstap".utf8)

  /// As printed by fstrm_capture with full debug output.
  static let known: [(frame: ControlFrame, octets: [UInt8])] = [
    (.ready([type]), [0, 0, 0, 0, 0, 0, 0, 0x22, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x16] + type),
    (.accept([type]), [0, 0, 0, 0, 0, 0, 0, 0x22, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0x16] + type),
    (.start(type), [0, 0, 0, 0, 0, 0, 0, 0x22, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0x16] + type),
    (.stop, [0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 3]),
    (.finish, [0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 5]),
  ]

  @Test func `a frame is encoded as by fstrm, and decoded again`() throws {
    for (frame, octets) in Self.known {
      #expect(frame.octets == octets)
      var reader = ControlFrameReader()
      reader.push(octets)
      #expect(try reader.next() == frame)
      #expect(try reader.next() == nil)
    }
  }

  @Test func `frames are found in a stream that is split anywhere`() throws {
    let stream = Self.known.flatMap(\.octets)
    for cut in 0...stream.count {
      var reader = ControlFrameReader()
      var frames: [ControlFrame] = []
      for part in [stream[..<cut], stream[cut...]] {
        reader.push(part)
        while let frame = try reader.next() { frames.append(frame) }
      }
      #expect(frames == Self.known.map(\.frame))
    }
  }

  @Test(
    arguments: [
      [0, 0, 0, 1, 0xff], [0, 0, 0, 0, 0, 0, 2, 1], [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 9], [0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 2],
      [0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff],
      [0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 3, 7],
    ] as [[UInt8]])
  func `octets that are not a control frame are refused`(octets: [UInt8]) throws {
    var reader = ControlFrameReader()
    reader.push(octets)
    #expect(throws: ControlFrame.Malformed.self) { try reader.next() }
  }
}
