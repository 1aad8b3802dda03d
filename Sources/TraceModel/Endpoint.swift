package import Bytes

/// An IP address and a port.
package struct Endpoint: Hashable, Sendable {
  package var address: IPAddress
  package var port: UInt16

  @inlinable
  package init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  /// Hashed in as few words as possible: the hasher's cost is per call.
  @inlinable
  package func hash(into hasher: inout Hasher) {
    guard address.family == .v6 else { return hasher.combine(address.low << 16 | UInt64(port)) }
    hasher.combine(address.high)
    hasher.combine(address.low)
    hasher.combine(UInt64(port) | 1 << 63)
  }
}

/// An IPv4 or IPv6 address, as a value without heap storage.
package struct IPAddress: Hashable, Sendable {
  package enum Family: UInt8, Sendable { case v4 = 4, v6 = 6 }

  package let family: Family
  /// The first eight octets of an IPv6 address, big-endian; 0 for IPv4.
  package let high: UInt64
  /// The last eight octets of an IPv6 address, big-endian; for IPv4 the address in the low 32 bits.
  package let low: UInt64

  @inlinable
  package init(v4 address: UInt32) {
    family = .v4
    high = 0
    low = UInt64(address)
  }

  @inlinable
  package init(v6High high: UInt64, low: UInt64) {
    family = .v6
    self.high = high
    self.low = low
  }

  // Written explicitly, because other modules call the derived ones through a witness table.
  package static func == (left: IPAddress, right: IPAddress) -> Bool {
    left.low == right.low && left.high == right.high && left.family == right.family
  }

  package static func != (left: IPAddress, right: IPAddress) -> Bool { !(left == right) }

  /// 127.0.0.0/8, ::1, and 127.0.0.0/8 mapped into IPv6.
  package var isLoopback: Bool {
    switch family {
    case .v4: low >> 24 == 127
    case .v6: high == 0 && (low == 1 || low >> 24 == 0xffff_7f)
    }
  }

  /// The octets in network order: 4 or 16.
  package var octets: [UInt8] {
    switch family {
    case .v4: (0..<4).map { UInt8(truncatingIfNeeded: low >> (24 - 8 * $0)) }
    case .v6: (0..<16).map { octet($0) }
    }
  }

  private func octet(_ index: Int) -> UInt8 {
    index < 8
      ? UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * index))
      : UInt8(truncatingIfNeeded: low >> UInt64(120 - 8 * index))
  }
}

// MARK: Text

extension IPAddress: CustomStringConvertible {
  package var description: String { ByteWriter.text(write) }

  /// Appends the canonical text: a dotted quad, or that of RFC 5952 §4.
  package func write(to output: inout ByteWriter) {
    switch family {
    case .v4: output.append(ipv4: UInt32(truncatingIfNeeded: low))
    case .v6: output.append(ipv6High: high, low: low)
    }
  }
}

extension IPAddress {
  /// Parses dotted-quad or RFC 4291 §2.2 text; nil for anything else, including scope suffixes.
  package init?(_ text: some StringProtocol) {
    let groups = text.utf8
    if !groups.contains(UInt8(ascii: ":")) {
      guard let address = Self.dotted(text[...]) else { return nil }
      self.init(v4: address)
      return
    }
    var halves: [[UInt16]] = [[]]
    var rest = text[...]
    if rest.hasPrefix("::") {
      halves.append([])
      rest = rest.dropFirst(2)
    }
    while !rest.isEmpty {
      let end = rest.firstIndex(of: ":") ?? rest.endIndex
      let part = rest[..<end]
      if end == rest.endIndex, part.contains(".") {
        guard let quad = Self.dotted(part) else { return nil }
        halves[halves.count - 1] += [UInt16(quad >> 16), UInt16(quad & 0xffff)]
        break
      }
      guard (1...4).contains(part.count), part.first != "+", let group = UInt16(part, radix: 16)
      else { return nil }
      halves[halves.count - 1].append(group)
      guard end != rest.endIndex else { break }
      rest = rest[rest.index(after: end)...]
      if rest.first == ":" {
        guard halves.count == 1 else { return nil }
        halves.append([])
        rest = rest.dropFirst()
      } else if rest.isEmpty {
        return nil
      }
    }
    let given = halves.reduce(0) { $0 + $1.count }
    guard halves.count == 2 ? given < 8 : given == 8 else { return nil }
    let all = halves[0] + Array(repeating: 0, count: 8 - given) + (halves.count == 2 ? halves[1] : [])
    let high = all[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
    let low = all[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
    self.init(v6High: high, low: low)
  }

  private static func dotted(_ text: some StringProtocol) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
      // A leading zero may mean octal, so the value is ambiguous (RFC 6943 §3.1.1).
      guard (1...3).contains(part.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
        part.count == 1 || part.first != "0",
        let octet = UInt8(part)
      else { return nil }
      address = address << 8 | UInt32(octet)
    }
    return address
  }
}
