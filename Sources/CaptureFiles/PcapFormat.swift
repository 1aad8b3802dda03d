import TraceModel

/// Classic pcap: one header, then records (https://www.tcpdump.org/manpages/pcap-savefile.5.html).
struct PcapFormat: Sendable {
  enum Unit: Int64, Sendable { case microseconds = 1000, nanoseconds = 1 }

  var order = ByteOrder.little
  var unit = Unit.microseconds
  private var link = LinkType.raw
  private var minor: UInt16 = 4

  mutating func readHeader(_ fields: Fields) throws(CaptureFileError) {
    let major = fields.short(4)
    minor = fields.short(6)
    guard major == 2 else {
      throw CaptureFileError(.version(major: major, minor: minor), at: fields.offset + 4)
    }
    // The upper bits describe a frame check sequence.
    link = LinkType(rawValue: fields.word(20) & 0x03ff_ffff)
  }

  /// The packet of a record, whose octets may not have been read yet, and the length of the record.
  func packet(_ fields: Fields) throws(CaptureFileError) -> (packet: PacketPlace, length: Int) {
    let (captured, original) = lengths(fields)
    guard captured <= CaptureFileReader.Limits.packet else {
      throw CaptureFileError(.packetTooLong(captured), at: fields.offset)
    }
    let length = Int(captured)
    let time = Int64(fields.word(0)) * 1_000_000_000 + Int64(fields.word(4)) * unit.rawValue
    let packet = PacketPlace(
      range: 16..<16 + length,
      header: PacketHeader(
        link: link, originalLength: max(length, Int(original)), time: Timestamp(nanoseconds: time),
        direction: .unspecified))
    return (packet, 16 + length)
  }

  /// Before version 2.3 the two lengths were in the reverse order, and in 2.3 in either order.
  private func lengths(_ fields: Fields) -> (captured: UInt32, original: UInt32) {
    let (first, second) = (fields.word(8), fields.word(12))
    return minor < 3 || minor == 3 && first > second ? (second, first) : (first, second)
  }
}
