extension [UInt8] {
  /// Appends borrowed octets.
  public mutating func append(contentsOf octets: Span<UInt8>) {
    // SAFETY: the buffer belongs to the span, which outlives this call.
    unsafe octets.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
