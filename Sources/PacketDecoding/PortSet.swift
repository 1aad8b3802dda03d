package import TraceModel

/// A set of ports; a lookup is one load.
package struct PortSet: Hashable, Sendable, ExpressibleByArrayLiteral {
  private var words: [UInt64]

  package init(_ ports: some Sequence<UInt16>) {
    words = Array(repeating: 0, count: 1024)
    for port in ports { words[Int(port >> 6)] |= 1 << UInt64(port & 63) }
  }

  package init(arrayLiteral elements: UInt16...) { self.init(elements) }

  /// DNS (RFC 1035 §4.2), multicast DNS (RFC 6762 §2) and LLMNR (RFC 4795 §2).
  package static let standard: PortSet = [53, 5353, 5355]

  package func contains(_ port: UInt16) -> Bool {
    words[Int(port >> 6)] >> UInt64(port & 63) & 1 != 0
  }

  /// Whether either end of `flow` is in the set.
  package func covers(_ flow: Flow) -> Bool {
    contains(flow.destination.port) || contains(flow.source.port)
  }
}
