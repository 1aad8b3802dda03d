import Bytes

/// One packet, borrowed from the owner of its octets: a batch or a `Capture`.
package struct PacketView: ~Escapable {
  /// The packet from its link header on, as far as it was captured.
  package let octets: Span<UInt8>
  package var header: PacketHeader
  package let attribution: Attribution

  @_lifetime(copy octets)
  package init(_ octets: Span<UInt8>, _ header: PacketHeader, _ attribution: Attribution) {
    self.octets = octets
    self.header = header
    self.attribution = attribution
  }

  /// A copy that may outlive the batch.
  package var copy: Capture {
    var bytes: [UInt8] = []
    bytes.append(contentsOf: octets)
    return Capture(bytes: bytes, header: header, attribution: attribution)
  }
}

extension Capture {
  package var view: PacketView {
    @_lifetime(borrow self)
    borrowing get { PacketView(bytes.span, header, attribution) }
  }
}
