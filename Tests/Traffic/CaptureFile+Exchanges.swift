extension CaptureFile {
  /// `count` queries for `n100000.example.test` and following names, 100 ms apart, each with its answer a millisecond
  /// later, from 2023-11-14 22:13:20 UTC on.
  public static func exchanges(_ count: Int) -> CaptureFile {
    var recording = Recording(link: 101, beginning: 1_700_000_000_000)
    for index in 0..<count {
      let ends = Ends.four.from(40000 + index % 10000)
      for isAnswer in [false, true] {
        recording.add(ends.udp(message(index, isAnswer: isAnswer)), after: isAnswer ? 1 : index == 0 ? 0 : 99)
      }
    }
    return CaptureFile(
      "exchanges.pcap", packets: 2 * count, messages: 2 * count, octets: recording.pcap())
  }

  private static func message(_ index: Int, isAnswer: Bool) -> [UInt8] {
    var name: [UInt8] = []
    for label in ["n\(100_000 + index)", "example", "test", ""] {
      name += [UInt8(label.utf8.count)] + Array(label.utf8)
    }
    let header =
      Octets.short(index) + (isAnswer ? [0x81, 0x80] : [1, 0]) + [0, 1, 0, isAnswer ? 1 : 0, 0, 0, 0, 0]
    let answer = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, UInt8(index % 256)]
    return header + name + [0, 1, 0, 1] + (isAnswer ? answer : [])
  }
}
