import CInflate

/// Decompresses gzip in pieces of bounded size.
@safe
package struct Inflater: ~Copyable {
  // SAFETY: created in init, freed in deinit, and not passed to other code; the struct has one owner.
  private let inflater: OpaquePointer
  private var piece: [UInt8]
  private var isBetweenMembers = false
  private var isEnded = false

  package enum Problem: Error { case damaged, noMemory }

  /// - Parameter limit: the maximum octets of one piece.
  package init(limit: Int = 256 << 10) throws(Problem) {
    guard let inflater = unsafe inflater_create() else { throw .noMemory }
    unsafe self.inflater = inflater
    piece = [UInt8](repeating: 0, count: limit)
  }

  deinit {
    // SAFETY: see the property.
    unsafe inflater_destroy(inflater)
  }

  /// Whether the input may end here: after a whole member (RFC 1952 §2.2).
  package var isAtEnd: Bool { isEnded || isBetweenMembers }

  /// Decompresses from the start of `input` and removes the octets used.
  ///
  /// - Returns: the next piece; nil if more input is needed.
  package mutating func next(_ input: inout ArraySlice<UInt8>) throws(Problem) -> ArraySlice<UInt8>? {
    while true {
      guard !isEnded else {
        // Octets after the last member are padding, for example on tapes.
        input = []
        return nil
      }
      if isBetweenMembers {
        guard let first = input.first else { return nil }
        guard first == 0x1f else {
          isEnded = true
          continue
        }
        // SAFETY: see the property.
        unsafe inflater_restart(inflater)
        isBetweenMembers = false
      }
      let step = step(input)
      input = input.dropFirst(step.taken)
      switch inflate_state(UInt32(step.state)) {
      case INFLATE_MEMBER_END: isBetweenMembers = true
      case INFLATE_DAMAGED where step.given == 0: throw .damaged
      case INFLATE_NO_MEMORY: throw .noMemory
      default: break
      }
      if step.given > 0 { return piece[..<step.given] }
      if step.taken == 0 { return nil }
    }
  }

  private mutating func step(_ input: ArraySlice<UInt8>) -> inflate_step {
    // SAFETY: both buffers live for the call, which gets their true counts and stores no pointer.
    unsafe input.withUnsafeBufferPointer { input in
      unsafe piece.withUnsafeMutableBufferPointer { output in
        unsafe inflater_step(inflater, input.baseAddress, input.count, output.baseAddress, output.count)
      }
    }
  }
}
