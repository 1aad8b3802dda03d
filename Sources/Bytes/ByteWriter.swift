/// Writes records: consecutive octets, in memory that grows and is reused.
///
/// It is the only unsafe code that writes records. An array compares its count and checks whether it is shared
/// for each of a record's hundred pieces, which takes longer than copying them. Each function reserves what it writes once,
/// and writes only reserved memory.
///
/// It is public where others are `package`, because the compiler inlines no `package` declaration into other modules.
@safe
@frozen public struct ByteWriter: ~Copyable {
  // SAFETY: the octets from `start` to `end` belong to this writer and are initialised; those before `next` are written.
  // `start <= next <= end`. The memory is freed in deinit.
  @usableFromInline var start: UnsafeMutablePointer<UInt8>
  @usableFromInline var next: UnsafeMutablePointer<UInt8>
  @usableFromInline var end: UnsafeMutablePointer<UInt8>

  /// Allocates no memory before the first write.
  public init() {
    unsafe start = Self.nowhere
    unsafe next = start
    unsafe end = start
  }

  // SAFETY: no octet is read or written here: it is the address of an empty buffer.
  private nonisolated(unsafe) static let nowhere = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

  // SAFETY: allocated by `grow`, unless the capacity is 0.
  deinit { if unsafe end > start { unsafe start.deallocate() } }

  /// - Parameter room: the initial capacity, in octets.
  public init(room: Int) {
    self.init()
    if room > 0 { grow(room) }
  }

  /// The number of octets written.
  @inlinable public var count: Int { unsafe next - start }
  @inlinable public var isEmpty: Bool { unsafe next == start }

  /// The octets written.
  @inlinable public var span: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get {
      // SAFETY: they are initialised, and do not move while `self` is borrowed.
      unsafe _overrideLifetime(Span(_unsafeStart: start, count: next - start), borrowing: self)
    }
  }

  /// Reserves `octets` octets, which must not be negative.
  @inlinable @inline(__always)
  mutating func reserve(_ octets: Int) { if unsafe end - next < octets { grow(octets) } }

  @usableFromInline @inline(never)
  mutating func grow(_ octets: Int) {
    let (written, room) = unsafe (next - start, end - start)
    let newRoom = max(2 * room, written + octets, 256)
    // SAFETY: the new memory is initialised as a whole; only the written octets are copied.
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: newRoom)
    unsafe memory.update(from: start, count: written)
    unsafe (memory + written).initialize(repeating: 0, count: newRoom - written)
    if room > 0 { unsafe start.deallocate() }
    unsafe start = memory
    unsafe next = memory + written
    unsafe end = memory + newRoom
  }
}

// MARK: Octets

extension ByteWriter {
  @inlinable @inline(__always)
  public mutating func append(_ octet: UInt8) {
    reserve(1)
    // SAFETY: reserved.
    unsafe next.pointee = octet
    unsafe next += 1
  }

  /// Appends text that is known at compile time.
  @inlinable @inline(__always)
  public mutating func append(fixed text: StaticString) {
    reserve(text.utf8CodeUnitCount)
    // SAFETY: reserved; a literal's octets live as long as the program, and `utf8CodeUnitCount` is their number.
    unsafe next.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    unsafe next += text.utf8CodeUnitCount
  }

  @inlinable
  public mutating func append(octets: Span<UInt8>) {
    reserve(octets.count)
    // SAFETY: reserved; the span outlives this call, and cannot be part of this writer, which is borrowed exclusively.
    unsafe octets.withUnsafeBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return }
      unsafe next.update(from: first, count: buffer.count)
      unsafe next += buffer.count
    }
  }

  @inlinable
  public mutating func append(octets: [UInt8]) { append(octets: octets.span) }

  @inlinable
  public mutating func append(text: String) { append(octets: text.utf8.span) }

  /// Appends a copy of its own octets at `range`; does nothing if that is out of bounds.
  @inlinable
  public mutating func append(again range: Range<Int>) {
    guard range.lowerBound >= 0, range.upperBound <= count else { return }
    // Copied in steps of 16 octets; later output overwrites the excess.
    reserve(range.count + 16)
    // SAFETY: the steps read at most 15 octets after `next` and write at most 15 after the copy: reserved and
    // initialised. No step changes the octets before `next` that a later step reads.
    var source = unsafe UnsafeRawPointer(start + range.lowerBound)
    var target = unsafe UnsafeMutableRawPointer(next)
    unsafe next += range.count
    while unsafe target < UnsafeMutableRawPointer(next) {
      let step = unsafe source.loadUnaligned(as: SIMD2<UInt64>.self)
      unsafe target.storeBytes(of: step, as: SIMD2<UInt64>.self)
      unsafe source += 16
      unsafe target += 16
    }
  }
}

// MARK: Removing and replacing

extension ByteWriter {
  /// Removes all but the first `length` octets.
  @inlinable
  public mutating func cut(to length: Int) {
    // SAFETY: from `start` to `next`.
    unsafe next = start + max(0, min(count, length))
  }

  /// Replaces the last octet, if there is one.
  @inlinable @inline(__always)
  public mutating func replaceLast(with octet: UInt8) {
    guard unsafe next > start else { return }
    // SAFETY: the last of the octets written.
    unsafe (next - 1).pointee = octet
  }

  /// Replaces the octet at `place`, which must have been written.
  public mutating func replace(at place: Int, with octet: UInt8) {
    precondition(place >= 0 && place < count)
    // SAFETY: the bound is compared above.
    unsafe start[place] = octet
  }

  /// Converts ASCII letters from `place` on to lower case.
  public mutating func lowercase(from place: Int) {
    guard place >= 0, place <= count else { return }
    for index in place..<count {
      // SAFETY: from `place` to `next`.
      let octet = unsafe start[index]
      if UInt8(ascii: "A")...UInt8(ascii: "Z") ~= octet { unsafe start[index] = octet | 0x20 }
    }
  }

  /// Inserts a backslash before each quotation mark and backslash from `place` on.
  public mutating func escape(from place: Int) {
    guard place >= 0, place <= count else { return }
    var more = 0
    var index = place
    // SAFETY: from `place` to `next`, in steps of eight octets while eight are left.
    while count &- index >= 8 {
      let word = unsafe UnsafeRawPointer(start).loadUnaligned(fromByteOffset: index, as: UInt64.self)
      if word.hasEscapes {
        for octet in index..<(index &+ 8) where unsafe start[octet].isEscaped { more += 1 }
      }
      index &+= 8
    }
    for octet in index..<count where unsafe start[octet].isEscaped { more += 1 }
    if more > 0 { insertBackslashes(more, from: place) }
  }

  private mutating func insertBackslashes(_ more: Int, from place: Int) {
    reserve(more)
    // From the end, so that no octet is overwritten before it is moved.
    var source = count
    unsafe next += more
    var target = count
    while source < target {
      source &-= 1
      target &-= 1
      // SAFETY: `source` is at least `place`, since `more` octets from there on are escaped; `target` is above it.
      let octet = unsafe start[source]
      unsafe start[target] = octet
      guard octet.isEscaped else { continue }
      target &-= 1
      unsafe start[target] = UInt8(ascii: "\\")
    }
  }
}

extension UInt8 {
  @inline(__always)
  fileprivate var isEscaped: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }
}

extension UInt64 {
  /// Whether one of eight octets is a quotation mark or a backslash.
  @inline(__always)
  fileprivate var hasEscapes: Bool {
    let quotes = self ^ 0x2222_2222_2222_2222
    let backslashes = self ^ 0x5c5c_5c5c_5c5c_5c5c
    // Bit 7 of the lowest octet that is zero, if there is one.
    let ones: UInt64 = 0x0101_0101_0101_0101
    let found = (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
    return found & 0x8080_8080_8080_8080 != 0
  }
}

// MARK: Conversion

extension ByteWriter {
  public borrowing func array() -> [UInt8] {
    // SAFETY: the octets before `next` are initialised.
    unsafe [UInt8](UnsafeBufferPointer(start: start, count: next - start))
  }

  /// As UTF-8, with invalid octets replaced.
  public borrowing func text() -> String {
    // SAFETY: the octets before `next` are initialised.
    unsafe String(decoding: UnsafeBufferPointer(start: start, count: next - start), as: UTF8.self)
  }

  /// The octets that `write` writes.
  public static func array(room: Int = 64, _ write: (inout ByteWriter) -> Void) -> [UInt8] {
    var writer = ByteWriter(room: room)
    write(&writer)
    return writer.array()
  }

  public static func text(_ write: (inout ByteWriter) -> Void) -> String {
    var writer = ByteWriter(room: 64)
    write(&writer)
    return writer.text()
  }
}
