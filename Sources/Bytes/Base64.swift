/// Base 64 with padding and without line breaks (RFC 4648 §4).
@safe
struct Base64 {
  /// How many letters `octets` octets take.
  static func length(of octets: Int) -> Int { (octets + 2) / 3 * 4 }

  // SAFETY: it writes `length(of: octets.count)` letters to `place`, for which the callers have made room.
  @unsafe
  static func write(_ octets: Span<UInt8>, to place: UnsafeMutablePointer<UInt8>) {
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    // SAFETY: a literal's octets live as long as the program; this one has 64, and six bits are below that.
    let letters = unsafe alphabet.utf8Start
    var next = unsafe place
    for start in stride(from: 0, to: octets.count, by: 3) {
      let rest = octets.count - start
      var word = UInt32(octets[start]) << 16
      if rest > 1 { word |= UInt32(octets[start + 1]) << 8 }
      if rest > 2 { word |= UInt32(octets[start + 2]) }
      // SAFETY: the caller has four places for each three octets or what is left of them.
      unsafe next[0] = letters[Int(word >> 18 & 63)]
      unsafe next[1] = letters[Int(word >> 12 & 63)]
      unsafe next[2] = rest > 1 ? letters[Int(word >> 6 & 63)] : UInt8(ascii: "=")
      unsafe next[3] = rest > 2 ? letters[Int(word & 63)] : UInt8(ascii: "=")
      unsafe next += 4
    }
  }
}

extension ByteWriter {
  /// Appends octets in base 64 (RFC 4648 §4).
  public mutating func append(base64 octets: Span<UInt8>) {
    let length = Base64.length(of: octets.count)
    reserve(length)
    // SAFETY: there is room for the letters behind `count` now.
    unsafe Base64.write(octets, to: start + filled)
    filled += length
  }

  /// Base32 with the extended hex alphabet in lower case, without padding (RFC 4648 §7, RFC 5155 §3.3).
  public mutating func append(base32hex octets: Span<UInt8>) {
    var window: UInt32 = 0
    var bits: UInt32 = 0
    for index in octets.indices {
      window = window << 8 | UInt32(octets[index])
      bits += 8
      while bits >= 5 {
        bits -= 5
        append(base32hexDigit: window >> bits)
      }
    }
    if bits > 0 { append(base32hexDigit: window << (5 - bits)) }
  }

  private mutating func append(base32hexDigit value: UInt32) {
    let digit = UInt8(truncatingIfNeeded: value & 0x1f)
    append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
  }
}
