import TraceModel

/// Octets of packets, built by hand.
enum Build {
  static func short(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xff), UInt8(value & 0xff)] }
  static func long(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  /// A DNS query for one name of `labels`, with `padding` octets in the additional section if any.
  static func query(id: Int = 0x1234, labels: [String] = ["example", "com"], padding: Int = 0) -> [UInt8] {
    var octets = short(id) + [1, 0] + short(1) + short(0) + short(0) + short(padding > 0 ? 1 : 0)
    for label in labels { octets += [UInt8(label.utf8.count)] + Array(label.utf8) }
    octets += [0] + short(1) + short(1)
    if padding > 0 {
      // An OPT record with the padding option (RFC 7830 §3).
      octets += [0] + short(41) + short(1232) + long(0) + short(padding + 4) + short(12) + short(padding)
      octets += Array(repeating: 0xaa, count: padding)
    }
    return octets
  }

  static func framed(_ message: [UInt8]) -> [UInt8] { short(message.count) + message }

  static func udp(_ payload: [UInt8], from: Int = 40000, to: Int = 53, length: Int? = nil) -> [UInt8] {
    short(from) + short(to) + short(length ?? payload.count + 8) + short(0) + payload
  }

  static func tcp(
    _ payload: [UInt8], from: Int = 40000, to: Int = 53, sequence: UInt32, flags: UInt8 = 0x18,
    options: [UInt8] = [], urgent: Int = 0
  ) -> [UInt8] {
    short(from) + short(to) + long(sequence) + long(1) + [UInt8((20 + options.count) / 4) << 4, flags]
      + short(65535) + short(0) + short(urgent) + options + payload
  }

  static func ipv4(
    _ payload: [UInt8], next: UInt8 = 17, options: [UInt8] = [], length: Int? = nil, id: Int = 7,
    offset: Int = 0, more: Bool = false, source: UInt32 = 0xc000_0201, destination: UInt32 = 0xc000_0235
  ) -> [UInt8] {
    let total = length ?? 20 + options.count + payload.count
    return [UInt8(0x45 + options.count / 4), 0] + short(total) + short(id)
      + short((more ? 0x2000 : 0) | offset / 8) + [64, next] + short(0) + long(source) + long(destination)
      + options + payload
  }

  static func ipv6(_ payload: [UInt8], next: UInt8 = 17, length: Int? = nil) -> [UInt8] {
    [0x60, 0, 0, 0] + short(length ?? payload.count) + [next, 64]
      + [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [1]
      + [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [0x53] + payload
  }

  static func ipv6Fragment(
    _ payload: [UInt8], next: UInt8 = 17, id: UInt32 = 7, offset: Int, more: Bool
  ) -> [UInt8] {
    ipv6([next, 0] + short(offset | (more ? 1 : 0)) + long(id) + payload, next: 44)
  }

  static let ethernetAddresses: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]
}

extension Capture {
  /// A capture at `seconds`, egress, of a packet that starts with its IP header.
  init(
    _ bytes: [UInt8], link: LinkType = .raw, seconds: Double = 1, originalLength: Int? = nil,
    direction: Direction = .egress, segmentSize: Int = 0, expected: UInt32? = nil,
    recognition: Recognition = .shape, pid: Int32? = nil
  ) {
    let owner = pid.map {
      TaskSnapshot(
        identity: ProcessIdentity(pid: $0, startTime: 1), tid: $0, credentials: Credentials(uid: 0, gid: 0),
        name: "test", threadName: "test", source: .send)
    }
    self.init(
      bytes: bytes, link: link, originalLength: originalLength,
      time: Timestamp(nanoseconds: Int64(seconds * 1e9)), direction: direction, socketCookie: 9,
      interfaceIndex: 2, networkNamespace: 4026531840, segmentSize: segmentSize,
      expectedSequence: expected, recognition: recognition,
      attribution: Attribution(owner: owner, method: owner == nil ? .none(.noSocket) : .sender))
  }

  /// A TCP segment from a client to port 53 (or `to`).
  static func segment(
    _ payload: [UInt8], at sequence: UInt32, flags: UInt8 = 0x18, from: Int = 40000, to: Int = 53,
    seconds: Double = 1, expected: UInt32? = nil, recognition: Recognition = .shape, pid: Int32? = nil,
    urgent: Int = 0
  ) -> Capture {
    Capture(
      Build.ipv4(
        Build.tcp(
          payload, from: from, to: to, sequence: sequence, flags: flags | (urgent > 0 ? 0x20 : 0),
          urgent: urgent),
        next: 6),
      seconds: seconds, expected: expected, recognition: recognition, pid: pid)
  }

  static func synchronize(_ initial: UInt32, payload: [UInt8] = [], to: Int = 53, from: Int = 40000)
    -> Capture
  {
    .segment(payload, at: initial, flags: 0x02, from: from, to: to)
  }
}
