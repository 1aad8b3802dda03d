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

  mutating func take(bigEndian number: UInt16) {
    take(UInt8(number >> 8))
    take(UInt8(truncatingIfNeeded: number))
  }

  mutating func finish() -> InlineArray<20, UInt8> {
    let bits = count &* 8
    take(0x80)
    while count & 63 != 56 { take(0) }
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      take(UInt8(truncatingIfNeeded: bits >> shift))
    }
    let words: InlineArray<5, UInt32> = [state.0, state.1, state.2, state.3, state.4]
    return InlineArray { index in UInt8(truncatingIfNeeded: words[index >> 2] >> UInt32(24 - 8 * (index & 3)))
    }
  }

  private mutating func compress() {
    var (a, b, c, d, e) = state
    for index in 0..<80 {
      // The schedule of 80 words needs the last 16 of them only.
      if index >= 16 {
        block[index & 15] = Self.rotate(
          block[(index + 13) & 15] ^ block[(index + 8) & 15] ^ block[(index + 2) & 15] ^ block[index & 15],
          by: 1)
      }
      let (mix, constant): (UInt32, UInt32) =
        switch index {
        case 0..<20: (b & c | ~b & d, 0x5a82_7999)
        case 20..<40: (b ^ c ^ d, 0x6ed9_eba1)
        case 40..<60: (b & c | b & d | c & d, 0x8f1b_bcdc)
        default: (b ^ c ^ d, 0xca62_c1d6)
        }
      let next = Self.rotate(a, by: 5) &+ mix &+ e &+ constant &+ block[index & 15]
      (a, b, c, d, e) = (next, a, Self.rotate(b, by: 30), c, d)
    }
    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
  }

  private static func rotate(_ word: UInt32, by count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }
}
