/// One packet in its own memory: its octets, its header and its process.
package struct Capture: Sendable {
  /// The packet from its link header on, as far as it was captured.
  package var bytes: [UInt8]
  package var header: PacketHeader
  package var attribution: Attribution

  package init(bytes: [UInt8], header: PacketHeader, attribution: Attribution = .notRecorded) {
    self.bytes = bytes
    self.header = header
    self.attribution = attribution
  }

  package init(
    bytes: [UInt8], link: LinkType = .raw, originalLength: Int? = nil, time: Timestamp,
    direction: Direction, socketCookie: UInt64 = 0, interfaceIndex: UInt32 = 0,
    networkNamespace: UInt32 = 0, segmentSize: Int = 0, expectedSequence: UInt32? = nil,
    recognition: Recognition = .shape, attribution: Attribution = .notRecorded
  ) {
    self.init(
      bytes: bytes,
      header: PacketHeader(
        link: link, originalLength: originalLength ?? bytes.count, time: time, direction: direction,
        socketCookie: socketCookie, interfaceIndex: interfaceIndex, networkNamespace: networkNamespace,
        segmentSize: segmentSize, expectedSequence: expectedSequence, recognition: recognition),
      attribution: attribution)
  }
}
