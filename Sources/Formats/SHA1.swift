/// SHA-1 (FIPS 180-4 §6.1), which the community id prescribes. Not for anything that must be secure.
struct SHA1 {
  private var state: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0
  )
  private var block = InlineArray<16, UInt32>(repeating: 0)
  /// Octets taken so far.
  private var count: UInt64 = 0

  static func digest(of message: Span<UInt8>) -> InlineArray<20, UInt8> {
    var hash = SHA1()
    for index in message.indices { hash.take(message[index]) }
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
    var (a, b, c, d, e) = state
    // Sixteen words are enough: each round makes the one for sixteen rounds later in the place of its own.
    var (w0, w1, w2, w3) = (block[0], block[1], block[2], block[3])
    var (w4, w5, w6, w7) = (block[4], block[5], block[6], block[7])
    var (w8, w9, w10, w11) = (block[8], block[9], block[10], block[11])
    var (w12, w13, w14, w15) = (block[12], block[13], block[14], block[15])
    @inline(__always)
    func round(_ mix: UInt32, _ constant: UInt32, _ word: UInt32) {
      let next = Self.rotate(a, by: 5) &+ mix &+ e &+ constant &+ word
      e = d
      d = c
      c = Self.rotate(b, by: 30)
      b = a
      a = next
    }
    @inline(__always)
    func sixteen(_ mix: (Int) -> UInt32, _ constant: (Int) -> UInt32) {
      round(mix(0), constant(0), w0)
      round(mix(1), constant(1), w1)
      round(mix(2), constant(2), w2)
      round(mix(3), constant(3), w3)
      round(mix(4), constant(4), w4)
      round(mix(5), constant(5), w5)
      round(mix(6), constant(6), w6)
      round(mix(7), constant(7), w7)
      round(mix(8), constant(8), w8)
      round(mix(9), constant(9), w9)
      round(mix(10), constant(10), w10)
      round(mix(11), constant(11), w11)
      round(mix(12), constant(12), w12)
      round(mix(13), constant(13), w13)
      round(mix(14), constant(14), w14)
      round(mix(15), constant(15), w15)
    }
    @inline(__always)
    func expand() {
      w0 = Self.rotate(w13 ^ w8 ^ w2 ^ w0, by: 1)
      w1 = Self.rotate(w14 ^ w9 ^ w3 ^ w1, by: 1)
      w2 = Self.rotate(w15 ^ w10 ^ w4 ^ w2, by: 1)
      w3 = Self.rotate(w0 ^ w11 ^ w5 ^ w3, by: 1)
      w4 = Self.rotate(w1 ^ w12 ^ w6 ^ w4, by: 1)
      w5 = Self.rotate(w2 ^ w13 ^ w7 ^ w5, by: 1)
      w6 = Self.rotate(w3 ^ w14 ^ w8 ^ w6, by: 1)
      w7 = Self.rotate(w4 ^ w15 ^ w9 ^ w7, by: 1)
      w8 = Self.rotate(w5 ^ w0 ^ w10 ^ w8, by: 1)
      w9 = Self.rotate(w6 ^ w1 ^ w11 ^ w9, by: 1)
      w10 = Self.rotate(w7 ^ w2 ^ w12 ^ w10, by: 1)
      w11 = Self.rotate(w8 ^ w3 ^ w13 ^ w11, by: 1)
      w12 = Self.rotate(w9 ^ w4 ^ w14 ^ w12, by: 1)
      w13 = Self.rotate(w10 ^ w5 ^ w15 ^ w13, by: 1)
      w14 = Self.rotate(w11 ^ w6 ^ w0 ^ w14, by: 1)
      w15 = Self.rotate(w12 ^ w7 ^ w1 ^ w15, by: 1)
    }
    func choose(_ index: Int) -> UInt32 { d ^ b & (c ^ d) }
    func parity(_ index: Int) -> UInt32 { b ^ c ^ d }
    func majority(_ index: Int) -> UInt32 { b & c | d & (b | c) }
    sixteen(choose) { _ in 0x5a82_7999 }
    expand()
    sixteen({ $0 < 4 ? choose($0) : parity($0) }) { $0 < 4 ? 0x5a82_7999 : 0x6ed9_eba1 }
    expand()
    sixteen({ $0 < 8 ? parity($0) : majority($0) }) { $0 < 8 ? 0x6ed9_eba1 : 0x8f1b_bcdc }
    expand()
    sixteen({ $0 < 12 ? majority($0) : parity($0) }) { $0 < 12 ? 0x8f1b_bcdc : 0xca62_c1d6 }
    expand()
    sixteen(parity) { _ in 0xca62_c1d6 }
    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, by count: UInt32) -> UInt32 {
    word << count | word >> (32 - count)
  }
}
