/// SHA-1 (FIPS 180-4 §6.1), which the community id uses. Not for security.
enum SHA1 {
  /// Five words; the first octet of the digest is the highest of the first word.
  typealias Digest = InlineArray<5, UInt32>
  /// Sixteen words of a message, big-endian.
  typealias Block = InlineArray<16, UInt32>

  static func digest(of message: Span<UInt8>) -> Digest {
    var state = start
    var block = Block(repeating: 0)
    // The message, an octet of 0x80, zeros, and the length in bits as the last eight octets of a block.
    let padded = (message.count + 9 + 63) / 64 * 64
    for place in 0..<padded {
      var octet: UInt8 = 0
      if place < message.count {
        octet = message[place]
      } else if place == message.count {
        octet = 0x80
      } else if padded - place <= 8 {
        octet = UInt8(truncatingIfNeeded: (message.count * 8) >> (8 * (padded - place - 1)))
      }
      let index = place >> 2 & 15
      block[index] = block[index] << 8 | UInt32(octet)
      if place & 63 == 63 { compress(block, into: &state) }
    }
    return state
  }

  /// The digest of a message that fits, with its padding, into one block.
  static func digest(ofOnly block: Block) -> Digest {
    var state = start
    compress(block, into: &state)
    return state
  }

  private static var start: Digest { [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0] }

  private static func compress(_ block: Block, into state: inout Digest) {
    var words = block
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])

    // Sixteen words are enough: from the sixteenth round on each round replaces the word of sixteen rounds before
    // by its own. All indexes are constants once this is inlined, so the words need no array.
    @inline(__always)
    func word(_ round: Int) -> UInt32 {
      let place = round & 15
      if round >= 16 {
        let mixed =
          words[(round + 13) & 15] ^ words[(round + 8) & 15] ^ words[(round + 2) & 15] ^ words[place]
        words[place] = rotate(mixed, by: 1)
      }
      return words[place]
    }
    // Five rounds at a time, so that the variables rotate by name and none is moved.
    @inline(__always)
    func five(_ round: Int, _ constant: UInt32, _ mix: (UInt32, UInt32, UInt32) -> UInt32) {
      e = e &+ rotate(a, by: 5) &+ mix(b, c, d) &+ constant &+ word(round)
      b = rotate(b, by: 30)
      d = d &+ rotate(e, by: 5) &+ mix(a, b, c) &+ constant &+ word(round + 1)
      a = rotate(a, by: 30)
      c = c &+ rotate(d, by: 5) &+ mix(e, a, b) &+ constant &+ word(round + 2)
      e = rotate(e, by: 30)
      b = b &+ rotate(c, by: 5) &+ mix(d, e, a) &+ constant &+ word(round + 3)
      d = rotate(d, by: 30)
      a = a &+ rotate(b, by: 5) &+ mix(c, d, e) &+ constant &+ word(round + 4)
      c = rotate(c, by: 30)
    }
    @inline(__always)
    func twenty(_ round: Int, _ constant: UInt32, _ mix: (UInt32, UInt32, UInt32) -> UInt32) {
      five(round, constant, mix)
      five(round + 5, constant, mix)
      five(round + 10, constant, mix)
      five(round + 15, constant, mix)
    }
    twenty(0, 0x5a82_7999) { $2 ^ $0 & ($1 ^ $2) }
    twenty(20, 0x6ed9_eba1) { $0 ^ $1 ^ $2 }
    // The two parts have no common bits.
    twenty(40, 0x8f1b_bcdc) { ($0 & $1) &+ ($2 & ($0 ^ $1)) }
    twenty(60, 0xca62_c1d6) { $0 ^ $1 ^ $2 }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, by count: UInt32) -> UInt32 {
    word &<< count | word &>> (32 &- count)
  }
}
