extension [UInt8] {
  /// Appends borrowed octets.
  public mutating func append(contentsOf octets: Span<UInt8>) {
    // SAFETY: the buffer is the span's own, which cannot end before this call does.
    unsafe octets.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
