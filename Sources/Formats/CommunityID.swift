import Captures
import Octets

/// The flow hash that Zeek, Suricata and Elastic share
/// (https://github.com/corelight/community-id-spec, version 1, seed 0).
enum CommunityID {
  static func write(_ flow: Flow, to output: inout OctetBuffer) {
    output.append(fixed: "1:")
    output.append(base64: digest(flow).span)
  }

  /// The start of the hash as a number that every JSON parser holds exactly: 51 bits.
  static func number(_ flow: Flow) -> UInt64 {
    let digest = digest(flow)
    return (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(digest[$1]) } >> 13
  }

  private static func digest(_ flow: Flow) -> InlineArray<20, UInt8> {
    // Both directions give one id: the end with the lower address, then port, comes first.
    let isOrdered = order(flow.source) <= order(flow.destination)
    let ends = isOrdered ? (flow.source, flow.destination) : (flow.destination, flow.source)
    var hash = SHA1()
    hash.take(bigEndian: 0)
    take(ends.0.address, into: &hash)
    take(ends.1.address, into: &hash)
    hash.take(flow.transport.rawValue)
    hash.take(0)
    hash.take(bigEndian: ends.0.port)
    hash.take(bigEndian: ends.1.port)
    return hash.finish()
  }

  private static func order(_ end: Endpoint) -> (UInt64, UInt64, UInt16) {
    (end.address.high, end.address.low, end.port)
  }

  private static func take(_ address: IPAddress, into hash: inout SHA1) {
    let words: (UInt64, UInt64) = address.family == .v6 ? (address.high, address.low) : (0, address.low << 32)
    if address.family == .v6 { take(words.0, octets: 8, into: &hash) }
    take(words.1, octets: address.family == .v6 ? 8 : 4, into: &hash)
  }

  private static func take(_ word: UInt64, octets: Int, into hash: inout SHA1) {
    for index in 0..<octets { hash.take(UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * index))) }
  }
}

extension OctetBuffer {
  /// RFC 4648 §4, padded.
  mutating func append(base64 octets: Span<UInt8>) {
    for start in stride(from: 0, to: octets.count, by: 3) {
      let rest = min(3, octets.count - start)
      var word = UInt32(octets[start]) << 16
      if rest > 1 { word |= UInt32(octets[start + 1]) << 8 }
      if rest > 2 { word |= UInt32(octets[start + 2]) }
      append(Self.base64Letter(word >> 18 & 63))
      append(Self.base64Letter(word >> 12 & 63))
      append(rest > 1 ? Self.base64Letter(word >> 6 & 63) : UInt8(ascii: "="))
      append(rest > 2 ? Self.base64Letter(word & 63) : UInt8(ascii: "="))
    }
  }

  private static func base64Letter(_ value: UInt32) -> UInt8 {
    switch UInt8(truncatingIfNeeded: value) {
    case let value where value < 26: UInt8(ascii: "A") + value
    case let value where value < 52: UInt8(ascii: "a") + value - 26
    case let value where value < 62: UInt8(ascii: "0") + value - 52
    case 62: UInt8(ascii: "+")
    default: UInt8(ascii: "/")
    }
  }
}
