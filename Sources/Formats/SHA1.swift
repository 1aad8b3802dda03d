/// SHA-1 (FIPS 180-4 §6.1), which the community id prescribes. Not for anything that must be secure.
struct SHA1 {
  private var state: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0
  )
  private var block = InlineArray<16, UInt32>(repeating: 0)
  /// Octets taken so far.
  private var count: UInt64 = 0

  static func digest(of message: some Sequence<UInt8>) -> InlineArray<20, UInt8> {
    var hash = SHA1()
    for octet in message { hash.take(octet) }
    return hash.finish()
  }

  /// Takes one octet; nothing is allocated on the way.
  mutating func take(_ octet: UInt8) {
    let index = Int(count >> 2 & 15)
    block[index] = block[index] << 8 | UInt32(octet)
    count &+= 1
    if count & 63 == 0 { compress() }
  }

  /// Takes four octets, big-endian, where all before were fours.
  @inline(__always)
  private mutating func take(word: UInt32) {
    block[Int(count >> 2 & 15)] = word
    count &+= 4
    if count & 63 == 0 { compress() }
  }

  mutating func take(bigEndian number: UInt16) {
    guard count & 1 == 0 else {
      take(UInt8(number >> 8))
      return take(UInt8(truncatingIfNeeded: number))
    }
    let index = Int(count >> 2 & 15)
    block[index] = block[index] << 16 | UInt32(number)
    count &+= 2
    if count & 63 == 0 { compress() }
  }

  mutating func finish() -> InlineArray<20, UInt8> {
    let bits = count &* 8
    take(0x80)
    while count & 3 != 0 { take(0) }
    while count & 63 != 56 { take(word: 0) }
    take(word: UInt32(truncatingIfNeeded: bits >> 32))
    take(word: UInt32(truncatingIfNeeded: bits))
    let words: InlineArray<5, UInt32> = [state.0, state.1, state.2, state.3, state.4]
    return InlineArray { index in UInt8(truncatingIfNeeded: words[index >> 2] >> UInt32(24 - 8 * (index & 3)))
    }
  }

  private mutating func compress() {
    var words = InlineArray<80, UInt32>(repeating: 0)
    for index in 0..<16 { words[index] = block[index] }
    for index in 16..<80 {
      words[index] = Self.rotate(
        words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], by: 1)
    }
    var (a, b, c, d, e) = state
    // Five at a time, so that the words go round by their names and none is moved.
    @inline(__always)
    func five(_ first: Int, _ constant: UInt32, _ mix: (UInt32, UInt32, UInt32) -> UInt32) {
      e = e &+ Self.rotate(a, by: 5) &+ mix(b, c, d) &+ constant &+ words[first]
      b = Self.rotate(b, by: 30)
      d = d &+ Self.rotate(e, by: 5) &+ mix(a, b, c) &+ constant &+ words[first + 1]
      a = Self.rotate(a, by: 30)
      c = c &+ Self.rotate(d, by: 5) &+ mix(e, a, b) &+ constant &+ words[first + 2]
      e = Self.rotate(e, by: 30)
      b = b &+ Self.rotate(c, by: 5) &+ mix(d, e, a) &+ constant &+ words[first + 3]
      d = Self.rotate(d, by: 30)
      a = a &+ Self.rotate(b, by: 5) &+ mix(c, d, e) &+ constant &+ words[first + 4]
      c = Self.rotate(c, by: 30)
    }
    for first in stride(from: 0, to: 20, by: 5) { five(first, 0x5a82_7999) { $2 ^ $0 & ($1 ^ $2) } }
    for first in stride(from: 20, to: 40, by: 5) { five(first, 0x6ed9_eba1) { $0 ^ $1 ^ $2 } }
    for first in stride(from: 40, to: 60, by: 5) { five(first, 0x8f1b_bcdc) { $0 & $1 | $2 & ($0 | $1) } }
    for first in stride(from: 60, to: 80, by: 5) { five(first, 0xca62_c1d6) { $0 ^ $1 ^ $2 } }
    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, by count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }
}
