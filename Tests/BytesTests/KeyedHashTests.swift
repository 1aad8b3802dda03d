import Bytes
import Testing

/// The keyed hash, compared with another implementation.
struct KeyedHashTests {
  /// CPython 3.11's hashes of `bytes(range(n))` with the key 0, which PYTHONHASHSEED=0 sets
  /// (`sys.hash_info.algorithm` is siphash13 there).
  @Test(
    arguments: [
      (8, 0xead4_11e6_7ebe_2eea), (16, 0x8972_1884_33a5_c5b7), (24, 0x3118_5a47_af93_2f3a),
      (40, 0x95bc_321a_b41d_8206),
    ] as [(Int, UInt64)])
  func `it is SipHash-1-3, as in CPython`(octets: Int, expected: UInt64) {
    var hash = KeyedHash(key: 0, 0)
    for first in stride(from: UInt64(0), to: UInt64(octets), by: 8) {
      hash.combine((0..<8).reduce(0) { $0 | (first + $1) << (8 * $1) })
    }
    #expect(hash.finish() == expected)
  }

  @Test func `another key gives another hash, and this process's key is not 0`() {
    let hashes = Set(
      [KeyedHash(key: 0, 0), KeyedHash(key: 1, 0), KeyedHash(key: 0, 1), .empty].map { $0.finish() })
    #expect(hashes.count == 4)
  }

  private func hash(_ octets: [UInt8]) -> UInt64 {
    var hash = KeyedHash.empty
    hash.combine(lowercasing: octets.span)
    return hash.finish()
  }

  @Test(arguments: [1, 7, 8, 9, 16, 29])
  func `letters are hashed case-insensitively, and every other octet changes the hash`(length: Int) {
    for place in 0..<length {
      var seen: [UInt64: UInt8] = [:]
      for octet in UInt8.min ... .max {
        var octets = [UInt8](repeating: UInt8(ascii: "z"), count: length)
        octets[place] = octet
        let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet)
        let folded = isUpper ? octet + 0x20 : octet
        #expect(seen.updateValue(folded, forKey: hash(octets)) ?? folded == folded)
      }
      #expect(seen.count == 256 - 26)
    }
  }

  @Test func `without lowercasing, the case of letters changes the hash`() {
    var hashes: Set<UInt64> = []
    for text in ["name", "Name", "namE", "a longer name", "A longer name", "a longer namE"] {
      var hash = KeyedHash.empty
      hash.combine(Array(text.utf8).span)
      hashes.insert(hash.finish())
    }
    #expect(hashes.count == 6)
  }

  @Test func `trailing zeros change the hash`() {
    let hashes = Set((0..<40).map { hash([UInt8](repeating: 0, count: $0)) })
    #expect(hashes.count == 40)
  }
}
