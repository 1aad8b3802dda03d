import CAllocations

/// The fuzz targets: each accepts any octets and traps if it finds an error.
///
/// `make fuzz` runs libFuzzer; `make test` replays its corpus in Tests/Fuzz/Corpus.
package enum FuzzTarget: String, CaseIterable, Sendable {
  /// A DNS message.
  case message
  /// A name, in wire and in presentation form.
  case name
  /// The segments of two TCP streams, in any order and with any gaps.
  case stream
  /// Fragments of IPv4 and IPv6 datagrams.
  case fragments
  /// Packets of any link type.
  case packet
  /// A pcap or pcapng file, through the whole pipeline.
  case capture
  /// Messages with few ids, names and sockets, at any times.
  case correlation
  /// An exchange with any messages and any process, in every format.
  case formats

  /// Traps if an invariant is violated; returns the largest single allocation, in octets.
  @discardableResult
  package func run(_ octets: [UInt8]) -> Int {
    allocations_reset()
    switch self {
    case .message: fuzzMessage(octets)
    case .name: fuzzName(octets)
    case .stream: fuzzStream(octets)
    case .fragments: fuzzFragments(octets)
    case .packet: fuzzPacket(octets)
    case .capture: fuzzCapture(octets)
    case .correlation: fuzzCorrelation(octets)
    case .formats: fuzzFormats(octets)
    }
    let largest = Int(allocations_largest())
    precondition(largest <= allowedAllocation(octets.count), "an allocation of \(largest) octets")
    return largest
  }

  /// The largest single allocation for an input of `count` octets: tables of fixed size, and memory that grows with
  /// the input. Texts of names grow most; captures are stored as values of about 500 octets.
  private func allowedAllocation(_ count: Int) -> Int {
    switch self {
    case .message, .name: (64 << 10) + 2048 * count
    case .formats: (256 << 10) + 4096 * count
    case .correlation: (256 << 10) + 128 * count
    case .stream, .fragments, .packet, .capture: (64 << 10) + 128 * count
    }
  }
}

/// Splits the input: octets for decisions, and the rest for content. After the end there are zeros.
struct Supply {
  private var rest: ArraySlice<UInt8>

  init(_ octets: [UInt8]) { rest = octets[...] }

  var isEmpty: Bool { rest.isEmpty }

  mutating func octet() -> UInt8 { rest.popFirst() ?? 0 }

  mutating func short() -> UInt16 { UInt16(octet()) << 8 | UInt16(octet()) }

  mutating func take(_ count: Int) -> [UInt8] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }
}
