package import Bytes
package import Correlation

/// Turns exchanges into octets, one record after the other.
package protocol Encoder: Sendable {
  /// Whether it can show lookups over unix sockets, which have no octets of DNS.
  var takesLookups: Bool { get }
  /// The head, before the first record.
  mutating func start(_ output: inout ByteWriter)
  /// - Parameter sequence: the number of the record, from 1.
  mutating func encode(_ exchange: borrowing Exchange, sequence: UInt64, to output: inout ByteWriter)
  /// The end, after the last record.
  mutating func finish(_ output: inout ByteWriter)
}

extension Encoder {
  package var takesLookups: Bool { true }
  package mutating func start(_ output: inout ByteWriter) {}
  package mutating func finish(_ output: inout ByteWriter) {}
}
