import TraceModel

/// A UDP header (RFC 768), or that of UDP-Lite (RFC 3828 §3.1), which differs only in its length field: it is
/// the checksum coverage.
struct UDPHeader {
  let transport: Transport
  var source: UInt16
  var destination: UInt16
  var payload: Range<Int>
  /// The number of octets of the payload that were not captured.
  var missing: Int

  init(
    _ transport: Transport, _ octets: Span<UInt8>, at range: Range<Int>, missing: Int
  ) throws(Refusal) {
    let octets = octets.extracting(first: range.upperBound)
    let start = range.lowerBound
    self.transport = transport
    source = try octets.short(start)
    destination = try octets.short(start + 2)
    let length = Int(try octets.short(start + 4))
    guard start + 8 <= range.upperBound else { throw .malformed }
    if transport == .udpLite {
      // A receiver drops a datagram whose coverage is less than the header or more than its length.
      guard length == 0 || length >= 8 && start + length <= range.upperBound + missing else {
        throw .malformed
      }
      payload = start + 8..<range.upperBound
      self.missing = missing
      return
    }
    if length == 0 {
      // A jumbogram (RFC 2675 §4): the length is in the IP header.
      payload = start + 8..<range.upperBound
      self.missing = missing
      return
    }
    let beyond = start + length - range.upperBound
    // Octets after the stated length are padding; a length beyond the IP payload is wrong.
    guard length >= 8, beyond <= missing else { throw .malformed }
    payload = start + 8..<min(start + length, range.upperBound)
    self.missing = max(beyond, 0)
  }
}

/// The fields of a TCP header that are needed (RFC 9293 §3.1).
struct TCPHeader {
  var source: UInt16
  var destination: UInt16
  var sequence: UInt32
  private var flags: UInt8
  private var urgentPointer: UInt16
  var payload: Range<Int>
  /// The number of octets of the payload that were not captured.
  var missing: Int

  var isSynchronizing: Bool { flags & 0x02 != 0 }
  var isFinal: Bool { flags & 0x01 != 0 }
  var isReset: Bool { flags & 0x04 != 0 }
  /// The sequence number of the first octet of the payload: a SYN uses one number.
  var payloadSequence: UInt32 { isSynchronizing ? sequence &+ 1 : sequence }

  /// The sequence number of the octet of urgent data. As senders do, the pointer is assumed to point after it
  /// (RFC 6093 §3.1).
  var urgent: UInt32? {
    flags & 0x20 != 0 && urgentPointer > 0 ? payloadSequence &+ UInt32(urgentPointer) &- 1 : nil
  }

  init(_ octets: Span<UInt8>, at range: Range<Int>, missing: Int) throws(Refusal) {
    let octets = octets.extracting(first: range.upperBound)
    let start = range.lowerBound
    source = try octets.short(start)
    destination = try octets.short(start + 2)
    sequence = try octets.long(start + 4)
    let length = Int(try octets.octet(start + 12) >> 4) * 4
    flags = try octets.octet(start + 13)
    urgentPointer = try octets.short(start + 18)
    guard length >= 20, start + length <= range.upperBound else { throw .malformed }
    payload = start + length..<range.upperBound
    self.missing = missing
  }
}
