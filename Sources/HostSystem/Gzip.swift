import CDeflate

/// Compresses octets as one gzip member (RFC 1952).
package enum Gzip {
  /// Nil if there is no memory, or if there is more than 1 GiB.
  package static func compress(_ octets: Span<UInt8>) -> [UInt8]? {
    let room = gzip_bound(octets.count)
    guard room > 0 else { return nil }
    // SAFETY: both counts are those of the buffers, which live for the call; it writes as many octets as it returns.
    let compressed = unsafe [UInt8](unsafeUninitializedCapacity: room) { output, length in
      unsafe octets.withUnsafeBufferPointer { input in
        length = unsafe gzip_compress(input.baseAddress, input.count, output.baseAddress, output.count)
      }
    }
    return compressed.isEmpty ? nil : compressed
  }
}
