extension [UInt8] {
  /// Appends borrowed octets.
  public mutating func append(contentsOf octets: Span<UInt8>) {
    append(addingCapacity: octets.count) { output in
      // SAFETY: the room was asked for just now and is compared again; the source is the span's own buffer.
      unsafe octets.withUnsafeBufferPointer { source in
        unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
          guard let from = source.baseAddress, let room = buffer.baseAddress,
            buffer.count - initialized >= source.count
          else { return }
          unsafe (room + initialized).update(from: from, count: source.count)
          initialized += source.count
        }
      }
    }
  }
}
