/// Numbers and headers as octets, the most significant first.
enum Octets {
  static func short(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xff), UInt8(value & 0xff)] }
  static func long(_ value: Int) -> [UInt8] { short(value >> 16) + short(value) }

  /// With the length prefix of DNS over TCP (RFC 1035 §4.2.2).
  static func framed(_ message: [UInt8]) -> [UInt8] { short(message.count) + message }

  /// An Ethernet frame with this EtherType.
  static func ethernet(_ packet: [UInt8], tags: [UInt8] = []) -> [UInt8] {
    [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2] + tags + etherType(of: packet) + packet
  }

  /// The EtherType of a packet's IP version.
  static func etherType(of packet: [UInt8]) -> [UInt8] { packet[0] >> 4 == 4 ? [0x08, 0x00] : [0x86, 0xdd] }
}

/// A client and a server, by address and port.
public struct Ends: Sendable {
  var client: [UInt8]
  var server: [UInt8]
  var clientPort = 40000
  var serverPort = 53

  public static let four = Ends(client: [192, 0, 2, 17], server: [192, 0, 2, 53])
  static let six = Ends(client: six(0x17), server: six(0x53))
  static func six(_ last: UInt8) -> [UInt8] {
    [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [last]
  }

  func from(_ port: Int) -> Ends {
    var other = self
    other.clientPort = port
    return other
  }

  /// A datagram with a message; an answer goes to the client.
  public func udp(_ message: [UInt8]) -> [UInt8] {
    ip(datagram(message), 17, toClient: message.isAnswer)
  }

  /// The same in fragments of `size` octets, a multiple of 8.
  func fragments(_ message: [UInt8], of size: Int) -> [[UInt8]] {
    let whole = datagram(message)
    return stride(from: 0, to: whole.count, by: size).map { offset in
      let part = Array(whole[offset..<min(offset + size, whole.count)])
      let more = offset + size < whole.count ? 1 : 0
      guard client.count == 16 else {
        return ip(part, 17, toClient: message.isAnswer, fragment: more << 13 | offset / 8)
      }
      let header: [UInt8] = [17, 0] + Octets.short(offset | more) + [0, 0, 0, 7]
      return ip(header + part, 44, toClient: message.isAnswer)
    }
  }

  /// A TCP segment (RFC 9293 §3.1).
  func tcp(_ octets: [UInt8], at sequence: Int, flags: UInt8 = 0x18, toClient: Bool) -> [UInt8] {
    let header =
      ports(toClient: toClient) + Octets.long(sequence) + Octets.long(1) + [
        0x50, flags, 0xff, 0xff, 0, 0, 0, 0,
      ]
    return ip(header + octets, 6, toClient: toClient)
  }

  func ip(_ payload: [UInt8], _ next: UInt8, toClient: Bool, fragment: Int = 0) -> [UInt8] {
    let addresses = toClient ? server + client : client + server
    if client.count == 16 {
      return [0x60, 0, 0, 0] + Octets.short(payload.count) + [next, 64] + addresses + payload
    }
    return [0x45, 0] + Octets.short(20 + payload.count) + [0, 7] + Octets.short(fragment) + [64, next, 0, 0]
      + addresses + payload
  }

  private func ports(toClient: Bool) -> [UInt8] {
    toClient
      ? Octets.short(serverPort) + Octets.short(clientPort)
      : Octets.short(clientPort) + Octets.short(serverPort)
  }

  private func datagram(_ message: [UInt8]) -> [UInt8] {
    ports(toClient: message.isAnswer) + Octets.short(8 + message.count) + [0, 0] + message
  }
}
