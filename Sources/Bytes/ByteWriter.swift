/// Writes octets into memory that grows: what every format writes to.
///
/// An array asks at each of a record's hundred pieces whether somebody else holds it, and that asking took more than the
/// copying. Public where others are `package`: of a package's own declarations the compiler inlines none into other modules.
@safe
@frozen public struct ByteWriter: ~Copyable {
  // SAFETY: `room` octets are allocated at `start`, of which the first `filled` are initialised; nobody else has the
  // pointer, and it is freed in deinit. With `room` 0 it is `nowhere`, which is never written to or freed.
  @usableFromInline var start: UnsafeMutablePointer<UInt8>
  @usableFromInline var room: Int
  @usableFromInline var filled = 0

  private nonisolated(unsafe) static let nowhere = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

  /// Allocates nothing before the first write.
  public init() {
    room = 0
    unsafe start = Self.nowhere
  }

  /// - Parameter room: octets that it holds before it grows, at least 64.
  public init(room: Int) {
    self.room = max(room, 64)
    // SAFETY: nobody else gets the pointer.
    unsafe start = UnsafeMutablePointer<UInt8>.allocate(capacity: self.room)
  }

  // SAFETY: allocated by `init` or `grow`, unless `room` is 0.
  deinit { if room > 0 { unsafe start.deallocate() } }

  /// Octets written.
  @inlinable public var count: Int { filled }
  @inlinable public var isEmpty: Bool { filled == 0 }

  public var span: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get {
      // SAFETY: the first `count` octets are initialised, and stay where they are while `self` is borrowed.
      unsafe _overrideLifetime(Span(_unsafeStart: start, count: filled), borrowing: self)
    }
  }

  /// Makes sure that `octets` more have room, so that writing them grows nothing.
  @inlinable @inline(__always)
  public mutating func reserve(_ octets: Int) { if room &- filled < octets { grow(octets) } }

  @usableFromInline
  mutating func grow(_ octets: Int) {
    let larger = max(2 * room, filled + octets, 64)
    let next = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    // SAFETY: `filled` is no more than the old room, and the new one is larger.
    unsafe next.update(from: start, count: filled)
    if room > 0 { unsafe start.deallocate() }
    unsafe start = next
    room = larger
  }
}

// MARK: Octets

extension ByteWriter {
  @inlinable @inline(__always)
  public mutating func append(_ octet: UInt8) {
    if filled == room { grow(1) }
    // SAFETY: `filled` is less than `room` now.
    unsafe start[filled] = octet
    filled &+= 1
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

  public mutating func append(text: String) { append(octets: text.utf8.span) }

  /// Appends what stands at `range` of itself once more; nothing if that is not inside.
  @inlinable
  public mutating func append(again range: Range<Int>) {
    guard range.lowerBound >= 0, range.upperBound <= filled else { return }
    reserve(range.count)
    // SAFETY: the source lies inside, as was compared, and does not overlap what is behind `filled`.
    unsafe (start + filled).update(from: start + range.lowerBound, count: range.count)
    filled &+= range.count
  }

  @inlinable @inline(__always)
  mutating func append(from source: UnsafePointer<UInt8>, count octets: Int) {
    reserve(octets)
    // SAFETY: there is room for `octets` behind `filled` now, and the callers have as many at `source`.
    unsafe (start + filled).update(from: source, count: octets)
    filled &+= octets
  }
}

// MARK: Taking back

extension ByteWriter {
  /// Forgets all but the first `length` octets.
  @inlinable
  public mutating func cut(to length: Int) { filled = max(0, min(filled, length)) }

  /// Puts another octet in the place of the last one, if there is one.
  @inlinable @inline(__always)
  public mutating func replaceLast(with octet: UInt8) {
    guard filled > 0 else { return }
    // SAFETY: the last of the initialised octets.
    unsafe start[filled &- 1] = octet
  }

  /// Puts another octet at `place`, which must have been written.
  public mutating func replace(at place: Int, with octet: UInt8) {
    precondition(place >= 0 && place < filled)
    // SAFETY: as was compared.
    unsafe start[place] = octet
  }
}

// MARK: As other values

extension ByteWriter {
  public borrowing func array() -> [UInt8] {
    // SAFETY: the first `filled` octets are initialised.
    unsafe [UInt8](UnsafeBufferPointer(start: start, count: filled))
  }

  /// As UTF-8, with invalid octets replaced.
  public borrowing func text() -> String {
    // SAFETY: the first `filled` octets are initialised.
    unsafe String(decoding: UnsafeBufferPointer(start: start, count: filled), as: UTF8.self)
  }

  /// What `write` writes.
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
