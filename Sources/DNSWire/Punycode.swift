/// The encoding of Unicode in the letters, digits and hyphens of a label (RFC 3492).
package enum Punycode {
  private static let base = 36
  private static let tMin = 1
  private static let tMax = 26
  private static let initialBias = 72
  private static let initialN = 128

  /// Decodes `octets` (a label without its `xn--`); nil if they are not Punycode.
  package static func decode(_ octets: some BidirectionalCollection<UInt8>) -> [Unicode.Scalar]? {
    var output: [Unicode.Scalar] = []
    var rest = octets[...]
    if let hyphen = octets.lastIndex(of: UInt8(ascii: "-")) {
      for octet in octets[..<hyphen] {
        guard octet < 0x80 else { return nil }
        output.append(Unicode.Scalar(octet))
      }
      rest = octets[octets.index(after: hyphen)...]
    }
    var (n, index, bias) = (initialN, 0, initialBias)
    while !rest.isEmpty {
      let start = index
      var weight = 1
      var k = base
      while true {
        guard let digit = rest.popFirst().flatMap(digit) else { return nil }
        index += digit * weight
        // A label has at most 63 octets; a value larger than all of Unicode is an overflow.
        guard index < 0x11_0000 * 64 else { return nil }
        let threshold = min(max(k - bias, tMin), tMax)
        if digit < threshold { break }
        weight *= base - threshold
        guard weight < 1 << 40 else { return nil }
        k += base
      }
      let count = output.count + 1
      bias = adapt(index - start, count, isFirst: start == 0)
      n += index / count
      index %= count
      guard let value = UInt32(exactly: n), let scalar = Unicode.Scalar(value) else { return nil }
      output.insert(scalar, at: index)
      index += 1
    }
    return output
  }

  /// Encodes a label: without the `xn--`, in lower case.
  package static func encode(_ scalars: [Unicode.Scalar]) -> [UInt8] {
    var output = scalars.filter(\.isASCII).map { UInt8(truncatingIfNeeded: $0.value) }
    let basic = output.count
    var handled = basic
    if basic > 0 { output.append(UInt8(ascii: "-")) }
    var (n, delta, bias) = (initialN, 0, initialBias)
    while handled < scalars.count {
      guard let next = scalars.lazy.map({ Int($0.value) }).filter({ $0 >= n }).min() else { break }
      delta += (next - n) * (handled + 1)
      n = next
      for scalar in scalars {
        if Int(scalar.value) < n { delta += 1 }
        guard Int(scalar.value) == n else { continue }
        var quotient = delta
        var k = base
        while true {
          let threshold = min(max(k - bias, tMin), tMax)
          if quotient < threshold { break }
          output.append(character(threshold + (quotient - threshold) % (base - threshold)))
          quotient = (quotient - threshold) / (base - threshold)
          k += base
        }
        output.append(character(quotient))
        bias = adapt(delta, handled + 1, isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta += 1
      n += 1
    }
    return output
  }

  /// RFC 3492 §6.1.
  private static func adapt(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / count
    var k = 0
    while delta > (base - tMin) * tMax / 2 {
      delta /= base - tMin
      k += base
    }
    return k + (base - tMin + 1) * delta / (delta + 38)
  }

  private static func digit(_ octet: UInt8) -> Int? {
    switch octet {
    case 0x61...0x7A: Int(octet) - 0x61
    case 0x41...0x5A: Int(octet) - 0x41
    case 0x30...0x39: Int(octet) - 0x30 + 26
    default: nil
    }
  }

  private static func character(_ digit: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: digit < 26 ? 0x61 + digit : 0x30 + digit - 26)
  }
}
