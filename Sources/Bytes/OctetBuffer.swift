/// Room for text that grows, for the hot path: an array asks at each of a record's hundred pieces whether
/// somebody else holds it, and that asking took more than the copying.
///
/// Public where others are `package`: of a package's own declarations the compiler inlines none into other modules.
@safe
@frozen public struct OctetBuffer: ~Copyable {
  // SAFETY: `room` octets are allocated at `start`, of which the first `count` are initialised; it is freed in deinit, and
  // nobody else has the pointer.
  @usableFromInline var start: UnsafeMutablePointer<UInt8>
  @usableFromInline var room: Int
  @usableFromInline var filled = 0

  /// - Parameter room: octets that it holds before it grows, at least 64.
  public init(room: Int) {
    self.room = max(room, 64)
    unsafe start = UnsafeMutablePointer<UInt8>.allocate(capacity: self.room)
  }

  deinit { unsafe start.deallocate() }

  /// Octets written.
  @inlinable public var count: Int { filled }

  public var span: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get {
      // SAFETY: the first `count` octets are initialised, and stay where they are while `self` is borrowed.
      unsafe _overrideLifetime(Span(_unsafeStart: start, count: filled), borrowing: self)
    }
  }

  /// Appends all of it to an array.
  public borrowing func write(to array: inout [UInt8]) {
    let octets = filled
    unsafe array.append(from: start, count: octets)
  }

  @usableFromInline
  mutating func grow(_ octets: Int) {
    room = max(2 * room, filled + octets)
    let next = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
    // SAFETY: `count` is no more than the old room, and the new one is larger.
    unsafe next.update(from: start, count: filled)
    unsafe start.deallocate()
    unsafe start = next
  }
}

// MARK: Appending

extension OctetBuffer {
  @inlinable @inline(__always)
  public mutating func append(_ octet: UInt8) {
    if filled == room { grow(1) }
    // SAFETY: `count` is less than `room` now.
    unsafe start[filled] = octet
    filled += 1
  }

  /// Appends text that is known at compile time.
  @inlinable @inline(__always)
  public mutating func append(fixed text: StaticString) {
    // SAFETY: a literal's octets live as long as the program, and are as many as it says.
    unsafe append(from: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  @inlinable
  public mutating func append(octets: Span<UInt8>) {
    // SAFETY: the buffer is the span's own, which cannot end before this call does.
    unsafe octets.withUnsafeBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return }
      unsafe append(from: first, count: buffer.count)
    }
  }

  @inlinable
  public mutating func append(octets: [UInt8]) { append(octets: octets.span) }

  /// Appends what stands at `range` of itself once more; nothing if that is not inside.
  @inlinable
  public mutating func append(again range: Range<Int>) {
    guard range.lowerBound >= 0, range.upperBound <= filled else { return }
    if room - filled < range.count { grow(range.count) }
    // SAFETY: the source lies inside, as was compared, and does not overlap what is behind `count`.
    unsafe (start + filled).update(from: start + range.lowerBound, count: range.count)
    filled += range.count
  }

  @inlinable @inline(__always)
  mutating func append(from source: UnsafePointer<UInt8>, count octets: Int) {
    if room - filled < octets { grow(octets) }
    // SAFETY: there is room for `octets` behind `count` now, and the callers have as many at `source`.
    unsafe (start + filled).update(from: source, count: octets)
    filled += octets
  }
}

// MARK: Numbers

extension OctetBuffer {
  @inlinable
  public mutating func append(decimal value: some FixedWidthInteger) {
    if value < 0 { append(UInt8(ascii: "-")) }
    append(decimalOf: UInt64(value.magnitude), digits: 1)
  }

  /// At least `digits` digits, up to 20, with zeros in front.
  @inlinable
  public mutating func append(decimalOf value: UInt64, digits: Int) {
    var width = 1
    var bound: UInt64 = 10
    while width < 20, value >= bound {
      width += 1
      guard width < 20 else { break }
      bound *= 10
    }
    width = max(width, min(digits, 20))
    if room - filled < width { grow(width) }
    let pairs: StaticString = """
      00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748\
      49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697\
      9899
      """
    // SAFETY: a literal's octets live as long as the program; this one has 200, and `pair` is below 199.
    let texts = unsafe pairs.utf8Start
    var rest = value
    var place = filled + width
    while place - filled >= 2 {
      place -= 2
      let pair = Int(truncatingIfNeeded: rest % 100) * 2
      rest /= 100
      // SAFETY: from `count` on there is room for `width` octets.
      unsafe start[place] = texts[pair]
      unsafe start[place + 1] = texts[pair + 1]
    }
    if place > filled {
      // SAFETY: the first of the `width` octets.
      unsafe start[filled] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
    }
    filled += width
  }

  /// An IPv4 address, big-endian, as a dotted quad.
  @inlinable
  public mutating func append(dotted address: UInt32) {
    if room - filled < 16 { grow(16) }
    var place = filled
    var rest = address
    for _ in 0..<4 {
      let octet = UInt8(truncatingIfNeeded: rest >> 24)
      rest <<= 8
      // SAFETY: four times at most four octets, for which there is room.
      if octet >= 100 {
        unsafe start[place] = UInt8(ascii: "0") &+ octet / 100
        place &+= 1
      }
      if octet >= 10 {
        unsafe start[place] = UInt8(ascii: "0") &+ octet / 10 % 10
        place &+= 1
      }
      unsafe start[place] = UInt8(ascii: "0") &+ octet % 10
      unsafe start[place &+ 1] = UInt8(ascii: ".")
      place &+= 2
    }
    filled = place - 1
  }
}

// MARK: Octets as text

extension OctetBuffer {
  /// Two lower-case digits for each.
  public mutating func append(hexadecimal octets: Span<UInt8>) {
    if room - filled < 2 * octets.count { grow(2 * octets.count) }
    let alphabet: StaticString = "0123456789abcdef"
    // SAFETY: a literal's octets live as long as the program; this one has 16, and four bits are below that. There is
    // room for two octets for each.
    let digits = unsafe alphabet.utf8Start
    for index in octets.indices {
      unsafe start[filled] = digits[Int(octets[index] >> 4)]
      unsafe start[filled + 1] = digits[Int(octets[index] & 15)]
      filled += 2
    }
  }
}

// MARK: Taking back

extension OctetBuffer {
  /// Forgets all but the first `length` octets.
  @inlinable
  public mutating func cut(to length: Int) { filled = max(0, min(filled, length)) }

  /// Puts another octet in the place of the last one, if there is one.
  @inlinable @inline(__always)
  public mutating func replaceLast(with octet: UInt8) {
    guard filled > 0 else { return }
    // SAFETY: the last of the initialised octets.
    unsafe start[filled - 1] = octet
  }
}

extension [UInt8] {
  fileprivate mutating func append(from source: UnsafePointer<UInt8>, count octets: Int) {
    append(addingCapacity: octets) { output in
      // SAFETY: the room was asked for just now and is compared again; the caller has `octets` octets at `source`.
      unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
        guard let room = buffer.baseAddress, buffer.count - initialized >= octets else { return }
        unsafe (room + initialized).update(from: source, count: octets)
        initialized += octets
      }
    }
  }
}
