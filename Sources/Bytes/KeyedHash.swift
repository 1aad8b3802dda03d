/// SipHash-1-3 (Aumasson and Bernstein, 2012) with a random key that this process generates at its start, so that no
/// other process can produce a collision.
///
/// The standard library's `Hasher` computes the same, but with a call for each word, and hashing is a sixth of the cost
/// of pairing. It is public for the same reason as `ByteWriter`.
@frozen public struct KeyedHash: Sendable {
  @usableFromInline var v0: UInt64
  @usableFromInline var v1: UInt64
  @usableFromInline var v2: UInt64
  @usableFromInline var v3: UInt64
  /// The number of words.
  @usableFromInline var count: UInt64 = 0

  /// With this process's key, and no input.
  public static let empty = KeyedHash(key: .random(in: .min ... .max), .random(in: .min ... .max))

  /// The same, for `finishWide`.
  public static let wide: KeyedHash = {
    var hash = KeyedHash(key: .random(in: .min ... .max), .random(in: .min ... .max))
    hash.v1 ^= 0xee
    return hash
  }()

  @inlinable
  public init(key first: UInt64, _ second: UInt64) {
    v0 = first ^ 0x736f_6d65_7073_6575
    v1 = second ^ 0x646f_7261_6e64_6f6d
    v2 = first ^ 0x6c79_6765_6e65_7261
    v3 = second ^ 0x7465_6462_7974_6573
  }

  #if DEBUG
    /// How many bits of a hash are used, 0 to 64: with a small number, tests of tables produce many keys with the same hash.
    /// Release builds use all.
    @TaskLocal public static var digestBits: UInt64 = 64
  #endif

  /// Adds eight octets.
  @inlinable @inline(__always)
  public mutating func combine(_ word: UInt64) {
    count &+= 1
    compress(word)
  }

  /// The hash of all words added.
  @inlinable
  public func finish() -> UInt64 {
    var end = self
    end.compress(count << 59)
    end.v2 ^= 0xff
    end.round()
    end.round()
    end.round()
    let hash = end.v0 ^ end.v1 ^ end.v2 ^ end.v3
    #if DEBUG
      return hash & ~(UInt64.max << Self.digestBits)
    #else
      return hash
    #endif
  }

  /// The 128 bits that the authors' wide variant has, of a hash that began as `wide`.
  public func finishWide() -> (UInt64, UInt64) {
    var end = self
    end.compress(count << 59)
    end.v2 ^= 0xee
    for _ in 0..<3 { end.round() }
    let first = end.v0 ^ end.v1 ^ end.v2 ^ end.v3
    end.v1 ^= 0xdd
    for _ in 0..<3 { end.round() }
    return (first, end.v0 ^ end.v1 ^ end.v2 ^ end.v3)
  }

  @inlinable @inline(__always)
  mutating func compress(_ word: UInt64) {
    v3 ^= word
    round()
    v0 ^= word
  }

  @inlinable @inline(__always)
  mutating func round() {
    v0 = v0 &+ v1
    v2 = v2 &+ v3
    v1 = (v1 << 13 | v1 >> 51) ^ v0
    v3 = (v3 << 16 | v3 >> 48) ^ v2
    v0 = v0 << 32 | v0 >> 32
    v2 = v2 &+ v1
    v0 = v0 &+ v3
    v1 = (v1 << 17 | v1 >> 47) ^ v2
    v3 = (v3 << 21 | v3 >> 43) ^ v0
    v2 = v2 << 32 | v2 >> 32
  }
}

// MARK: Text

extension KeyedHash {
  /// Adds octets, and their number.
  @inlinable
  public mutating func combine(_ octets: Span<UInt8>) { combine(octets) { $0 } }

  /// The same, with ASCII letters in lower case.
  @inlinable
  public mutating func combine(lowercasing octets: Span<UInt8>) { combine(octets) { $0.lowercased } }

  @inlinable @inline(__always)
  mutating func combine(_ octets: Span<UInt8>, _ change: (UInt64) -> UInt64) {
    // SAFETY: `place` and the seven octets after it are inside, as is compared; the loads are unaligned.
    unsafe octets.withUnsafeBytes { bytes in
      var place = 0
      while bytes.count - place >= 8 {
        combine(change(unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
        place += 8
      }
      // The last word holds the remaining octets, and the lowest octet of the count at the top, which they never fill.
      var last: UInt64 = 0
      for index in place..<bytes.count { last |= UInt64(unsafe bytes[index]) << UInt64(8 * (index - place)) }
      combine(change(last) | UInt64(truncatingIfNeeded: bytes.count) << 56)
    }
  }
}

extension UInt64 {
  /// Eight octets, with 0x20 added to those from A to Z.
  @inlinable @inline(__always)
  var lowercased: UInt64 { self | upperCaseLetters >> 2 }

  /// Bit 7 of each of eight octets that is from A to Z.
  @inlinable @inline(__always)
  var upperCaseLetters: UInt64 {
    // Bit 7 of each octet is the result of the comparison: below bit 7 nothing carries into the next octet.
    let low = self & 0x7f7f_7f7f_7f7f_7f7f
    let fromA = low &+ 0x3f3f_3f3f_3f3f_3f3f
    let beyondZ = low &+ 0x2525_2525_2525_2525
    return (fromA ^ beyondZ) & ~self & 0x8080_8080_8080_8080
  }
}
