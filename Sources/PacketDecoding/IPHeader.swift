import TraceModel

/// An IPv4 or IPv6 header with its extension headers (RFC 791 §3.1, RFC 8200 §3 and §4).
///
/// Checksums are not verified, here or in UDP and TCP: on the sending side the network card
/// computes them after the packet was captured.
struct IPHeader {
  var source: IPAddress
  var destination: IPAddress
  /// The protocol of the payload; in a fragment, of the datagram's fragmentable part.
  var next: UInt8
  /// The captured range of the payload.
  var payload: Range<Int>
  /// The number of octets of the payload after `payload` that were not captured.
  var missing: Int
  var fragment: FragmentMark?

  /// Reads the header at `range.lowerBound`; `missing` octets were on the wire after `range`.
  init(_ octets: Span<UInt8>, at range: Range<Int>, missing: Int) throws(Refusal) {
    let start = range.lowerBound
    let octets = octets.extracting(first: range.upperBound)
    switch try octets.octet(start) >> 4 {
    case 4: try self.init(v4: octets, at: start, missing: missing)
    case 6: try self.init(v6: octets, at: start, missing: missing)
    default: throw .malformed
    }
  }

  private init(v4 octets: Span<UInt8>, at start: Int, missing: Int) throws(Refusal) {
    let headerLength = Int(try octets.octet(start) & 0xf) * 4
    guard headerLength >= 20, start + headerLength <= octets.count else { throw .malformed }
    let length = Int(try octets.short(start + 2))
    guard length == 0 || length >= headerLength else { throw .malformed }
    let extent = try Extent(
      of: length == 0 ? nil : start + length, captured: octets.count, missing: missing)
    let flags = try octets.short(start + 6)
    source = IPAddress(v4: try octets.long(start + 12))
    destination = IPAddress(v4: try octets.long(start + 16))
    next = try octets.octet(start + 9)
    payload = start + headerLength..<extent.end
    self.missing = extent.missing
    if flags & 0x3fff != 0 {
      fragment = FragmentMark(
        identifier: UInt32(try octets.short(start + 4)), offset: Int(flags & 0x1fff) * 8,
        isLast: flags & 0x2000 == 0)
    } else if next == 51 {
      fragment = try Self.skipExtensions(octets, &next, &payload)
    }
  }

  private init(v6 octets: Span<UInt8>, at start: Int, missing: Int) throws(Refusal) {
    guard start + 40 <= octets.count else { throw .malformed }
    let length = Int(try octets.short(start + 4))
    let extent = try Extent(
      of: length == 0 ? nil : start + 40 + length, captured: octets.count, missing: missing)
    source = IPAddress(v6High: try octets.quad(start + 8), low: try octets.quad(start + 16))
    destination = IPAddress(v6High: try octets.quad(start + 24), low: try octets.quad(start + 32))
    next = try octets.octet(start + 6)
    payload = start + 40..<extent.end
    self.missing = extent.missing
    fragment = try Self.skipExtensions(octets, &next, &payload)
  }

  /// Moves past extension headers up to the transport header or a fragment header that matters.
  static func skipExtensions(
    _ octets: Span<UInt8>, _ next: inout UInt8, _ payload: inout Range<Int>
  ) throws(Refusal) -> FragmentMark? {
    let octets = octets.extracting(first: payload.upperBound)
    // Senders use only a few; the bound ends a hostile chain.
    for _ in 0..<8 {
      let at = payload.lowerBound
      var length = 8
      var mark: FragmentMark?
      switch next {
      case 0, 43, 60, 135, 139, 140:  // hop-by-hop, routing, destination, mobility, HIP, shim6
        length = 8 + 8 * Int(try octets.octet(at + 1))
      case 51:  // authentication, in units of four octets (RFC 4302 §2.2)
        length = 8 + 4 * Int(try octets.octet(at + 1))
      case 44:
        let flags = try octets.short(at + 2)
        let fragment = FragmentMark(
          identifier: try octets.long(at + 4), offset: Int(flags & 0xfff8), isLast: flags & 1 == 0)
        // A datagram in one fragment is not a fragment (RFC 6946).
        if fragment.offset != 0 || !fragment.isLast { mark = fragment }
      default: return nil
      }
      next = try octets.octet(at)
      guard at + length <= payload.upperBound else { throw .malformed }
      payload = at + length..<payload.upperBound
      if let mark { return mark }
    }
    throw .malformed
  }

  /// The end of a packet according to its header's length field, limited by what was captured.
  private struct Extent {
    var end: Int
    var missing: Int

    /// Without a stated end the captured length is used: a segment that the network card splits may be longer than
    /// the length field can express, which is then 0.
    init(of stated: Int?, captured: Int, missing: Int) throws(Refusal) {
      guard let stated else {
        (end, self.missing) = (captured, missing)
        return
      }
      guard stated - captured <= missing else { throw .malformed }
      end = min(stated, captured)
      self.missing = max(stated - captured, 0)
    }
  }
}

/// The position of a fragment in its datagram.
struct FragmentMark {
  var identifier: UInt32
  /// In octets, from the start of the fragmentable part.
  var offset: Int
  var isLast: Bool
}
