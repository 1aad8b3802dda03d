import Foundation

/// A capture made here: queries, each with its answer.
enum CraftedCapture {
  /// A pcap file of raw IPv4 packets with `count` exchanges, a tenth of a second apart.
  static func octets(_ count: Int) -> Data {
    var file = Data()
    func little(_ number: Int, _ octets: Int, to data: inout Data) {
      for place in 0..<octets { data.append(UInt8(truncatingIfNeeded: number >> (8 * place))) }
    }
    func big(_ number: Int, _ octets: Int) -> [UInt8] {
      (0..<octets).map { UInt8(truncatingIfNeeded: number >> (8 * (octets - 1 - $0))) }
    }
    for (number, octets) in [(0xa1b2_c3d4, 4), (2, 2), (4, 2), (0, 4), (0, 4), (65535, 4), (101, 4)] {
      little(number, octets, to: &file)
    }
    let (client, server): ([UInt8], [UInt8]) = ([192, 0, 2, 1], [192, 0, 2, 53])
    for index in 0..<count {
      let label = "n\(100_000 + index)"
      let name =
        [UInt8(label.utf8.count)] + Array(label.utf8) + [7] + Array("example".utf8) + [4] + Array("test".utf8)
        + [0]
      for isAnswer in [false, true] {
        var message =
          big(index, 2) + (isAnswer ? [0x81, 0x80] : [1, 0]) + [0, 1, 0, isAnswer ? 1 : 0, 0, 0, 0, 0]
        message += name + [0, 1, 0, 1]
        if isAnswer {
          message += [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, UInt8(index % 256)]
        }
        let ports =
          isAnswer ? big(53, 2) + big(40000 + index % 10000, 2) : big(40000 + index % 10000, 2) + big(53, 2)
        let datagram = ports + big(8 + message.count, 2) + [0, 0] + message
        let packet =
          [0x45, 0] + big(20 + datagram.count, 2) + [0, 0, 0, 0, 64, 17, 0, 0]
          + (isAnswer ? server + client : client + server) + datagram
        little(1_700_000_000 + index / 10, 4, to: &file)
        little(index % 10 * 100_000 + (isAnswer ? 1000 : 0), 4, to: &file)
        little(packet.count, 4, to: &file)
        little(packet.count, 4, to: &file)
        file.append(contentsOf: packet)
      }
    }
    return file
  }

  static func write(_ count: Int, to path: String) throws { try octets(count).write(to: URL(filePath: path)) }
}
