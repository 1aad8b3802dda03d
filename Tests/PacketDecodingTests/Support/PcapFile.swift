import TraceModel

/// A minimal pcap reader for the captures of these tests.
enum PcapFile {
  static func captures(in octets: [UInt8]) -> [Capture] {
    guard octets.count >= 24 else { return [] }
    let isLittle = octets[0] == 0xd4 || octets[0] == 0x4d
    let isNano = octets[0] == 0x4d || octets[3] == 0x4d
    func word(_ at: Int) -> Int {
      let four = octets[at..<at + 4]
      return (isLittle ? four.reversed() : Array(four)).reduce(0) { $0 << 8 | Int($1) }
    }
    let link = LinkType(rawValue: UInt32(word(20) & 0xfff_ffff))
    var captures: [Capture] = []
    var at = 24
    while at + 16 <= octets.count {
      let length = word(at + 8)
      guard at + 16 + length <= octets.count else { break }
      let time = word(at) * 1_000_000_000 + word(at + 4) * (isNano ? 1 : 1000)
      captures.append(
        Capture(
          bytes: Array(octets[at + 16..<at + 16 + length]), link: link, originalLength: word(at + 12),
          time: Timestamp(nanoseconds: Int64(time)), direction: .ingress))
      at += 16 + length
    }
    return captures
  }
}
