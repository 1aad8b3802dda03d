/// The ranges of the messages of one UDP datagram: one, or several behind one header (UDP GSO).
struct GSOSegments {
  /// The number of messages; 0 in an empty datagram.
  let count: Int
  /// The captured range of the payload.
  private let there: Range<Int>
  /// The length of the payload on the wire.
  private let length: Int
  private let size: Int

  @inline(__always)
  init(_ udp: UDPHeader, _ segmentSize: Int) throws(Refusal) {
    there = udp.payload
    length = there.count + udp.missing
    size = segmentSize > 0 ? min(segmentSize, length) : length
    if length == 0 {
      count = 0
      return
    }
    if there.isEmpty { throw .malformed }
    count = size == length ? 1 : (there.count - 1) / size + 1
    // The kernel never splits one send into more than 128.
    guard count <= 128 else { throw .malformed }
  }

  /// Whether the first message has the shape of DNS, or there is none.
  @inline(__always)
  func looksLikeDNS(_ octets: Span<UInt8>) -> Bool {
    if count == 0 { return true }
    let octets = octets.extracting(there)
    return MessageShape(length: size, available: min(size, octets.count)) { octets[$0] }?.looksLikeDNS
      ?? false
  }

  /// The captured range of a message.
  func range(_ index: Int) -> Range<Int> {
    let start = there.lowerBound + index * size
    return start..<min(start + size, there.upperBound)
  }

  /// The number of octets missing at the end of a message.
  func missing(_ index: Int) -> Int {
    min(there.lowerBound + (index + 1) * size, there.lowerBound + length) - range(index).upperBound
  }
}
