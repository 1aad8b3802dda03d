import CaptureFiles
import TraceModel
import Testing

/// Any file gives packets or an error, and the same in chunks of any size.
struct HostileTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var octets: [UInt8]
  }

  static let samples = [
    Sample(testDescription: "pcap", octets: pcap), Sample(testDescription: "pcapng", octets: pcapng),
  ]

  /// Two sections with all kinds of blocks.
  static var pcapng: [UInt8] {
    var file = Pcapng(.little)
    file.interface([(2, Array("eth0".utf8)), (9, [9]), (14, [UInt8](repeating: 0, count: 8))])
    file.process(500, [(2, Array("first".utf8)), (4, Array("a\0b".utf8)), (9, [1, 0, 0, 0, 0, 0, 0, 0])])
    file.packet([1, 2, 3, 4, 5], time: 77, [(2, file.word(2)), file.pair(500, 501)])
    file.packet(
      [1],
      [
        Pcapng.comment("PID: 4\nArgs: a\\032b \\000\nAttribution: sender"),
        Pcapng.comment("Socket: 5\nNetNS: 6"),
      ])
    file.block(77) { $0.add([1, 2, 3, 4, 5]) }
    file.section(.big)
    file.interface(link: 113, snap: 96)
    file.darwinProcess(1, name: "launchd")
    file.obsoletePacket([9, 9], time: 4)
    file.simplePacket([1, 2, 3, 0], length: 3)
    file.packet([6], [(0x8001, file.word(0))])
    return file.all
  }

  static var pcap: [UInt8] {
    var file = Pcap(.big, magic: 0xa1b2_3c4d)
    file.packet([1, 2, 3], seconds: 1, fraction: 2)
    file.packet([4, 5, 6, 7], seconds: 3, fraction: 4)
    return file.octets.all
  }

  @Test(arguments: samples)
  func `chunks of any size give the same as one`(in sample: Sample) {
    let file = sample.octets
    let whole = Outcome(file)
    #expect(whole.error == nil)
    for size in [1, 2, 3, 5, 11, 64] {
      let outcome = Outcome(file, pieces: size)
      #expect(outcome.text == whole.text)
      #expect(outcome.error == nil)
    }
  }

  @Test(arguments: samples)
  func `every truncation gives the first packets, and an error unless it is at the end of a record`(
    in sample: Sample
  ) {
    let file = sample.octets
    let whole = Outcome(file)
    for count in file.indices {
      let outcome = Outcome(Array(file[..<count]), pieces: 13)
      #expect(whole.text.hasPrefix(outcome.text))
      if let error = outcome.error { #expect(error.offset <= UInt64(count)) }
    }
  }

  @Test(arguments: samples)
  func `random damage gives packets or an error, the same in chunks of any size`(in sample: Sample) {
    let file = sample.octets
    var dice = Dice(state: 42)
    for _ in 0..<4000 {
      var damaged = file
      for _ in 0..<Int.random(in: 1...6, using: &dice) {
        let place = Int.random(in: damaged.indices, using: &dice)
        damaged[place] = Bool.random(using: &dice) ? UInt8.random(in: 0...255, using: &dice) : 0xff
      }
      let outcome = Outcome(damaged)
      let inPieces = Outcome(damaged, pieces: 1 + Int.random(in: 0..<20, using: &dice))
      #expect(outcome.text == inPieces.text)
      #expect(outcome.error == inPieces.error)
    }
  }

  @Test func `any comment is accepted`() {
    for text in [
      "", ":", "PID:", "PID: -3", "PID: 0", "PID: 99999999999", "\n\n", "Socket:", "Socket: x\nNetNS: -1",
      "PID: 1\nAttribution: \\", "PID: 1\nArgs:\nAttribution: \\9",
      "PID: 1\nName: \\999\\\\\\01\nAttribution: x",
      "Socket: 1\nSegmentSize: 99999999", "Attribution: kernel socket",
    ] {
      var file = Pcapng(.little)
      file.interface()
      file.packet([1], [Pcapng.comment(text)])
      let outcome = Outcome(file.all)
      #expect(outcome.error == nil)
      #expect((outcome.captures.first?.header.segmentSize ?? 0) <= 65_535)
    }
  }
}
