/// Base 64 with padding and without line breaks (RFC 4648 §4).
public enum Base64 {
  /// Decodes octets that are embedded in the binary as text, because the compiler is slow with long arrays; other
  /// characters are skipped.
  public static func decode(_ text: StaticString) -> [UInt8] {
    // SAFETY: a literal's octets live as long as the program; their number is `utf8CodeUnitCount`.
    let characters = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    var octets: [UInt8] = []
    octets.reserveCapacity(characters.count / 4 * 3)
    var bits: UInt32 = 0
    var count = 0
    for index in characters.indices {
      let character = unsafe characters[index]
      let value: UInt8
      switch character {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      default: continue
      }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        octets.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return octets
  }
}

extension ByteWriter {
  /// Appends octets in base 64.
  public mutating func append(base64 octets: Span<UInt8>) {
    reserve((octets.count + 2) / 3 * 4)
    var place = 0
    // SAFETY: four letters are reserved for each group of at most three octets.
    while octets.count &- place >= 3 {
      let word = UInt32(octets[place]) << 16 | UInt32(octets[place &+ 1]) << 8 | UInt32(octets[place &+ 2])
      unsafe put(base64: word)
      place &+= 3
    }
    guard place < octets.count else { return }
    let hasTwo = octets.count - place == 2
    let word = UInt32(octets[place]) << 16 | (hasTwo ? UInt32(octets[place + 1]) << 8 : 0)
    unsafe put(base64: word)
    unsafe next[-1] = UInt8(ascii: "=")
    if !hasTwo { unsafe next[-2] = UInt8(ascii: "=") }
  }

  /// Appends five words, the highest octet of each first, in base 64.
  public mutating func append(base64 words: InlineArray<5, UInt32>) {
    reserve(28)
    // SAFETY: seven times four letters are reserved.
    unsafe put(base64: words[0] >> 8)
    unsafe put(base64: words[0] << 16 | words[1] >> 16)
    unsafe put(base64: words[1] << 8 | words[2] >> 24)
    unsafe put(base64: words[2])
    unsafe put(base64: words[3] >> 8)
    unsafe put(base64: words[3] << 16 | words[4] >> 16)
    unsafe put(base64: words[4] << 8)
    replaceLast(with: UInt8(ascii: "="))
  }

  // SAFETY: the caller has reserved four octets, for the letters of the lower 24 bits.
  @unsafe @inline(__always)
  private mutating func put(base64 word: UInt32) {
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    // SAFETY: a literal's octets live as long as the program; this one has 64, and six bits are below 64.
    let letters = unsafe alphabet.utf8Start
    unsafe next[0] = letters[Int(word >> 18 & 63)]
    unsafe next[1] = letters[Int(word >> 12 & 63)]
    unsafe next[2] = letters[Int(word >> 6 & 63)]
    unsafe next[3] = letters[Int(word & 63)]
    unsafe next += 4
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
