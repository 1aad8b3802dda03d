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
    take(UInt8(number >> 8))
    take(UInt8(truncatingIfNeeded: number))
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
    var (a, b, c, d, e) = state
    @inline(__always)
    func step(_ word: UInt32, _ mix: UInt32, _ constant: UInt32) {
      let next = Self.rotate(a, by: 5) &+ mix &+ e &+ constant &+ word
      (a, b, c, d, e) = (next, a, Self.rotate(b, by: 30), c, d)
    }
    for index in 0..<16 { step(block[index], b & c | ~b & d, 0x5a82_7999) }
    for index in 16..<20 { step(schedule(index), b & c | ~b & d, 0x5a82_7999) }
    for index in 20..<40 { step(schedule(index), b ^ c ^ d, 0x6ed9_eba1) }
    for index in 40..<60 { step(schedule(index), b & c | b & d | c & d, 0x8f1b_bcdc) }
    for index in 60..<80 { step(schedule(index), b ^ c ^ d, 0xca62_c1d6) }
    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
  }

  /// The schedule of 80 words needs the last 16 of them only.
  @inline(__always)
  private mutating func schedule(_ index: Int) -> UInt32 {
    let word = Self.rotate(
      block[(index + 13) & 15] ^ block[(index + 8) & 15] ^ block[(index + 2) & 15] ^ block[index & 15], by: 1)
    block[index & 15] = word
    return word
  }

  private static func rotate(_ word: UInt32, by count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }
}
