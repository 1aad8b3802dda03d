import Captures

/// The flow hash that Zeek, Suricata and Elastic share
/// (https://github.com/corelight/community-id-spec, version 1, seed 0).
enum CommunityID {
  static func write(_ flow: Flow, to output: inout [UInt8]) {
    let forward = key(flow.source, flow.destination)
    let backward = key(flow.destination, flow.source)
    let ordered = forward.lexicographicallyPrecedes(backward) ? (flow.source, flow.destination) : (flow.destination, flow.source)
    var text: [UInt8] = [0, 0]
    text += ordered.0.address.octets + ordered.1.address.octets
    text += [flow.transport.rawValue, 0]
    for port in [ordered.0.port, ordered.1.port] {
      text += [UInt8(port >> 8), UInt8(truncatingIfNeeded: port)]
    }
    output.append(text: "1:")
    output.append(base64: SHA1.digest(of: text))
  }

  private static func key(_ first: Endpoint, _ second: Endpoint) -> [UInt8] {
    first.address.octets + second.address.octets + [UInt8(first.port >> 8), UInt8(truncatingIfNeeded: first.port)]
  }
}

extension [UInt8] {
  /// RFC 4648 §4, padded.
  mutating func append(base64 octets: [UInt8]) {
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    let letters = alphabet.description.utf8.map { $0 }
    for start in stride(from: 0, to: octets.count, by: 3) {
      let rest = Swift.min(3, octets.count - start)
      var word: UInt32 = 0
      for index in 0..<3 { word = word << 8 | (index < rest ? UInt32(octets[start + index]) : 0) }
      for index in 0..<4 {
        append(index <= rest ? letters[Int(word >> UInt32(18 - 6 * index) & 63)] : UInt8(ascii: "="))
      }
    }
  }
}
