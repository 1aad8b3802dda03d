import TraceModel
import Bytes

/// The flow hash that Zeek, Suricata and Elastic share
/// (https://github.com/corelight/community-id-spec, version 1, seed 0).
struct CommunityID {
  private let digest: InlineArray<20, UInt8>

  init(_ flow: Flow) { digest = Self.digest(flow) }

  func write(to output: inout ByteWriter) {
    output.append(fixed: "1:")
    output.append(base64: digest.span)
  }

  /// The start of the hash as a number that every JSON parser holds exactly: 51 bits.
  var number: UInt64 { (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(digest[$1]) } >> 13 }

  private static func digest(_ flow: Flow) -> InlineArray<20, UInt8> {
    // Both directions give one id: the end with the lower address, then port, comes first.
    let isOrdered = order(flow.source) <= order(flow.destination)
    let ends = isOrdered ? (flow.source, flow.destination) : (flow.destination, flow.source)
    var hash = SHA1()
    hash.take(bigEndian: 0)
    take(ends.0.address, into: &hash)
    take(ends.1.address, into: &hash)
    hash.take(bigEndian: UInt16(flow.transport.rawValue) << 8)
    // Of UDP-Lite the specification knows no ports.
    if flow.transport != .udpLite {
      hash.take(bigEndian: ends.0.port)
      hash.take(bigEndian: ends.1.port)
    }
    return hash.finish()
  }

  private static func order(_ end: Endpoint) -> (UInt64, UInt64, UInt16) {
    (end.address.high, end.address.low, end.port)
  }

  private static func take(_ address: IPAddress, into hash: inout SHA1) {
    if address.family == .v6 {
      take(UInt32(truncatingIfNeeded: address.high >> 32), into: &hash)
      take(UInt32(truncatingIfNeeded: address.high), into: &hash)
      take(UInt32(truncatingIfNeeded: address.low >> 32), into: &hash)
    }
    take(UInt32(truncatingIfNeeded: address.low), into: &hash)
  }

  private static func take(_ word: UInt32, into hash: inout SHA1) {
    hash.take(bigEndian: UInt16(truncatingIfNeeded: word >> 16))
    hash.take(bigEndian: UInt16(truncatingIfNeeded: word))
  }
}
