/// Reads fields from the octets of a message in order, and checks all bounds.
struct WireReader: BitwiseCopyable, ~Escapable {
  /// The whole message, because compression pointers are offsets from its start.
  let octets: Span<UInt8>
  private(set) var position: Int
  /// The limit of reading: the end of the message or of the rdata.
  private(set) var end: Int
  /// The error if there are too few octets.
  var shortage: WireError.Reason

  @_lifetime(copy octets)
  init(_ octets: Span<UInt8>, from position: Int = 0, to end: Int, shortage: WireError.Reason) {
    self.octets = octets
    self.position = position
    self.end = end
    self.shortage = shortage
  }

  var remaining: Int { end - position }
  var isAtEnd: Bool { position == end }

  func error(_ reason: WireError.Reason) -> WireError { WireError(reason, at: position) }

  @inline(__always)
  mutating func skip(_ count: Int) throws(WireError) {
    guard count <= remaining else { throw error(shortage) }
    position += count
  }

  /// Returns the range of the next `count` octets, and moves to its end.
  @inline(__always)
  mutating func take(_ count: Int) throws(WireError) -> Range<Int> {
    let start = position
    try skip(count)
    return start..<position
  }

  @inline(__always)
  mutating func takeRest() -> Range<Int> {
    defer { position = end }
    return position..<end
  }

  /// Limits reading to the next `count` octets and returns the end to restore with `widen`.
  @inline(__always)
  mutating func narrow(to count: Int) throws(WireError) -> Int {
    guard count <= remaining else { throw error(shortage) }
    defer { end = position + count }
    return end
  }

  mutating func widen(to end: Int) { self.end = end }

  /// Returns to an earlier position.
  mutating func rewind(to position: Int) { self.position = position }

  @inline(__always)
  mutating func uint8() throws(WireError) -> UInt8 {
    guard remaining >= 1 else { throw error(shortage) }
    defer { position += 1 }
    return octets[position]
  }

  @inline(__always)
  mutating func uint16() throws(WireError) -> UInt16 {
    guard remaining >= 2 else { throw error(shortage) }
    defer { position += 2 }
    return UInt16(octets[position]) << 8 | UInt16(octets[position + 1])
  }

  @inline(__always)
  mutating func uint32() throws(WireError) -> UInt32 {
    guard remaining >= 4 else { throw error(shortage) }
    defer { position += 4 }
    return UInt32(octets[position]) << 24 | UInt32(octets[position + 1]) << 16
      | UInt32(octets[position + 2]) << 8 | UInt32(octets[position + 3])
  }

  mutating func uint64() throws(WireError) -> UInt64 {
    let high = try uint32()
    return try UInt64(high) << 32 | UInt64(uint32())
  }
}

// MARK: Names

extension WireReader {
  /// A name of at most 255 octets has at most 127 labels, and a pointer is useful only before a label
  /// or the root, so no valid name needs more pointers.
  ///
  /// Together with the labels this limits the work per name to about 255 steps for any pointers; a name takes at
  /// least one octet, so a message costs at most 255 steps per octet, not the square of its length.
  static let pointerLimit = 127

  /// Checks a name and moves to its end (RFC 1035 §4.1.4).
  ///
  /// The target of each pointer must be before the labels that it ends, and the labels at the target must end before
  /// those start: so pointers cannot loop, and no octet is read both as a label and as a part of one.
  mutating func name() throws(WireError) -> NameRef {
    let start = position
    var cursor = start
    var runStart = start
    var runEnd = end
    var place = start
    var length = 1  // the root's
    var pointers = 0
    while true {
      guard cursor < runEnd else { throw WireError(pointers == 0 ? shortage : .overlappingName, at: start) }
      let octet = Int(octets[cursor])
      if octet == 0 {
        if pointers == 0 { position = cursor &+ 1 }
        return NameRef(
          place: UInt16(truncatingIfNeeded: place), wireLength: UInt8(truncatingIfNeeded: length))
      } else if octet < 0x40 {
        length &+= 1 &+ octet
        guard length <= 255 else { throw WireError(.nameTooLong, at: start) }
        cursor &+= 1 &+ octet
      } else if octet >= 0xC0 {
        guard cursor &+ 1 < runEnd else {
          throw WireError(pointers == 0 ? shortage : .overlappingName, at: start)
        }
        let target = (octet & 0x3F) << 8 | Int(octets[cursor &+ 1])
        guard target < runStart else { throw WireError(.forwardPointer, at: cursor) }
        guard pointers < Self.pointerLimit else { throw WireError(.tooManyPointers, at: start) }
        if pointers == 0 { position = cursor &+ 2 }
        if length == 1 { place = target }
        pointers &+= 1
        runEnd = runStart
        runStart = target
        cursor = target
      } else {
        throw WireError(.reservedLabelType, at: cursor)
      }
    }
  }
}

extension Span<UInt8> {
  @inline(__always)
  func uint16(at index: Int) -> Int { Int(self[index]) << 8 | Int(self[index &+ 1]) }

  @inline(__always)
  func uint32(at index: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: uint16(at: index) << 16 | uint16(at: index &+ 2))
  }

  func uint64(at index: Int) -> UInt64 {
    UInt64(uint32(at: index)) << 32 | UInt64(uint32(at: index + 4))
  }
}
