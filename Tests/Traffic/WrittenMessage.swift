import Foundation

/// A DNS message that dnspython encoded: a line of messages.txt, which messages.py writes.
public struct WrittenMessage: Sendable {
  /// The name of a group of messages.
  public let name: String
  public let octets: [UInt8]
  /// dnspython's text of the data of one record in it; empty if there is none to compare.
  public let text: String

  public static let all: [WrittenMessage] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "messages.txt")
    guard let lines = try? String(contentsOf: file, encoding: .utf8) else { return [] }
    return lines.split(separator: "\n").map { line in
      let parts = line.split(separator: " ", maxSplits: 2)
      let digits = parts[1].compactMap(\.hexDigitValue)
      return WrittenMessage(
        name: String(parts[0]),
        octets: stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) },
        text: parts.count > 2 ? String(parts[2]) : "")
    }
  }()

  /// The messages of that name, in their order.
  public static func named(_ name: String) -> [[UInt8]] { all.filter { $0.name == name }.map(\.octets) }
}

extension [UInt8] {
  /// Whether the QR bit of a DNS message is set (RFC 1035 §4.1.1).
  var isAnswer: Bool { self[2] & 0x80 != 0 }

  /// The same answer with `count` more address records, each of 16 octets.
  func with(addresses count: Int) -> [UInt8] {
    let present = Int(self[6]) << 8 | Int(self[7])
    var answer = self
    answer.replaceSubrange(6..<8, with: Octets.short(present + count))
    for number in 0..<count {
      answer += [0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 198, 51]
      answer += Octets.short(number)
    }
    return answer
  }
}
