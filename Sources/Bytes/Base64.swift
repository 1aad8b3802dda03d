/// Base 64 with padding and without line breaks (RFC 4648 §4).
public enum Base64 {
  /// Decodes octets that are embedded in the binary as text, because the compiler is slow with long arrays; other
  /// characters are skipped.
  public static func decode(_ text: StaticString) -> [UInt8] {
    // SAFETY: a literal's octets live as long as the program, and are as many as it says.
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
    // SAFETY: to look at octets as octets.
    unsafe append(base64: octets.bytes)
  }

  /// Appends words, the highest octet of each first, in base 64.
  public mutating func append<let count: Int>(base64 words: InlineArray<count, UInt32>) {
    var words = words
    for index in words.indices { words[index] = words[index].bigEndian }
    // SAFETY: to look at words as octets.
    unsafe append(base64: words.span.bytes)
  }

  private mutating func append(base64 octets: RawSpan) {
    reserve((octets.byteCount + 2) / 3 * 4)
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    // SAFETY: a literal's octets live as long as the program; this one has 64, and six bits are below that. Four octets are
    // reserved for each three or what is left of them.
    let letters = unsafe alphabet.utf8Start
    var place = 0
    while octets.byteCount &- place >= 3 {
      // SAFETY: three octets are left, and where four are, they are read at once.
      var word: UInt32
      if octets.byteCount &- place > 3 {
        word = unsafe UInt32(
          bigEndian: octets.unsafeLoadUnaligned(fromUncheckedByteOffset: place, as: UInt32.self)) >> 8
      } else {
        word = unsafe UInt32(octets.unsafeLoad(fromUncheckedByteOffset: place, as: UInt8.self)) << 16
        word |= unsafe UInt32(octets.unsafeLoad(fromUncheckedByteOffset: place &+ 1, as: UInt8.self)) << 8
        word |= unsafe UInt32(octets.unsafeLoad(fromUncheckedByteOffset: place &+ 2, as: UInt8.self))
      }
      unsafe next[0] = letters[Int(word >> 18)]
      unsafe next[1] = letters[Int(word >> 12 & 63)]
      unsafe next[2] = letters[Int(word >> 6 & 63)]
      unsafe next[3] = letters[Int(word & 63)]
      unsafe next += 4
      place &+= 3
    }
    guard place < octets.byteCount else { return }
    let hasTwo = octets.byteCount - place == 2
    var word = unsafe UInt32(octets.unsafeLoad(fromByteOffset: place, as: UInt8.self)) << 16
    if hasTwo { word |= unsafe UInt32(octets.unsafeLoad(fromByteOffset: place + 1, as: UInt8.self)) << 8 }
    unsafe next[0] = letters[Int(word >> 18)]
    unsafe next[1] = letters[Int(word >> 12 & 63)]
    unsafe next[2] = hasTwo ? letters[Int(word >> 6 & 63)] : UInt8(ascii: "=")
    unsafe next[3] = UInt8(ascii: "=")
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
