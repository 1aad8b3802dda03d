import Bytes
import TraceModel

/// The flow hash that Zeek, Suricata and Elastic share
/// (https://github.com/corelight/community-id-spec, version 1, seed 0).
struct CommunityID {
  private let digest: SHA1.Digest

  init(_ flow: Flow) {
    let block = Self.block(flow)
    digest = SHA1.digest(ofOnly: block)
  }

  func write(to output: inout ByteWriter) {
    output.append(fixed: "1:")
    output.append(base64: digest)
  }

  /// The start of the hash as a number that every JSON parser holds exactly: 51 bits.
  var number: UInt64 { (UInt64(digest[0]) << 32 | UInt64(digest[1])) >> 13 }

  /// The input of the hash: the seed (16 bits), both addresses, the protocol and a zero (8 bits each), both ports.
  private static func block(_ flow: Flow) -> SHA1.Block {
    // Both directions have one id: the end with the lower address, then port, is first.
    let isOrdered = isAscending(flow.source, flow.destination)
    let first = isOrdered ? flow.source : flow.destination
    let second = isOrdered ? flow.destination : flow.source
    let addresses = (first.address, second.address)
    var block = SHA1.Block(repeating: 0)
    // The seed is two octets, so that each word is the end of one number and the start of the next.
    var end = 2
    if case .v6 = addresses.0.family {
      let numbers: InlineArray<4, UInt64> = [
        addresses.0.high, addresses.0.low, addresses.1.high, addresses.1.low,
      ]
      var rest: UInt64 = 0
      for index in 0..<4 {
        let number = numbers[index]
        block[2 * index] = UInt32(truncatingIfNeeded: rest << 16 | number >> 48)
        block[2 * index + 1] = UInt32(truncatingIfNeeded: number >> 16)
        rest = number
      }
      end = 8
    } else {
      block[0] = UInt32(truncatingIfNeeded: addresses.0.low >> 16)
      block[1] = UInt32(truncatingIfNeeded: addresses.0.low << 16 | addresses.1.low >> 16 & 0xffff)
    }
    block[end] = UInt32(truncatingIfNeeded: addresses.1.low << 16) | UInt32(flow.transport.rawValue) << 8
    // The specification has no ports for UDP-Lite.
    let hasPorts =
      switch flow.transport {
      case .tcp, .udp: true
      case .udpLite, .unix: false
      }
    if hasPorts {
      end += 1
      block[end] = UInt32(first.port) << 16 | UInt32(second.port)
    }
    block[end + 1] = 0x8000_0000
    block[15] = UInt32(32 * (end + 1))
    return block
  }

  private static func isAscending(_ first: Endpoint, _ second: Endpoint) -> Bool {
    if first.address.high != second.address.high { return first.address.high < second.address.high }
    if first.address.low != second.address.low { return first.address.low < second.address.low }
    return first.port <= second.port
  }
}
