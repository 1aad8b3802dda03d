/// Decodes octets that are embedded in the binary as text, because the compiler is slow with long arrays.
package enum Base64 {
  /// Standard base64 (RFC 4648 §4); other characters are skipped.
  package static func decode(_ text: StaticString) -> [UInt8] {
    // SAFETY: a static string's storage is immortal and `utf8CodeUnitCount` octets long.
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
